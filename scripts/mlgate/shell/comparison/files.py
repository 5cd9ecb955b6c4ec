"""The comparison of two files of predictions by one metric, without a configuration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import METRICS
from mlgate.core.comparison.slices.seeking import dividing
from mlgate.core.config.model import Baseline, BaselineKind, Config, Gate, Rule, SliceBy
from mlgate.core.words import did_you_mean
from mlgate.errors import UsageError
from mlgate.shell.comparison.baselines import Found
from mlgate.shell.comparison.comparing import Request
from mlgate.shell.comparison.holdout import Columns

if TYPE_CHECKING:
    from pathlib import Path

NAME = "baseline"


@dataclass(frozen=True, kw_only=True)
class Files:
    """The options of the command; None where one was not given."""

    holdout: Path | None
    key: str | None
    label: str | None
    candidate: Path | None
    baseline: Path | None
    metric: str | None
    margin: float
    slice: str | None = None

    def request(self, cwd: Path, scratch: Path) -> Request:
        """Return the request that the options make; relative paths mean `cwd`.

        Raises:
            UsageError: Naming every option that is missing, or an unknown metric.
        """
        given = [(name, value) for name, value in vars(self).items() if name != "slice"]
        missing = [f"--{name}" for name, value in given if value is None]
        if self.holdout is None or self.candidate is None or self.baseline is None or missing:
            raise UsageError(
                f"to compare two files without a configuration, {', '.join(missing)} must be given too",
                remedy="Give --holdout, --key, --label, --candidate, --baseline and --metric, and --margin if not 0.",
            )
        rule = self._rule(str(self.metric))
        rules = (rule,) if self.slice is None else (rule, self._sliced(rule, self.slice))
        return Request(
            holdout=cwd / self.holdout,
            holdout_name=str(self.holdout),
            columns=Columns(key=str(self.key), label=str(self.label), slices=dividing(rules), seek=True),
            candidate=cwd / self.candidate,
            config=Config(path="", version=1, gate=Gate(rules=rules)),
            rules=rules,
            found=(_found(cwd / self.baseline, str(self.baseline)),),
            spill=scratch / "spill",
            show_keys=True,
            whole=False,
        )

    def _rule(self, metric: str) -> Rule:
        if metric not in METRICS:
            raise UsageError(
                f"unknown metric {metric!r}{did_you_mean(metric, METRICS)}", remedy=f"Name one of {', '.join(METRICS)}."
            )
        return Rule(id=f"{metric} vs {NAME}", metric=metric, against=NAME, margin=self.margin)

    @staticmethod
    def _sliced(rule: Rule, column: str) -> Rule:
        """Return the rule once more, on each slice."""
        return replace(rule, id=f"{rule.id} by {column}", slices=(SliceBy(column=column),))


def _found(path: Path, written: str) -> Found:
    baseline = Baseline(name=NAME, kind=BaselineKind.PREDICTIONS, predictions=written)
    if path.is_file():
        return Found(baseline=baseline, path=path)
    return Found(baseline=baseline, reason="baseline-missing", message=f"{written} does not exist.")
