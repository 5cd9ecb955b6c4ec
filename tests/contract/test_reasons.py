"""Every reason that the code gives is in the table, every one in the table is given, and the pages say the same."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docs import generate_reasons

from mlgate.core.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MODULES = [path for path in sorted((ROOT / "scripts" / "mlgate").rglob("*.py")) if path.name != "reasons.py"]
# Reserved by the design for what later work gives.
LATER: frozenset[str] = frozenset()


def strings(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def given(tree: ast.AST) -> Iterator[str]:
    """Yield the constants that stand where a reason is given."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Reason"), keywords=keywords):
                yield from (s for k in keywords if k.arg == "id" for s in strings(k.value))
            case ast.keyword(
                arg="reason" | "reasons", value=ast.Constant() | ast.Tuple(elts=[ast.Constant()]) as value
            ):
                yield from strings(value)
            case ast.Assign(targets=[ast.Name(id="default_reason" | "REASON")], value=value):
                yield from strings(value)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "scripts" / "mlgate")))
def test_every_reason_that_is_given_is_in_the_table(path: Path) -> None:
    assert set(given(ast.parse(path.read_bytes()))) <= set(REASONS)


def test_every_reason_in_the_table_is_given() -> None:
    used = {text for path in MODULES for text in strings(ast.parse(path.read_bytes()))}
    assert set(REASONS) - used == LATER


def test_a_reason_says_all_that_a_reader_needs() -> None:
    for identity, text in REASONS.items():
        assert identity == identity.lower()
        assert " " not in identity
        assert text.outcome
        assert text.meaning.endswith(".")
        assert text.remedy.endswith(".")


@pytest.mark.parametrize("path", sorted(generate_reasons.pages()))
def test_the_committed_page_is_the_generated_one(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generate_reasons.pages()[path], "run `make docs`"
