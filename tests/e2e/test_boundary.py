"""What the one boundary does with streams, folders and files that are not as they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlgate.errors import OutsideError
from mlgate.shell import runner

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_for_outputs_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="cannot be written"):
        runner.publish({"GITHUB_OUTPUT": str(tmp_path)}, outputs={"outcome": "pass"}, annotations=(), summary="")
