"""What validate-data does once the child that scans is on its way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.config.model import OnChange
from mlgate.core.data import text
from mlgate.core.data.validation import STEP, data_document, removed_tables, reread_tables
from mlgate.core.documents.data import DataDocument
from mlgate.core.documents.shared import Failure, Reason
from mlgate.core.outcome import Outcome
from mlgate.errors import ExitStatus, MlgateError
from mlgate.shell import runner
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.validation.scanner import Scanner
from mlgate.shell.validation.validating import validate
from mlgate.shell.validation.works import from_files
from mlgate.steps import Result

if TYPE_CHECKING:
    import subprocess

    from mlgate.steps import World
    from mlgate.steps.validate_data import Inputs


def run(inputs: Inputs, world: World, child: subprocess.Popen[bytes]) -> Result:
    """Validate, and write `data.json`, also when something stops it."""
    folder = RunFolder(world.cwd / inputs.run_dir)
    validation = _Validation(inputs, folder, world, child)
    document, error = folder.guarded(validation.document, _failed)
    return Result(
        text="" if error else runner.harmless(text.text_of(document)),
        status=_status(document, error, enforce=inputs.enforce),
        document=document,
        outputs={"outcome": document.outcome.value, "data-path": str(folder.file(DataDocument))},
        annotations=text.annotations_of(document, validation.prefix),
        error=error,
    )


class _Validation:
    """One validation; `prefix` is the folder that paths are relative to, in the repository, once that is known."""

    def __init__(self, inputs: Inputs, folder: RunFolder, world: World, child: subprocess.Popen[bytes]) -> None:
        self.inputs = inputs
        self.child = child
        self.folder = folder
        self.world = world
        self.prefix = ""

    def document(self) -> DataDocument:
        with Scanner(self.world.env, process=self.child) as first:
            if self.inputs.contract is not None:
                return self._of_files(self.inputs.contract, first)
            return self._of_configuration(first)

    def _of_files(self, contract: Path, first: Scanner) -> DataDocument:
        self.prefix = _below(self.world.cwd, self.world.env.get("GITHUB_WORKSPACE", ""))
        works = from_files(
            self.inputs.files, contract, self.world.cwd, is_shown=self._is_shown, profile=self.inputs.profile
        )
        tables = validate(works, first=first, env=self.world.env, on_contract_change=OnChange.FAIL)
        return data_document(tables, (), OnChange.FAIL, dict(self.folder.reads))

    def _is_shown(self, file: Path) -> bool:
        """Return whether values of a named file are shown: in CI others read them, who know the repository alone."""
        if self.inputs.show_values or not {"CI", "GITHUB_ACTIONS"} & self.world.env.keys():
            return True
        from mlgate.shell.base.committed import is_committed  # noqa: PLC0415 - on a laptop nobody asks git

        return is_committed(file, self.world.env)

    def _of_configuration(self, first: Scanner) -> DataDocument:
        from mlgate.shell.base import policy as policies  # noqa: PLC0415 - only with a configuration
        from mlgate.shell.validation.policy_works import from_policy  # noqa: PLC0415 - the same

        policy, judge = policies.load(self.inputs.config, self.folder, self.world)
        self.prefix = policy.base.prefix
        reads = dict(self.folder.reads)
        if policy.base.inputs_unchanged:
            message = "nothing that the model depends on differs from the base"
            return DataDocument(reads=reads, reasons=(Reason(id="inputs-unchanged", message=message, step=STEP),))
        works = from_policy(policy, judge, self.world.env, show_values=self.inputs.show_values)
        on_change = policy.judging.gate.on_contract_change
        tables = validate(works, first=first, env=self.world.env, on_contract_change=on_change)
        removed = removed_tables(policy.judging, policy.working) if policy.from_base else ()
        reread = reread_tables(policy.judging, policy.working) if policy.from_base else ()
        return data_document(tables, (*removed, *reread), on_change, reads)


def _below(folder: Path, root: str) -> str:
    """Return `folder` relative to `root`; empty where it is not below it."""
    if not root or not folder.resolve().is_relative_to(Path(root).resolve()):
        return ""
    return folder.resolve().relative_to(Path(root).resolve()).as_posix().removeprefix(".")


def _failed(failure: Failure, reads: dict[str, str]) -> DataDocument:
    reason = Reason(id=failure.reason, message=failure.message, step=STEP)
    return DataDocument(outcome=Outcome.FAIL, reasons=(reason,), reads=reads, error=failure)


def _status(document: DataDocument, error: MlgateError | None, *, enforce: bool) -> int:
    if not enforce:
        return ExitStatus.DONE
    if error is not None:
        return error.status
    return ExitStatus.BLOCKED_FAIL if document.outcome is Outcome.FAIL else ExitStatus.DONE
