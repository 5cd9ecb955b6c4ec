"""The one boundary: arguments and environment in, a step called, an exit status out. No traceback reaches a user."""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate import __version__, options
from mlgate.core import codec
from mlgate.core.words import did_you_mean
from mlgate.errors import ExitStatus, MlgateError, UsageError
from mlgate.shell import runner
from mlgate.steps import Result, World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType, ModuleType

COMMANDS: dict[str, str] = {
    "check": "the whole pull-request check, on a laptop; posts nothing",
    "init": "write a configuration, a contract inferred from the data, and a workflow",
    "contract": "write a first contract from what a table holds",
    "fetch-base": "find and fetch the commit whose policy judges",
    "data": "look at tables: drift from a reference, profiles",
    "validate-data": "check tables against their contracts",
    "train-model": "run the training command, or fit an estimator",
    "compare-models": "compare the candidate with the baselines on the holdout",
    "explain": "how a verdict came about, in plain words",
    "plan": "the rows that a question needs, and what a holdout can tell",
    "build-report": "decide, and write report.json, report.md and report.html",
    "post-report": "post the report: job summary and pull-request comment",
    "enforce-gate": "exit with the report's verdict",
    "promote-model": "put the bytes that passed into the registry, and let a stage point to them",
    "registry": "look into the registry, go back to an older version, and more",
    "rollback-model": "point a stage back to an older version",
}
BUG_REPORT = "https://github.com/mlgate/mlgate/issues/new"


def console() -> None:
    """Run the `mlgate` command and exit."""
    _let_streams_escape()
    sys.exit(main(sys.argv[1:]))


def script(path: str) -> None:
    """Run the command that a runnable `scripts/<verb_noun>.py` is named after, and exit."""
    _let_streams_escape()
    sys.exit(main([Path(path).stem.replace("_", "-"), *sys.argv[1:]]))


def main(argv: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        argv: The command's name and its options.
        env: The environment; that of the process by default.
        cwd: The folder that relative paths mean; that of the process by default.
    """
    env = os.environ if env is None else env
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_overview())  # noqa: T201 - what a command prints is its answer
        return ExitStatus.DONE if argv else ExitStatus.USAGE
    if argv[0] in ("--version", "version"):
        print(f"mlgate {__version__}")  # noqa: T201 - what a command prints is its answer
        return ExitStatus.DONE
    try:
        world = World(env=env, cwd=cwd or _here(), clock=time.monotonic, log=runner.log)
        return _run(argv[0], list(argv[1:]), world)
    except MlgateError as error:
        runner.annotate_error(error, env)
        return error.status
    except KeyboardInterrupt:
        runner.log("interrupted")
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        return ExitStatus.OUTSIDE
    except Exception as error:  # noqa: BLE001 - the promise is that no traceback reaches a user
        return _bug(argv[0], error, env)


def _let_streams_escape() -> None:
    """Let a terminal that knows ASCII alone get every text, with escapes for the rest."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageError(
            f"the working folder cannot be used: {error.strerror}",
            remedy="It was removed while the shell stood in it: change to one that exists.",
        ) from None


def _run(name: str, argv: list[str], world: World) -> int:
    step = _step(name, COMMANDS, "mlgate")
    prog = f"mlgate {name}"
    if hasattr(step, "COMMANDS"):
        if not argv or argv[0] in ("-h", "--help", "help"):
            print(_list(f"{prog}: {COMMANDS[name]}", step.COMMANDS, prog))  # noqa: T201 - what a command prints is its answer
            return ExitStatus.DONE if argv else ExitStatus.USAGE
        word = argv.pop(0)
        step, prog = _step(word, step.COMMANDS, prog, f"{name.replace('-', '_')}."), f"{prog} {word}"
    inputs = options.parse(step.Inputs, argv, world.env, prog=prog)
    _turn_signals_into_interrupts()
    result: Result = step.run(inputs, world)
    if getattr(inputs, "json", False) and result.document is not None:
        sys.stdout.write(codec.dumps(result.document))
    elif result.text:
        sys.stdout.write(runner.harmless(result.text.rstrip("\n")) + "\n")
    sys.stdout.flush()
    runner.publish(world.env, outputs=result.outputs, annotations=result.annotations, summary=result.summary)
    if result.error is not None:
        runner.annotate_error(result.error, world.env)
    return result.status


def _step(name: str, known: Mapping[str, str], prog: str, package: str = "") -> ModuleType:
    if name not in known:
        close = did_you_mean(name, known)
        raise UsageError(f"unknown command {name!r}{close}", remedy=f"`{prog} --help` lists the commands.")
    return importlib.import_module(f"mlgate.steps.{package}{name.replace('-', '_')}")


def _turn_signals_into_interrupts() -> None:
    """Let SIGTERM and a closed terminal unwind the stack as Ctrl-C does: no half-written file, no orphan."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # `nohup` means it
                signal.signal(number, interrupt)
    except ValueError:  # not the main thread: the caller has its own handlers
        return


def _overview() -> str:
    return _list(f"mlgate {__version__}: CI/CD for machine-learning models", COMMANDS, "mlgate")


def _list(title: str, commands: Mapping[str, str], prog: str) -> str:
    width = max(map(len, commands))
    lines = [f"  {name:<{width}}  {summary}" for name, summary in commands.items()]
    return "\n".join([title, "", *lines, "", f"`{prog} COMMAND --help` lists a command's options."])


def _bug(command: str, error: BaseException, env: Mapping[str, str]) -> int:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    if env.get("MLGATE_DEBUG") == "true":
        traceback.print_exc()
    runner.annotate(
        f"mlgate {__version__} has a bug: {command} stopped at {where} with {type(error).__name__}: {error!s:.300}",
        f"Please report it at {BUG_REPORT}; `MLGATE_DEBUG=true` prints more.",
        env,
    )
    return ExitStatus.BUG
