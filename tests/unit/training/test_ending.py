"""How a command ended decides whether there is a candidate."""

import pytest

from mlgate.core.reasons import REASONS
from mlgate.core.training import ending
from mlgate.core.training.ending import Ended


@pytest.mark.parametrize(
    ("ended", "missing", "reason", "said"),
    [
        (Ended(status=1, duration_seconds=1), (), "training-failed", "exit status 1"),
        (Ended(status=126, duration_seconds=1), (), "training-failed", "exit status 126"),
        (Ended(status=255, duration_seconds=1), (), "training-failed", "exit status 255"),
        (Ended(status=128, duration_seconds=1), (), "training-failed", "exit status 128"),
        (Ended(status=-9, duration_seconds=1), (), "training-killed", "SIGKILL (9): usually memory ran out"),
        (Ended(status=137, duration_seconds=1), (), "training-killed", "SIGKILL (9)"),
        (Ended(status=139, duration_seconds=1), ("m",), "training-killed", "SIGSEGV (11)."),
        (Ended(status=-15, duration_seconds=9, timed_out=True), ("m",), "training-timeout", "after 1m30s"),
        (Ended(status=0, duration_seconds=9, timed_out=True), (), "training-timeout", "train.timeout"),
        (Ended(status=0, duration_seconds=1), ("a", "b"), "training-wrote-nothing", "`a` and `b`"),
    ],
)
def test_no_candidate_has_a_reason(ended: Ended, missing: tuple[str, ...], reason: str, said: str) -> None:
    found = ending.reason(ended, timeout_seconds=90, missing=missing)

    assert found
    assert found.id == reason
    assert found.id in REASONS
    assert said in found.message
    assert found.step == "train-model"


def test_a_command_that_ended_well_and_wrote_all_has_none() -> None:
    assert ending.reason(Ended(status=0, duration_seconds=1), timeout_seconds=90, missing=()) is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.5, "0.5s"), (59, "59s"), (60, "1m"), (3600, "1h"), (5430, "1h30m30s"), (86400, "24h")]
)
def test_durations_are_for_people(seconds: float, text: str) -> None:
    assert ending.duration(seconds) == text


def test_a_signal_without_a_name_is_a_number() -> None:
    assert ending.signal_name(99) == "signal 99"
