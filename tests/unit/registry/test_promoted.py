"""Which version `promoted` means, and who has to do with the registry."""

from __future__ import annotations

import pytest

from mlgate.core.config.model import Baseline, BaselineKind, Config, Gate, Promote, Stage
from mlgate.core.registry.log import plan, record
from mlgate.core.registry.log.record import Digests, Event, Record
from mlgate.core.registry.log.state import State, extend
from mlgate.core.registry.promotion.promoted import compares_with_promoted, promoted_version, uses_registry

MODEL = "flights"
TIME = "2026-03-03T10:15:00Z"
STAGES = ("dev", "staging", "production")


def config(*stages: str, model: str = MODEL) -> Config:
    promote = Promote(stages=tuple(Stage(name=name) for name in stages)) if stages else None
    return Config(path="mlgate.yml", version=1, model=model, promote=promote)


def promoted(*reached: str) -> State:
    """Return the log of one version a stage: each went as far as the stage named, and no further."""
    state = State()
    for number, stage in enumerate(reached):
        digest = f"{number:064x}"
        draft = Record(
            event=Event.REGISTER,
            sequence=0,
            model=MODEL,
            actor="ada",
            time=TIME,
            commit="c" * 40,
            digests=Digests(inputs=digest, model=digest),
        )
        stages = STAGES[: STAGES.index(stage) + 1]
        state = extended(state, plan.promote(state, draft=draft, stages=stages))
    return state


def extended(state: State, records: tuple[Record, ...]) -> State:
    return extend(state, [record.encode(one) for one in records])


@pytest.mark.parametrize(
    ("reached", "version"),
    [
        ((), None),
        (("dev",), "v1.0.0"),
        (("production", "dev"), "v1.0.0"),
        (("staging", "dev", "dev"), "v1.0.0"),
        (("production", "production"), "v1.1.0"),
    ],
)
def test_promoted_is_what_the_last_stage_points_to_else_the_nearest_before(
    reached: tuple[str, ...], version: str | None
) -> None:
    entry = promoted_version(promoted(*reached), config(*STAGES))
    assert (entry.version if entry else None) == version


def test_without_stages_in_the_configuration_it_is_production() -> None:
    assert promoted_version(promoted("staging"), config()) is None
    entry = promoted_version(promoted("production"), config())
    assert entry is not None
    assert entry.version == "v1.0.0"


def test_a_stage_that_was_taken_back_points_to_nothing() -> None:
    state = promoted("dev")
    state = extended(state, plan.unassign(state, model=MODEL, stage="dev", actor="ada", time=TIME))
    assert promoted_version(state, config(*STAGES)) is None


def test_another_model_has_nothing_promoted() -> None:
    assert promoted_version(promoted("production"), config(*STAGES, model="trains")) is None


PLAIN = Config(path="mlgate.yml", version=1)


@pytest.mark.parametrize(
    ("changed", "compares", "uses"),
    [
        ({}, False, False),
        ({"baselines": (Baseline(name="base", kind=BaselineKind.BASE),)}, False, False),
        ({"baselines": (Baseline(name="promoted", kind=BaselineKind.PROMOTED),)}, True, True),
        ({"promote": Promote()}, False, True),
        ({"gate": Gate(holdout_budget=9)}, False, True),
    ],
)
def test_who_has_to_do_with_the_registry(changed: dict[str, object], compares: bool, uses: bool) -> None:
    one = Config(**{**vars(PLAIN), **changed})
    for configs in ((one,), (PLAIN, one), (None, one)):
        assert compares_with_promoted(*configs) is compares
        assert uses_registry(*configs) is uses
