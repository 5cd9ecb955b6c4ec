"""A registry with a history: two models, two stages, every event, files on the branch; signed where there is a key."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.registries import MODEL, Lab, variables

from mlgate.core.documents.promotion import Origin
from mlgate.core.outcome import Outcome
from mlgate.core.registry.log import plan
from mlgate.core.registry.log.record import Digests, Event, Measured, Record, StoredArtifact, Verdict
from mlgate.core.registry.promotion.by_hand import signed
from mlgate.main import main
from mlgate.shell.registry.verification.signing import open_signer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.repository import Repository

    from mlgate.core.registry.log.state import State

OTHER = "diabetes"
STAGES = ("staging", "production")
FILES = {
    "model": "model.skops",
    "holdout-predictions": "holdout-predictions.csv.gz",
    "profile": "profile.json",
    "report": "report.json",
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def bundle(model: str, version: str, store: str = "branch") -> tuple[tuple[StoredArtifact, ...], dict[str, bytes]]:
    """Return the files of a version, and their bytes by digest."""
    datas = {name: f"{name} of {model} {version}\n".encode() for name in FILES}
    stored = tuple(
        StoredArtifact(name=name, file=FILES[name], digest=digest(data), size=len(data), store=store)
        for name, data in datas.items()
    )
    return stored, {digest(data): data for data in datas.values()}


def draft(model: str, version: str, commit: str, time: str, *, auc: float = 0.8, store: str = "branch") -> Record:
    """Return what registers a version, before it has a place."""
    artifacts, _ = bundle(model, version, store)
    return Record(
        sequence=0,
        event=Event.REGISTER,
        model=model,
        actor="ann",
        time=time,
        commit=commit,
        origin=Origin.CI,
        pull_request=7,
        report_digest=artifacts[3].digest,
        verdict=Verdict(outcome=Outcome.PASS, rules=(Measured(metric="roc_auc", value=auc, outcome=Outcome.PASS),)),
        digests=Digests(inputs=digest(version.encode()), data={"train": digest(time.encode())}, holdout="5" * 64),
        artifacts=artifacts,
        format="skops",
    )


class Story:
    """The registry of a lab, and a clone of it to look from.

    Attributes:
        lab: The remote.
        clone: A clone that has seen nothing of the registry yet.
        key: The private SSH key that signs; None where nobody signs.
    """

    def __init__(self, folder: Path, *, sign: bool = False, store: str = "branch") -> None:
        folder.mkdir(exist_ok=True)
        self.lab = Lab(folder)
        self.store = store
        self.key = new_key(folder / "key") if sign else None
        self.writer = self.lab.clone("writer")
        self.clone = self.lab.clone("clone")

    def tell(self) -> Story:
        """Write eight records, and what belongs to them."""
        first = self.lab.code
        self.promote(MODEL, first, "2026-03-01T10:00:00Z", STAGES)
        self.promote(OTHER, first, "2026-03-02T10:00:00Z", ("production",))
        second = self.lab.origin.commit({"train.py": "print(3)\n"}, "third")
        self.lab.origin.git("push", "-q", "origin", "main")
        for clone in (self.writer, self.clone):
            clone.git("pull", "-q")
        self.promote(MODEL, second, "2026-03-03T10:15:00Z", ("staging",), auc=0.85)
        self.write(
            lambda state: plan.note(
                state, model=MODEL, version="v1.1.0", actor="bob", time="2026-03-04T09:00:00Z", reason="looks good"
            )
        )
        return self

    def promote(self, model: str, commit: str, time: str, stages: tuple[str, ...], auc: float = 0.8) -> None:
        """Register the next version and assign it, in one push."""

        def planned(state: State) -> tuple[Record, ...]:
            version = f"v1.{len(state.versions(model))}.0"
            made = draft(model, version, commit, time, auc=auc, store=self.store)
            return plan.promote(state, draft=made, stages=stages)

        count = len(self.lab.journal(self.writer).read().state.versions(model))
        _, blobs = bundle(model, f"v1.{count}.0")
        self.write(planned, blobs if self.store == "branch" else {})

    def write(self, planned: Callable[[State], tuple[Record, ...]], blobs: dict[str, bytes] | None = None) -> None:
        """Append records, signed if there is a key."""
        env = variables()
        git = self.lab.journal(self.writer)._git
        text = self.key.read_text() if self.key else None
        with open_signer(git, env, key=text, wanted=False, allowed=None) as signer:
            name = replace(signer, principal="ann@example.org") if signer else None
            journal = self.lab.journal(self.writer, signer=name)
            journal.append(lambda state: signed(state, planned(state), name.principal if name else None), blobs or {})

    @property
    def allowed(self) -> str:
        """Return the list of allowed signers that has the key."""
        assert self.key
        return f"ann@example.org {self.key.with_suffix('.pub').read_text()}"


def new_key(path: Path) -> Path:
    """Make an SSH key."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


def registry(clone: Repository, *words: str, **more: str) -> int:
    """Run `mlgate registry` in a clone."""
    return main(["registry", *words], {**variables(), "GITHUB_ACTOR": "ann", **more}, clone.root)
