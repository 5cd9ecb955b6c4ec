"""Appending to the log: plan, write, push; and again, until the records are there or it is known why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.log.names import BRANCH
from mlgate.core.registry.log.push import Effect, judge, tags_in
from mlgate.core.registry.log.state import extend
from mlgate.errors import MlgateError, OutsideError
from mlgate.shell.git.pushing import Answer
from mlgate.shell.registry.log.reading import HEAD, fail
from mlgate.shell.registry.log.writing import Batch, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State
    from mlgate.shell.git.pushing import Move
    from mlgate.shell.registry.log.location import Log, Seen
    from mlgate.shell.registry.log.writing import Writer

ROUNDS = 12
UNKNOWN_ROUNDS = 3  # pushes that fail for a reason that nobody knows
FIRST_WAIT, LONGEST_WAIT, GROWTH = 0.1, 5.0, 1.7  # seconds
RECENT = 20  # records whose tags are looked at on a remote


@dataclass(frozen=True, kw_only=True)
class Appended:
    """What an append wrote.

    Attributes:
        records: The new records, in order; none if there was nothing to write.
        state: The state after them.
        tip: The log's commit after them; None if there is still no log.
        rounds: How often it was tried: more than 1 if others wrote meanwhile.
    """

    records: tuple[Record, ...]
    state: State
    tip: str | None
    rounds: int


class Append:
    """One append, over all its rounds."""

    def __init__(
        self,
        log: Log,
        writer: Writer,
        plan: Callable[[State], tuple[Record, ...]],
        blobs: Mapping[str, bytes | Path],
        *,
        wait: Callable[[float], None],
        say: Callable[[str], None],
    ) -> None:
        self._log = log
        self._writer = writer
        self._plan = plan
        self._blobs = blobs
        self._wait = wait
        self._say = say
        self._tried: list[Batch] = []
        self._failed: list[tuple[Effect, Answer, str | None]] = []

    def run(self) -> Appended:
        """Append, and return what was appended."""
        seen = self._log.seen  # what was read a moment ago may do: the push proves it
        fresh = False
        for number in range(1, ROUNDS + 1):
            if seen is None:
                seen, fresh = self._again(), True
            batch = self._batch(seen, fresh=fresh)
            if batch is None and not fresh:
                seen = None
            elif batch is None:
                return self._nothing(seen, number)
            elif (done := self._attempt(seen, batch, number)) is not None:
                return done
            else:
                seen = None
                self._wait(min(LONGEST_WAIT, FIRST_WAIT * GROWTH ** (number - 1)))
        raise fail(
            "registry-busy",
            f"the registry was written by others {len(self._failed)} times while this one tried: "
            f"{self._failed[-1][1].words if self._failed else 'nothing more is known'}",
        )

    def _again(self) -> Seen:
        """Read the log, and end if it tells that no further try can help."""
        try:
            seen = self._log.refresh()
        except OutsideError as error:
            if self._failed and self._failed[-1][0] is Effect.UNKNOWN:
                said = self._failed[-1][1].words
                raise fail(
                    error.reason,
                    f"a push ended with {said!r}; whether it arrived is unknown: {error.message}",
                    "Run it again: what has arrived is not written twice.",
                ) from None
            raise
        if self._log.is_here:
            self._heal(seen.state)
        self._give_up_if_hopeless(seen)
        return seen

    def _give_up_if_hopeless(self, seen: Seen) -> None:
        if not self._failed or self._arrived(seen) is not None:
            return
        effect, answer, tip = self._failed[-1]
        if effect is Effect.TAKEN and tip == seen.tip:
            named = tags_in(answer.refs, answer.words, tuple(r.tag for r in self._tried[-1].records if r.tag))
            raise fail(
                "tag-taken",
                f"the registry needs the tag {', '.join(named)}, and it exists although the log has not set it: "
                "a person or another tool did",
                f"Look at it (`git show {named[0]}`), then rename or delete it; the registry never moves a tag.",
            )
        if sum(item[0] is Effect.UNKNOWN for item in self._failed) >= UNKNOWN_ROUNDS:
            raise fail(
                "registry-refused",
                f"the registry cannot be pushed: {answer.words}",
                "git's own words tell why; nothing was written. Run it again, or push any branch by hand to compare.",
            )

    def _arrived(self, seen: Seen) -> Batch | None:
        """Return the batch of an earlier round that the log has although the push seemed to fail."""
        return next((batch for batch in self._tried if seen.state.find(batch.last) is not None), None)

    def _batch(self, seen: Seen, *, fresh: bool) -> Batch | None:
        """Return what is to follow; None if nothing is, or if the state may be too old to say."""
        if self._arrived(seen) is not None:
            return None
        try:
            records = self._plan(seen.state)
        except MlgateError:
            if fresh:
                raise
            return None
        if not records:
            return None
        if not self._writer.signs and seen.state.is_signed():
            raise fail(
                "signature-wrong",
                "the registry has signed records, and this one would be unsigned: nothing was written",
                "Sign it, with your git's key by `--sign`, or as a job by `signing-key`; `promote.sign: true` in the "
                "configuration of every model asks for it always.",
            )
        datas = encoded(records)
        return Batch(records=records, datas=datas, after=extend(seen.state, datas), blobs=self._blobs)

    def _nothing(self, seen: Seen, number: int) -> Appended:
        """Return that nothing is left to write: all is there, perhaps by a push whose reply was lost."""
        arrived = self._arrived(seen)
        if arrived is not None and seen.tip is not None:
            self._log.accept(seen.tip, seen.state)
        if not self._log.is_here:
            self._heal(seen.state)
        return Appended(
            records=arrived.records if arrived else (), state=seen.state, tip=seen.tip, rounds=max(number - 1, 1)
        )

    def _attempt(self, seen: Seen, batch: Batch, number: int) -> Appended | None:
        """Write and push a batch; None if another round may do."""
        self._log.need([record.commit for record in batch.records if record.tag and record.commit], seen.state)
        moves = self._writer.write(seen.tip, batch)
        self._tried.append(batch)
        answer = self._moved(moves)
        if answer is None or not answer.done:
            return None
        self._log.accept(moves[0].new, batch.after)
        return Appended(records=batch.records, state=batch.after, tip=moves[0].new, rounds=number)

    def _moved(self, moves: tuple[Move, ...]) -> Answer | None:
        try:
            answer = self._log.move(moves)
        except OutsideError as error:
            if error.reason != OutsideError.default_reason:
                raise
            answer = Answer(done=False, refs={}, words=error.message)  # no answer in time
        if answer.done:
            return answer
        effect = judge(answer.refs, answer.words, HEAD)
        self._failed.append((effect, answer, moves[0].old or None))
        if effect is Effect.REFUSED:
            raise fail("registry-refused", f"the host does not take the registry's push: {answer.words}")
        if effect is Effect.FULL:
            raise fail(
                "store-failed",
                f"the objects of the registry's push could not be stored: {answer.words}",
                "Make room where git says so, and run it again; nothing was written.",
            )
        self._say(f"the log's push did not go through ({effect.value}); reading {BRANCH} again")
        return answer

    def _heal(self, state: State) -> None:
        """Set tags that the log has and that are not there: a host, or this command, was killed between them."""
        entries = [entry for entry in state.entries if entry.tag and entry.commit]
        entries = entries if self._log.is_here else entries[-RECENT:]
        try:
            there = self._log.tags([str(entry.tag) for entry in entries])
            lacking = [entry for entry in entries if entry.tag not in there]
            if not lacking:
                return
            self._log.need([str(entry.commit) for entry in lacking], state)
            done = self._log.move(self._writer.tags(lacking)).done
        except OutsideError as error:
            self._say(f"tags of the log could not be looked at: {error.message}")
            return
        named = ", ".join(str(entry.tag) for entry in lacking[:RECENT])
        self._say(f"{'set again' if done else 'could not set'} what the log has set and was missing: {named}")
