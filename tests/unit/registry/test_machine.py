"""Any sequence of what people and workflows do to a registry, with lost commits, retries and other writers.

Beside the log stands a model that knows nothing of records: after every step the fold must say what it says, the log
must be one that `verify` finds nothing wrong with, and asking for the same again must change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.registry_log import STAGES, Log, a_draft

from mlgate.core.config.model import Promote, Stage
from mlgate.core.outcome import Outcome
from mlgate.core.registry.audit.judge import audit
from mlgate.core.registry.log import plan
from mlgate.core.registry.log.plan import PlanError, utc
from mlgate.core.registry.log.record import Record, encode
from mlgate.core.registry.log.state import State, fold
from mlgate.core.registry.promotion.assignment import Agreement, Wish, assignments, plan_assignment
from mlgate.errors import MlgateError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Planner = Callable[[State], tuple[Record, ...]]

MODELS = ("flight-delays", "prices")
PROMOTE = Promote(stages=tuple(Stage(name=name) for name in STAGES))
START = datetime(2026, 3, 3, 10, tzinfo=UTC)


@dataclass
class Naive:
    """What a person would write on a whiteboard."""

    made: dict[str, str] = field(default_factory=dict)  # the source of each version, newest last
    deprecated: set[str] = field(default_factory=set)
    stages: dict[str, str | None] = field(default_factory=dict)
    been: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ways: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # how each stage came where it is

    def promote(self, source: str, stages: Sequence[str]) -> None:
        known = [version for version, of in self.made.items() if of == source and version not in self.deprecated]
        version = known[-1] if known else f"v1.{len(self.made)}.0"
        self.made.setdefault(version, source)
        order = list(self.made)
        for stage in stages:
            if version in self.been[stage]:
                continue
            current = self.stages.get(stage)
            if known and current is not None and order.index(current) > order.index(version):
                break
            self.point(stage, version)

    def point(self, stage: str, version: str) -> None:
        self.stages[stage] = version
        self.been[stage].append(version)
        self.ways[stage].append(version)

    def may_assign(self, version: str, stage: str) -> bool:
        earlier = STAGES[STAGES.index(stage) - 1] if STAGES.index(stage) else None
        usable = version in self.made and version not in self.deprecated
        return usable and (self.stages.get(stage) == version or earlier is None or version in self.been[earlier])

    def way_back(self, stage: str) -> str | None:
        usable = [v for v in self.ways[stage] if v != self.stages.get(stage) and v not in self.deprecated]
        return usable[-1] if usable else None

    def go_back(self, stage: str, version: str) -> None:
        way = self.ways[stage]
        self.ways[stage] = way[: len(way) - way[::-1].index(version)] if version in way else [*way, version]
        self.stages[stage] = version


class Registry(RuleBasedStateMachine):
    """The log, its model, and faults on the way from a plan to the log."""

    @initialize()
    def begin(self) -> None:
        self.log = Log()
        self.naive = {model: Naive() for model in MODELS}
        self.now = START

    # What happens between a plan and the log.

    def write(self, planner: Planner, fault: str) -> None:
        """Write what is planned, as the journal does when something goes wrong on the way."""
        if fault == "lost":  # killed before the push: nothing has happened, and somebody runs it again
            planner(self.log.state)
        if fault == "overtaken":  # another writer was faster: what was planned is thrown away and planned anew
            stale = planner(self.log.state)
            self.let_another_promote()
            assert not stale or stale[0].previous != self.log.state.digest
        records = planner(self.log.state)
        if records:
            self.log.append(records)
        if fault == "doubled":  # the reply was lost: the log is read again, and its record is found there
            assert all(self.log.state.find(entry.digest) for entry in self.log.state.entries[-1:])
        assert planner(self.log.state) == ()  # asked once more, there is nothing left to do

    def let_another_promote(self) -> None:
        source = f"other {self.log.state.sequence}"
        self.log.append(
            plan.promote(self.log.state, draft=a_draft(source, model="prices", time=utc(self.now)), stages=STAGES)
        )
        self.naive["prices"].promote(source, STAGES)

    def by(self, model: str) -> dict[str, Any]:
        return {"model": model, "actor": "grace", "time": utc(self.now)}

    faults = st.sampled_from(("none", "none", "lost", "overtaken", "doubled"))
    models = st.sampled_from(MODELS)
    stages = st.sampled_from(STAGES)
    sources = st.sampled_from("abcdef")
    versions = st.integers(0, 5).map(lambda number: f"v1.{number}.0")

    # What people and workflows do.

    @rule(seconds=st.integers(-300, 90_000))
    def wait(self, seconds: int) -> None:
        """Go on in time; a machine whose clock is behind may be the next."""
        last = self.log.state.time
        behind = datetime.fromisoformat(last) - timedelta(minutes=9) if last else START
        self.now = max(self.now + timedelta(seconds=seconds), behind)

    @rule(model=models, source=sources, reached=st.integers(0, 2), fault=faults)
    def promote(self, model: str, source: str, reached: int, fault: str) -> None:
        draft, stages = a_draft(source, model=model, time=utc(self.now)), STAGES[:reached]
        self.write(lambda state: plan.promote(state, draft=draft, stages=stages, order=STAGES), fault)
        self.naive[model].promote(source, stages)

    @rule(model=models, version=versions, stage=stages, fault=faults)
    def assign(self, model: str, version: str, stage: str, fault: str) -> None:
        def planner(state: State) -> tuple[Record, ...]:
            wish = Wish(model=model, stage=stage, version=version)
            decision = plan_assignment(wish, PROMOTE, Agreement(), state)
            if decision.outcome is not Outcome.PASS:
                raise PlanError(decision.reason, decision.message)
            return assignments(state, decision, **self.by(model))

        naive = self.naive[model]
        if not naive.may_assign(version, stage):
            self.refused(planner, "version-unknown", "stage-order")
            return
        self.write(planner, fault)
        if naive.stages.get(stage) != version:
            naive.point(stage, version)

    @rule(model=models, stage=stages, fault=faults)
    def take_back(self, model: str, stage: str, fault: str) -> None:
        def planner(state: State) -> tuple[Record, ...]:
            return plan.unassign(state, stage=stage, **self.by(model))

        if stage not in self.naive[model].stages:
            self.refused(planner, "version-unknown")
            return
        self.write(planner, fault)
        self.naive[model].stages[stage] = None

    @rule(model=models, version=versions, fault=faults)
    def deprecate(self, model: str, version: str, fault: str) -> None:
        def planner(state: State) -> tuple[Record, ...]:
            return plan.deprecate(state, version=version, reason="bias", **self.by(model))

        if version not in self.naive[model].made:
            self.refused(planner, "version-unknown")
            return
        self.write(planner, fault)
        self.naive[model].deprecated.add(version)

    @rule(model=models, version=st.none() | versions, words=st.text(max_size=20), fault=faults)
    def note(self, model: str, version: str | None, words: str, fault: str) -> None:
        def planner(state: State) -> tuple[Record, ...]:
            return plan.note(state, version=version, reason=words, **self.by(model))

        made = self.naive[model].made
        if not made or (version is not None and version not in made):
            self.refused(planner, "version-unknown")
            return
        self.write(planner, fault)

    @rule(model=models, stage=stages, fault=st.sampled_from(("none", "lost", "doubled")))
    def roll_back(self, model: str, stage: str, fault: str) -> None:
        naive = self.naive[model]
        to = naive.way_back(stage)
        if to is None:
            self.refused(self.rollback(model, stage, None), "version-unknown", "nothing-to-roll-back")
            return
        if fault == "lost":
            self.rollback(model, stage, None)(self.log.state)
        (record,) = self.log.append(self.rollback(model, stage, None)(self.log.state))
        assert (record.version, record.rollback) == (to, True)
        naive.go_back(stage, to)

    @rule(model=models, stage=stages, version=versions, fault=faults)
    def roll_back_to(self, model: str, stage: str, version: str, fault: str) -> None:
        naive = self.naive[model]
        planner = self.rollback(model, stage, version)
        if stage not in naive.stages or version not in naive.been[stage] or version in naive.deprecated:
            self.refused(planner, "version-unknown", "nothing-to-roll-back")
            return
        self.write(planner, fault)
        if naive.stages[stage] != version:
            naive.go_back(stage, version)

    def rollback(self, model: str, stage: str, to: str | None) -> Planner:
        return lambda state: plan.rollback(state, stage=stage, to=to, reason="worse", **self.by(model))

    def refused(self, planner: Planner, *reasons: str) -> None:
        """Hold that a plan is refused, by name."""
        try:
            planner(self.log.state)
        except MlgateError as error:
            assert error.reason in reasons  # noqa: PT017 - the machine goes on
        else:
            raise AssertionError("nothing refused it")

    # What holds after every step.

    @invariant()
    def the_fold_is_the_model(self) -> None:
        if not hasattr(self, "log"):
            return
        state = self.log.state
        for model, naive in self.naive.items():
            assert {str(entry.version) for entry in state.versions(model)} == set(naive.made)
            assert state.stages(model) == naive.stages
            assert {v for v in naive.made if state.is_deprecated(model, v)} == naive.deprecated
        assert len(state.tags()) == sum(entry.tag is not None for entry in state.entries)

    def teardown(self) -> None:
        """Hold that what was written is a log, whole and in order, and that its past is what it was."""
        if not hasattr(self, "log"):
            return
        state = self.log.state
        datas = [entry.data for entry in state.entries]
        assert fold(datas) == state
        assert [encode(entry.record()) for entry in state.entries] == datas
        assert audit(self.log.snapshot(stages=dict.fromkeys(MODELS, STAGES))) == ()
        times = [entry.time for entry in state.entries]
        assert times == sorted(times)
        for entry in state.entries[::5]:
            assert state.before(entry.sequence).sequence == entry.sequence - 1
            assert state.at(entry.time).sequence >= entry.sequence


TestRegistry = Registry.TestCase
TestRegistry.settings = settings(max_examples=500, stateful_step_count=25)
