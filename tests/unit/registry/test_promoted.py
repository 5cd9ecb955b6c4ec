"""Which version `promoted` means, and who has to do with the registry."""

from __future__ import annotations

import pytest

from mlgate.core.config.model import Baseline, BaselineKind, Config, Gate, Promote, Stage
from mlgate.core.registry.log import plan, record
from mlgate.core.registry.log.record import Digests, Event, Record
from mlgate.core.registry.log.state import State, extend
from mlgate.core.registry.promotion.promoted import (
    compares_with_promoted,
    promoted_version,
    unpromoted,
    uses_registry,
)

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


def test_nothing_was_promoted_where_the_log_has_no_version_of_the_model() -> None:
    found = unpromoted(State(), config(*STAGES))
    assert found.reason == "registry-empty"
    assert "Nothing has been promoted yet" in found.message


def test_a_model_with_a_new_name_begins_anew_and_the_others_are_named() -> None:
    found = unpromoted(promoted("production"), config(*STAGES, model="trains"))
    assert found.reason == "registry-empty"
    assert "Nothing has been promoted of trains" in found.message
    assert f"The registry knows {MODEL}: a model that gets another name begins anew" in found.message


def test_versions_that_no_stage_points_to_are_not_nothing() -> None:
    """What was promoted and taken out is a missing baseline: passing would let any model follow it."""
    state = extended(
        promoted("dev", "dev"),
        plan.unassign(promoted("dev", "dev"), model=MODEL, stage="dev", actor="ada", time=TIME),
    )
    renamed = unpromoted(promoted("production"), config("prod"))
    for found in (unpromoted(state, config(*STAGES)), renamed):
        assert found.reason == "baseline-missing"
    taken = unpromoted(state, config(*STAGES)).message
    assert "has 2 versions of flights, and no stage of the configuration (dev, staging, production)" in taken
    assert "`mlgate registry assign v1.1.0 --stage dev`" in taken
    assert "it points dev to v1.0.0, staging to v1.0.0, production to v1.0.0" in renamed.message


def test_deprecated_versions_count_and_are_not_proposed() -> None:
    state = promoted("dev", "dev")
    state = extended(state, plan.unassign(state, model=MODEL, stage="dev", actor="ada", time=TIME))
    state = extended(state, plan.deprecate(state, model=MODEL, version="v1.1.0", actor="ada", time=TIME, reason="x"))
    assert "assign v1.0.0" in unpromoted(state, config(*STAGES)).message
    state = extended(state, plan.deprecate(state, model=MODEL, version="v1.0.0", actor="ada", time=TIME, reason="x"))
    found = unpromoted(state, config(*STAGES))
    assert found.reason == "baseline-missing"
    assert "assign VERSION" in found.message


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
