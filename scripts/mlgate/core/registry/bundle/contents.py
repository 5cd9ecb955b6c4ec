"""What is in a version's bundle, and how its files are called; `shell` puts them together."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING

from mlgate import __version__
from mlgate.core.config.model import StoreKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.documents.training import Environment
    from mlgate.core.registry.log.record import StoredArtifact

MODEL = "model"
REPORT = "report"
CARD = "card"
ENVIRONMENT = "environment"
PROVENANCE = "provenance"
MANIFEST = "manifest"
MANIFEST_SCHEMA = "mlgate/manifest/1"
FILES = {
    REPORT: "report.json",
    CARD: "README.md",
    ENVIRONMENT: "environment.txt",
    PROVENANCE: "provenance.json",
    MANIFEST: "manifest.json",
}
# Who has no token, a fork for example, compares by these: they lie on the branch whatever the store is.
ON_BRANCH = ("holdout-predictions", "profile")
LONGEST_NAME = 100
_NO_PACKAGE = re.compile(r"[^A-Za-z0-9._+!-]|^[.-]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def store_of(name: str, store: StoreKind) -> StoreKind:
    """Return where a file of the bundle lies."""
    return StoreKind.BRANCH if name in ON_BRANCH else store


def safe_name(path: str, default: str, taken: Iterable[str] = ()) -> str:
    """Return the base name of a path as one that every system can hold, and that is none of `taken`.

    Letters, digits and `._-` stay; nothing hides behind a leading dot, and no option begins with a dash.
    """
    name = _UNSAFE.sub("-", posixpath.basename(path.replace("\\", "/"))).rstrip(".")[-LONGEST_NAME:].lstrip(".-")
    known = {other.casefold() for other in (*taken, *FILES.values())}
    name = name or default
    return f"{default}-{name}" if name.casefold() in known else name


def environment_lock(environment: Environment | None) -> bytes:
    """Return what the model was trained in: lines of comments, then `name==version` as pip takes them."""
    if environment is None:
        return b"# Not recorded: the model was brought from elsewhere.\n"
    head = [f"# python {environment.python or 'none'}", f"# platform {environment.platform or 'unknown'}"]
    packages = sorted(environment.packages.items(), key=lambda item: (item[0].casefold(), item[0]))
    lines = [*map(_line, head), *(f"{_word(name)}=={_word(version)}" for name, version in packages)]
    return ("\n".join(lines) + "\n").encode()


def _word(text: str) -> str:
    """Return a name or version without what pip would take for more: it is what the environment says of itself."""
    return _NO_PACKAGE.sub("_", text)


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def manifest(model: str, files: Iterable[StoredArtifact]) -> bytes:
    """Return the list of a bundle's files with size and sha256; itself it cannot name."""
    ordered = sorted(files, key=lambda item: item.name)
    plain = {
        "schema": MANIFEST_SCHEMA,
        "mlgate": __version__,
        "model": model,
        "files": [{"name": f.name, "file": f.file, "size": f.size, "sha256": f.digest} for f in ordered],
    }
    return document(plain)


def document(plain: object) -> bytes:
    """Return JSON for a bundle: the same bytes for the same values."""
    return (json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
