"""validate-data: check every table against its contract, the working copy's and the base's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.config.model import OnChange
from mlgate.core.data import text
from mlgate.core.data.validation import STEP, data_document, removed_tables
from mlgate.core.documents import DataDocument, Failure, Reason
from mlgate.core.outcome import Outcome
from mlgate.errors import ExitStatus, MlgateError, UsageError
from mlgate.options import Common, option
from mlgate.shell import runner
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.validation.scanner import Scanner
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Check tables against their contracts: all of the configuration's, or the files that are named."""

    files: tuple[Path, ...] = option(
        "Tables to check by `contract`, without a configuration.", default=(), positional=True
    )
    contract: Path | None = option("Contract for the files that are named.", default=None)
    enforce: bool = option("Whether a failed validation ends this step with a failure.", default=True)
    show_values: bool = option("Show values of tables that git does not track, too.", default=False, flag=True)


def run(inputs: Inputs, world: World) -> Result:
    """Validate, and write `data.json`, also when something stops it."""
    _refuse_half(inputs)
    folder = RunFolder(world.cwd / inputs.run_dir)
    validation = _Validation(inputs, folder, world)
    document, error = folder.guarded(validation.document, _failed)
    return Result(
        text="" if error else runner.harmless(text.text_of(document)),
        status=_status(document, error, enforce=inputs.enforce),
        document=document,
        outputs={"outcome": document.outcome.value, "data-path": str(folder.file(DataDocument))},
        annotations=text.annotations_of(document, validation.prefix),
        error=error,
    )


def _refuse_half(inputs: Inputs) -> None:
    if bool(inputs.files) != (inputs.contract is not None):
        raise UsageError(
            "files need a contract, and a contract needs files",
            remedy="Write `mlgate validate-data FILE --contract CONTRACT`; neither means the configuration's tables.",
        )


class _Validation:
    """One validation; `prefix` is the folder that paths are relative to, in the repository, once that is known."""

    def __init__(self, inputs: Inputs, folder: RunFolder, world: World) -> None:
        self.inputs = inputs
        self.folder = folder
        self.world = world
        self.prefix = ""

    def document(self) -> DataDocument:
        with Scanner(self.world.env) as first:  # its imports run while configuration and contracts are read
            if self.inputs.contract is not None:
                return self._of_files(self.inputs.contract, first)
            return self._of_configuration(first)

    # The imports below wait until the child is on its way: it has its own to make meanwhile.

    def _of_files(self, contract: Path, first: Scanner) -> DataDocument:
        from mlgate.shell.validation import validating  # noqa: PLC0415 - the child is on its way first

        self.prefix = _below(self.world.cwd, self.world.env.get("GITHUB_WORKSPACE", ""))
        works = validating.from_files(self.inputs.files, contract, self.world.cwd)
        tables = validating.validate(works, first=first, env=self.world.env, on_contract_change=OnChange.FAIL)
        return data_document(tables, (), OnChange.FAIL, dict(self.folder.reads))

    def _of_configuration(self, first: Scanner) -> DataDocument:
        from mlgate.shell.base import policy as policies  # noqa: PLC0415 - the child is on its way first
        from mlgate.shell.validation import validating  # noqa: PLC0415 - the child is on its way first

        policy, judge = policies.load(self.inputs.config, self.folder, self.world)
        self.prefix = policy.base.prefix
        reads = dict(self.folder.reads)
        if policy.base.inputs_unchanged:
            message = "nothing that the model depends on differs from the base"
            return DataDocument(reads=reads, reasons=(Reason(id="inputs-unchanged", message=message, step=STEP),))
        works = validating.from_policy(policy, judge, self.world.env, show_values=self.inputs.show_values)
        on_change = policy.judging.gate.on_contract_change
        tables = validating.validate(works, first=first, env=self.world.env, on_contract_change=on_change)
        removed = removed_tables(policy.judging, policy.working) if policy.from_base else ()
        return data_document(tables, removed, on_change, reads)


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
