"""All that `verify` looks at, in one snapshot, and what it could not look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.audit.files import pages_of_others
from mlgate.core.registry.audit.signatures import SignatureState
from mlgate.core.registry.audit.snapshot import Snapshot
from mlgate.core.registry.log.record import RecordError, decode
from mlgate.shell.base.commit import Remote
from mlgate.shell.registry.bundle.bundles import Bundles
from mlgate.shell.registry.log.journal import open_journal
from mlgate.shell.registry.verification import snapshot
from mlgate.shell.registry.verification.seen_tags import seen_tags
from mlgate.shell.registry.verification.signing import verify_commits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlgate.core.registry.audit.signatures import SignerResult
    from mlgate.core.registry.audit.snapshot import LogCommit, TreeFile
    from mlgate.core.registry.log.record import Record
    from mlgate.shell.registry.place import Place
    from mlgate.shell.world import World

UNSIGNED = "signatures: no list of allowed signers is configured; name one by `--allowed-signers`"
OFFLINE = "tags: they are the remote's, and nothing was fetched"


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What was seen.

    Attributes:
        snapshot: All of it.
        checked: How many things of each kind, in the singular.
        unsigned: How many records are unsigned, before the first signed one and after it.
        unchecked: What was not looked at, and why.
    """

    snapshot: Snapshot
    checked: dict[str, int]
    unsigned: tuple[int, int]
    unchecked: tuple[str, ...]


def collect(
    place: Place, world: World, *, token: str | None, allowed: str | None, fetch: bool, all_signed: bool = False
) -> Collected:
    """Return the registry as it is seen: on the remote, in this clone, in its stores.

    Raises:
        OutsideError: If the log, the tags or the signatures cannot be read at all.
    """
    git = place.git
    remote = Remote.of(git, world.env, token, world.log)
    ends = snapshot.find_ends(git, remote, fetch=fetch)
    tags = seen_tags(git, remote) if fetch or remote is None else None
    before = snapshot.remembered(git, ends)
    if ends.tip is None:
        return _counted(Snapshot(tip=None, tags=tags, remembered=before), [] if fetch or remote is None else [OFFLINE])
    commits, signed = snapshot.commits(git, ends.tip)
    files = snapshot.files(git, ends.tip)
    records = tuple(_records(files))
    bundles = Bundles(place=place, journal=open_journal(git, world, token), world=world, token=token)
    blobs, unseen = bundles.look(records)
    must_sign = place.promote.sign or all_signed
    to_check = [commit.id for commit in commits] if must_sign else _claimed(commits, signed, records)
    signatures = _signatures(place, world, to_check, allowed)
    seen = Snapshot(
        tip=ends.tip,
        commits=commits,
        whole=not commits or not commits[0].parents,
        files=files,
        tags=tags,
        stores=tuple(sorted({a.store for r in records for a in r.artifacts} - {"branch"} - set(unseen))),
        blobs=blobs,
        remembered=before,
        signatures=signatures,
        must_sign=must_sign,
        all_signed=all_signed,
        stages=_stages(place),
    )
    missing = [f"the {store} store: {why}" for store, why in unseen.items()]
    missing += [OFFLINE] if tags is None else []
    missing += [UNSIGNED] if signatures is None else []
    missing += pages_of_others(files)
    return _counted(seen, missing)


def _records(files: Iterable[TreeFile]) -> Iterable[Record]:
    for file in files:
        if file.path.startswith("records/") and file.data is not None:
            try:
                yield decode(file.data)
            except RecordError:
                continue  # the audit says what is wrong with it


def _claimed(commits: Iterable[LogCommit], signed: frozenset[str], records: Iterable[Record]) -> list[str]:
    """Return the commits to look at where not all must be signed: one that claims a signer may have lost it."""
    claims = any(record.signer for record in records)
    return [commit.id for commit in commits if claims or commit.id in signed]


def _signatures(
    place: Place, world: World, commits: list[str], allowed: str | None
) -> Mapping[str, SignerResult] | None:
    if not commits:
        return {}
    if allowed is None and not place.promote.sign:
        return None
    return verify_commits(place.git, world.env, commits, allowed or "")


def _stages(place: Place) -> dict[str, tuple[str, ...]]:
    if place.config is None or place.config.promote is None:
        return {}
    return {place.config.model: tuple(stage.name for stage in place.config.promote.stages)}


def _counted(seen: Snapshot, missing: list[str]) -> Collected:
    paths = [file.path for file in seen.files]
    checked = {
        "record": sum(path.startswith("records/") for path in paths),
        "commit": len(seen.commits),
        "tag": len(seen.tags or ()),
        "blob": sum(path.startswith("blobs/") for path in paths) + len(seen.blobs),
        "page": sum(path.endswith(".md") for path in paths),
        "signature": len(_signed(seen)),
    }
    return Collected(snapshot=seen, checked=checked, unsigned=_unsigned(seen), unchecked=tuple(missing))


def _signed(seen: Snapshot) -> list[int]:
    """Return which of the commits are signed, by whomever."""
    known = seen.signatures or {}
    return [
        number
        for number, commit in enumerate(seen.commits)
        if commit.id in known and known[commit.id].state is not SignatureState.UNSIGNED
    ]


def _unsigned(seen: Snapshot) -> tuple[int, int]:
    """Return how many commits are unsigned, before the first that is signed and after it; none where none is."""
    signed = _signed(seen)
    if not signed:
        return 0, 0
    return signed[0], len(seen.commits) - signed[0] - len(signed)
