"""Signatures of commits: what git says of one, and whose name a key has on a list of allowed signers. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import StrEnum

# One line a commit, parts divided by NUL: id, state, signer, fingerprint, fingerprint of the primary key.
LOG_FORMAT = "%H%x00%G?%x00%GS%x00%GF%x00%GP"
KEY_TYPES = ("ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-")


class SignatureState(StrEnum):
    """What a commit's signature is worth."""

    GOOD = "good"
    UNSIGNED = "unsigned"
    STRANGER = "stranger"  # the bytes are right, and the key is on no list
    BAD = "bad"  # the bytes are not those that were signed
    EXPIRED = "expired"  # or revoked: of the signature or of its key
    UNKNOWN = "unknown"  # it could not be checked: no such key, no such program


# The letters of git's `%G?`.
_STATES = {
    "G": SignatureState.GOOD,
    "N": SignatureState.UNSIGNED,
    "U": SignatureState.STRANGER,
    "B": SignatureState.BAD,
    "X": SignatureState.EXPIRED,
    "Y": SignatureState.EXPIRED,
    "R": SignatureState.EXPIRED,
}


@dataclass(frozen=True, kw_only=True)
class SignerResult:
    """What is known of a commit's signature.

    Attributes:
        state: What it is worth.
        names: What the signer is called: the principal on the list, the key's fingerprints.
    """

    state: SignatureState
    names: tuple[str, ...] = ()


def read_log(text: str) -> dict[str, SignerResult]:
    """Return what git's log in `LOG_FORMAT` says, by commit."""
    found = {}
    for line in text.split("\n"):
        commit, _, rest = line.partition("\0")
        if rest:
            letter, *names = rest.split("\0")
            state = _STATES.get(letter, SignatureState.UNKNOWN)
            found[commit] = SignerResult(state=state, names=tuple(dict.fromkeys(name for name in names if name)))
    return found


def fingerprint(public_key: str) -> str | None:
    """Return the fingerprint of an SSH key in its one-line form, as ssh-keygen writes it; None for another text."""
    blob = _blob(public_key)
    try:
        digest = hashlib.sha256(base64.b64decode(blob or "", validate=True)).digest()
    except (binascii.Error, ValueError):
        return None
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}" if blob else None


def principal_of(public_key: str, allowed: str) -> str | None:
    """Return the principal that a list of allowed signers has for an SSH key; None if it lists it for nobody."""
    blob = _blob(public_key)
    for line in allowed.splitlines():
        words = line.split()
        if blob and words and not words[0].startswith("#") and blob in words[1:]:
            return words[0].strip('"')
    return None


def _blob(public_key: str) -> str | None:
    words = public_key.removeprefix("key::").split()
    at = next((index for index, word in enumerate(words) if word.startswith(KEY_TYPES)), None)
    return words[at + 1] if at is not None and at + 1 < len(words) else None
