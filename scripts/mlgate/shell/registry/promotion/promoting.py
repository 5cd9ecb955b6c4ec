"""Promotes what was pushed: finds its verdict, decides, and writes bytes first and the record second."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.config.model import Bump, StoreKind
from mlgate.core.documents.files import FILES
from mlgate.core.documents.promotion import Origin
from mlgate.core.documents.report import ReportDocument
from mlgate.core.registry.bundle.card import Written
from mlgate.core.registry.bundle.contents import CARD
from mlgate.core.registry.bundle.from_report import draft
from mlgate.core.registry.bundle.measured import About
from mlgate.core.registry.bundle.provenance import Source
from mlgate.core.registry.log.names import version_tag
from mlgate.core.registry.log.placing import chain, utc
from mlgate.core.registry.log.plan import promote
from mlgate.core.registry.log.versions import Change, change_between
from mlgate.core.registry.model_format import ModelFormat
from mlgate.core.registry.promotion.assignment import assignments
from mlgate.core.registry.promotion.decision import Absence, Facts, plan_promotion, refused
from mlgate.core.registry.promotion.document import Subject, document
from mlgate.core.registry.promotion.involved import involved_in
from mlgate.core.registry.promotion.judged import missing_files, wanted_files
from mlgate.errors import MlgateError
from mlgate.shell.base.commit import Remote
from mlgate.shell.registry.bundle.assembling import assemble
from mlgate.shell.registry.place import writing
from mlgate.shell.registry.promotion.behind import Behind
from mlgate.shell.registry.promotion.branch import pushed_here
from mlgate.shell.registry.promotion.local_verdict import local_verdict
from mlgate.shell.registry.promotion.order import event_payload, forge_of, host_of
from mlgate.shell.registry.stores import open_store
from mlgate.shell.runner import in_actions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlgate.core.documents.promotion import PromotionDocument
    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import Entry, State
    from mlgate.core.registry.promotion.decision import Decision
    from mlgate.core.registry.promotion.judged import Push
    from mlgate.shell.registry.bundle.assembling import Bundle
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.shell.registry.promotion.found import Found
    from mlgate.shell.registry.promotion.order import Order
    from mlgate.shell.registry.promotion.pushed import Pushed
    from mlgate.shell.registry.stores import Store
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World


def promote_push(pushed: Pushed, order: Order, folder: RunFolder, world: World) -> PromotionDocument:
    """Promote what was pushed, as far as it may be.

    Raises:
        MlgateError: If it could not be decided or written.
    """
    policy = pushed.promote
    push = pushed_here(pushed, order, world)
    scratch = folder.fresh("promotion")
    if order.local or push is None:
        found = local_verdict(folder.path, pushed.folder, scratch)
    else:
        found = _searched(pushed, push, order, world, scratch)
    missing = missing_files(found.report, found.files) if found.report else ()
    remote = Remote.of(pushed.git, world.env, order.token, world.log)
    facts = Facts(
        promote=policy,
        model=pushed.config.model,
        commit=pushed.commit,
        inputs=pushed.inputs(),
        origin=found.origin,
        report=found.report,
        absence=found.absence,
        missing=_called(found, missing),
        changed=_changed(pushed, found),
        configuration=pushed.name,
        has_model=pushed.has_model,
        is_behind=Behind(pushed.git, pushed.commit, order.branch, remote),
    )
    place = pushed.place
    key = None if order.find_only else order.signing_key
    with writing(place, world, token=order.token, key=key, sign=False) as (journal, signer):
        work = _Work(pushed, order, world, facts, found, scratch, journal, signer)
        return work.run()


def _called(found: Found, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return files of the report with their paths."""
    paths = {file.name: file.path for file in wanted_files(found.report)} if found.report else {}
    return tuple(f"{name} ({paths[name]})" if name in paths else name for name in names)


def _changed(pushed: Pushed, found: Found) -> tuple[str, ...]:
    """Return the files to name where a laptop's verdict is about something else than its commit."""
    if found.origin is not Origin.LOCAL or found.report is None:
        return ()
    judged = found.report.provenance
    return found.dirty if judged.dirty else pushed.differing(judged.commit)


def _searched(pushed: Pushed, push: Push, order: Order, world: World, scratch: Path) -> Found:
    from mlgate.shell.registry.promotion.verdict import Search  # noqa: PLC0415 - as above

    remote = Remote.of(pushed.git, world.env, order.token, world.log)
    search = Search(
        host=host_of(world, order.token, order.sleep),
        push=push,
        model=pushed.config.model,
        artifact=f"mlgate-{order.report_key or pushed.config.model}",
        workflow=pushed.promote.workflow,
        folder=scratch,
        edits_workflows=lambda: pushed.edits_workflows(push.before, remote),
    )
    return search.find()


@dataclass(frozen=True)
class _Work:
    pushed: Pushed
    order: Order
    world: World
    facts: Facts
    found: Found
    scratch: Path
    journal: Journal
    signer: str | None

    def run(self) -> PromotionDocument:
        before = self.journal.read().state
        decision = plan_promotion(self.facts, before)
        kind = self._inspected() if decision.register else None
        if isinstance(kind, Absence):
            decision = refused(kind)
        after = before
        if not self.order.find_only:
            decision, before, after = self._carry_out(decision, before, kind if isinstance(kind, ModelFormat) else None)
        subject = Subject(
            model=self.facts.model,
            commit=self.facts.commit,
            origin=self.found.origin if self.found.report else None,
            report_digest=self.found.report_digest,
            find_only=self.order.find_only,
        )
        digest = self.found.report_digest
        reads = {FILES[ReportDocument]: digest} if digest else {}
        return document(decision, subject, before, after, reads=reads)

    def _inspected(self) -> ModelFormat | Absence:
        """Return the format of the model's file, or why it must not be promoted."""
        from mlgate.shell.registry.bundle.model_file import inspect_model  # noqa: PLC0415 - readers of formats: a new model's

        policy, found = self.facts.promote, self.found
        bound = found.report.provenance.model_digest if found.report else None
        names = {file.digest: file.path for file in wanted_files(found.report)} if found.report else {}
        try:
            return inspect_model(
                found.files[str(bound)],
                allow_pickle=policy.allow_pickle,
                trusted_types=policy.trusted_types,
                name=names.get(str(bound), ""),
            )
        except MlgateError as error:
            if error.reason != "model-refused":
                raise
            return Absence(reason=error.reason, message=error.message, remedy=error.remedy)

    def _carry_out(self, decision: Decision, before: State, kind: ModelFormat | None) -> tuple[Decision, State, State]:
        """Write what was decided; what is decided at last depends on what others have written meanwhile."""
        store = self._store() if decision.writes or self._may_be_unpublished(decision) else None
        made: list[tuple[Decision, State]] = []
        after = before
        if decision.writes:
            bundle, record = self._prepare(before, kind) if kind else (None, self._draft())
            branch = open_store(StoreKind.BRANCH, journal=self.journal)
            self._put(bundle, store, branch)

            def follow(state: State) -> tuple[Record, ...]:
                decided = plan_promotion(self.facts, state)
                made.append((decided, state))
                return self._records(decided, state, record)

            blobs = {**(store.blobs() if store else {}), **branch.blobs()}
            after = self.journal.append(follow, blobs).state
            decision, before = made[-1]
        if store is not None:
            self._publish(store, decision, before, after)
        return decision, before, after

    def _records(self, decided: Decision, state: State, record: Record) -> tuple[Record, ...]:
        if not decided.writes:
            return ()
        if decided.register:
            policy = self.facts.promote
            order = tuple(stage.name for stage in policy.stages)
            records = promote(
                state, draft=record, stages=decided.stages, bump=policy.bump, order=order, change=self._change(record)
            )
        else:
            records = assignments(state, decided, model=record.model, actor=record.actor, time=record.time)
        return chain(state, [replace(each, signer=self.signer) for each in records]) if self.signer else records

    def _change(self, record: Record) -> Callable[[Entry], Change] | None:
        """Return what tells a change of the data from one of the code, where that decides: the digests alone do not."""
        if self.facts.promote.bump is not Bump.AUTO:
            return None
        remote = Remote.of(self.pushed.git, self.world.env, self.order.token, self.world.log)

        def change(older: Entry) -> Change:
            found = change_between(older.record().digests, record.digests)
            edited = found is Change.DATA and self.pushed.edits_code(older.commit, remote)
            return Change.CODE if edited else found

        return change

    def _store(self) -> Store:
        policy = self.facts.promote
        bound = self.found.report.provenance if self.found.report else None
        release = policy.store is StoreKind.RELEASE
        return open_store(
            policy.store,
            journal=self.journal,
            folder=self.pushed.folder / policy.folder if policy.folder else None,
            forge=forge_of(self.world, self.order.token, self.order.sleep) if release else None,
            repository=self.world.env.get("GITHUB_REPOSITORY", ""),
            key=f"{self.facts.model} {self.facts.inputs} {bound.model_digest if bound else None}",
        )

    def _may_be_unpublished(self, decision: Decision) -> bool:
        """Return whether a run before may have been stopped between the record and its release."""
        again = decision.reason == "already-promoted" and self.found.report is not None
        return again and self.facts.promote.store is StoreKind.RELEASE

    def _prepare(self, before: State, kind: ModelFormat) -> tuple[Bundle, Record]:
        report, found = self.found.report, self.found
        if report is None:
            raise AssertionError
        policy, scratch = self.facts.promote, self.scratch / "bundle"
        scratch.mkdir()
        (self.scratch / "report").write_bytes(found.data)
        digest = str(found.report_digest)
        bundle = assemble(
            report,
            {**found.files, digest: self.scratch / "report"},
            scratch,
            report_digest=digest,
            store=policy.store,
            about=About(format=kind.name, runs_code=kind.runs_code, run_url=found.run.url if found.run else ""),
            written=self._written(before),
            source=self._source(),
        )
        record = replace(
            self._draft(), artifacts=bundle.artifacts, format=kind.name, runs_code=kind.runs_code, signer=self.signer
        )
        return bundle, record

    def _draft(self) -> Record:
        found = self.found
        if found.report is None:
            raise AssertionError
        made = draft(
            found.report,
            report_digest=str(found.report_digest),
            actor=self.journal.actor,
            origin=found.origin,
            commit=self.facts.commit,
            pull_request=found.pull_request,
            run=found.run,
        )
        others = (
            involved_in(self.world.env, event_payload(self.world), actor=made.actor)
            if in_actions(self.world.env)
            else ()
        )
        return replace(made, time=utc(self.world.now()), involved=others, configuration=self.pushed.name)

    def _written(self, before: State) -> Written:
        path = self.facts.promote.card
        latest = before.latest(self.facts.model)
        return Written(
            text=self.pushed.text(path) if path else None,
            file=path or Written.file,
            previous=self._previous_card(latest) if latest and not path else None,
        )

    def _previous_card(self, latest: Entry) -> str | None:
        """Return the card of the version before; one that cannot be had is written anew."""
        card = next((item for item in latest.record().artifacts if item.name == CARD), None)
        to = self.scratch / "card"
        if card is None:
            return None
        try:
            store = (
                self._store()
                if card.store == self.facts.promote.store.value
                else open_store(card.store, journal=self.journal)
            )
            store.get(card.digest, card.size, to, label=f"the card of {latest.version}")
            return to.read_text(encoding="utf-8")
        except (MlgateError, UnicodeDecodeError) as error:
            self.world.log(f"the card of {latest.version} cannot be had, and is begun anew: {error}")
            return None

    def _source(self) -> Source:
        env = self.world.env
        server, repository = env.get("GITHUB_SERVER_URL"), env.get("GITHUB_REPOSITORY")
        in_ci = self.found.origin is Origin.CI
        return Source(
            configuration=self.pushed.name,
            workflow=self.facts.promote.workflow if in_ci else None,
            repository=f"{server}/{repository}" if in_ci and server and repository else None,
            run=self.found.run,
        )

    def _put(self, bundle: Bundle | None, store: Store | None, branch: Store) -> None:
        """Put every file where the record will say that it is."""
        for item in bundle.artifacts if bundle else ():
            target = branch if item.store == StoreKind.BRANCH.value else store
            if target is not None and bundle is not None:
                target.put(item.digest, bundle.paths[item.digest], name=item.file)

    def _publish(self, store: Store, decision: Decision, before: State, after: State) -> None:
        new = [entry.version for entry in after.entries[before.sequence :] if entry.model == self.facts.model]
        version = decision.version or (new[0] if new else None)
        if version is not None:
            tag = version_tag(self.facts.model, version)
            store.publish(
                tag, title=f"{self.facts.model} {version}", text="Written by mlgate: see the card, README.md."
            )
