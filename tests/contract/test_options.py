"""Options are said once, in a step's `Inputs`; command line, variables and defaults come from there."""

from __future__ import annotations

import dataclasses
import importlib
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from docs import generate_commands
from hypothesis import given
from hypothesis import strategies as st

from mlgate import options
from mlgate.errors import UsageError
from mlgate.main import COMMANDS, main
from mlgate.options import Common, option
from mlgate.steps import registry

ROOT = Path(__file__).parents[2]
WRITES = {"github_token", "signing_key"}
SECRETS = {
    "fetch-base": {"github_token"},
    "post-report": {"github_token"},
    "promote-model": WRITES,
    "rollback-model": WRITES,
    **{f"registry {name}": WRITES for name in ("rollback", "assign", "unassign", "deprecate", "note")},
    **{f"registry {name}": {"github_token"} for name in ("show", "history", "at", "diff", "get", "verify")},
}


def subcommands(name: str) -> list[str]:
    step = importlib.import_module(f"mlgate.steps.{name.replace('-', '_')}")
    return [f"{name} {sub}" for sub in step.COMMANDS] if hasattr(step, "COMMANDS") else [name]


# What a person can call: some commands have commands of their own.
CALLED = [called for name in COMMANDS for called in subcommands(name)]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Do something."""

    files: tuple[Path, ...] = option("Files.", default=(), positional=True)
    token: str = option("Token.", default="", secret=True)
    names: tuple[str, ...] = option("Names, one a line.", default=())
    limit: float | None = option("Limit.", default=None)
    count: int = option("Count, 100 % of them.", default=3)
    colour: Colour = option("Colour.", default=Colour.RED)
    enforce: bool = option("Enforce.", default=True)


def parse(*argv: str, **env: str) -> Inputs:
    return options.parse(Inputs, argv, {f"MLGATE_{key}": value for key, value in env.items()}, prog="mlgate x")


def test_defaults() -> None:
    assert parse() == Inputs()


def test_the_command_line_wins_over_the_variable_and_that_over_the_default() -> None:
    assert parse("--count", "5", COUNT="7").count == 5
    assert parse(COUNT="7").count == 7


def test_an_empty_variable_is_an_input_that_was_not_given() -> None:
    assert parse(COUNT="", COLOUR="", ENFORCE="", LIMIT="", NAMES="") == Inputs()


def test_values_are_typed() -> None:
    given_ = parse("a", "b", "--limit=0.5", "--colour=blue", "--enforce=false", "--json", NAMES=" x \n\ny\n")
    assert given_.files == (Path("a"), Path("b"))
    assert (given_.limit, given_.colour, given_.enforce, given_.json) == (0.5, Colour.BLUE, False, True)
    assert given_.names == ("x", "y")


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        parse("--colur=red", "--count=many", "--limit=nan", ENFORCE="yes", COLOUR="green")
    message = str(caught.value)
    assert "unknown option '--colur=red', did you mean '--colour'?" in message
    assert "count: expected a number, got 'many'" in message
    assert "limit: expected a number, got 'nan'" in message
    assert "MLGATE_ENFORCE: expected 'true' or 'false', got 'yes'" in message
    assert "MLGATE_COLOUR: expected one of red, blue, got 'green'" in message
    assert "`mlgate x --help`" in message


@pytest.mark.parametrize(
    ("command", "words", "said"),
    [
        ("note", ["--reason", "x"], "--reason is given without its name: `mlgate registry note REASON`"),
        ("show", ["--limit", "-1"], "limit: expected 0 or more, got -1"),
        ("at", ["now", "--limit=-1"], "limit: expected 0 or more, got -1"),
        ("history", ["--limit", "9" * 500], "limit: expected a number, got '" + "9" * 60 + "'..."),
        ("show", ["--limit", "9" * 5_000], "limit: expected a number, got '" + "9" * 60 + "'..."),
        ("show", ["--" + "x" * 5_000], "unknown option '--" + "x" * 58 + "'..."),
    ],
)
def test_what_cannot_be_an_option_of_the_registry(command: str, words: list[str], said: str) -> None:
    inputs = importlib.import_module(f"mlgate.steps.registry.{command}").Inputs
    with pytest.raises(UsageError) as caught:
        options.parse(inputs, words, {}, prog=f"mlgate registry {command}")
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300


def test_an_abbreviation_is_no_option() -> None:
    with pytest.raises(UsageError, match="--coun"):
        parse("--coun", "5")


def test_a_secret_comes_from_its_variable_only_and_is_never_shown() -> None:
    with pytest.raises(UsageError, match="unknown option '--token'"):
        parse("--token", "x")
    given_ = parse(TOKEN="s3cret")
    assert given_.token == "s3cret"
    assert "s3cret" not in repr(given_)


@given(st.dictionaries(st.sampled_from(["COUNT", "COLOUR", "ENFORCE", "LIMIT", "NAMES", "RUN_DIR"]), st.text()))
def test_any_text_in_a_variable_is_a_value_or_a_usage_error(env: dict[str, str]) -> None:
    with suppress(UsageError):
        parse(**env)


def inputs_of(command: str) -> Any:
    return importlib.import_module(f"mlgate.steps.{command.replace('-', '_').replace(' ', '.')}").Inputs


@pytest.mark.parametrize("command", CALLED)
def test_a_commands_inputs_are_described_options(command: str) -> None:
    cls = inputs_of(command)
    assert issubclass(cls, Common)
    assert (cls.__doc__ or "").strip()
    for field in dataclasses.fields(cls):
        assert field.metadata["help"].strip().endswith((".", ".)")), field.name
        assert field.kw_only


@pytest.mark.parametrize("command", CALLED)
def test_no_other_command_takes_a_secret(command: str) -> None:
    secrets = {field.name for field in dataclasses.fields(inputs_of(command)) if field.metadata["secret"]}
    assert secrets == SECRETS.get(command, set())


@pytest.mark.parametrize("command", CALLED)
def test_help_names_every_option_and_its_variable(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([*command.split(), "--help"], env={}, cwd=ROOT)
    assert end.value.code == 0
    shown = capsys.readouterr().out
    for field in dataclasses.fields(inputs_of(command)):
        if not field.metadata["secret"] and not field.metadata["positional"]:
            assert f"--{options.kebab(field.name)}" in shown
            assert options.variable(field.name) in shown


@pytest.mark.parametrize("argv", [["--help"], ["help"], ["-h"]])
def test_the_overview_lists_every_command(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv, env={}) == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)


@pytest.mark.parametrize("argv", [["registry", "--help"], ["registry", "help"], ["registry", "-h"]])
def test_the_registry_lists_its_commands(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv, env={}) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in registry.COMMANDS)


def test_an_unknown_command_of_the_registry_is_told_its_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["registry", "histroy"], env={}) == 2
    assert "unknown command 'histroy', did you mean 'history'?" in capsys.readouterr().err
    assert main(["registry"], env={}) == 2
    assert "  history " in capsys.readouterr().out


@pytest.mark.parametrize("argv", [[], ["chekc"], ["check", "--confg", "x"], ["enforce-gate", "--json=maybe"]])
def test_wrong_usage_is_exit_status_2_and_no_traceback(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv, env={}, cwd=ROOT) == 2
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err


def test_the_committed_page_of_commands_is_the_generated_one() -> None:
    (path, page), *_ = generate_commands.pages().items()
    assert (ROOT / path).read_text(encoding="utf-8") == page, "run `make docs`"


def test_the_page_tells_each_command_and_each_option() -> None:
    (page,) = generate_commands.pages().values()
    assert sorted(name for name, _, _ in generate_commands.commands()) == sorted(CALLED)
    for name, _, cls in generate_commands.commands():
        assert page.count(f"\n## mlgate {name}\n") == 1
        assert all(f"`{options.variable(item.name)}`" in page for item in dataclasses.fields(cls))
