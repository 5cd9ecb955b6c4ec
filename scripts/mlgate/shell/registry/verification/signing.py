"""Signing the log's commits by git's own means, with an SSH key or whatever the user's git has, and checking them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.registry.audit.signatures import KEY_TYPES, LOG_FORMAT, fingerprint, principal_of, read_log
from mlgate.errors import OutsideError, UsageError
from mlgate.shell.git.environment import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlgate.core.registry.audit.signatures import SignerResult
    from mlgate.shell.git.repository import Git

MANY = 64  # commits; more are checked by several processes at once
VERIFY_SECONDS = 3600
SSH_KEYGEN = "ssh-keygen"
NO_KEY = "Give the job the key as `signing-key`, or set `gpg.format` and `user.signingkey` in your git configuration."


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs the commits of the log.

    Attributes:
        format: git's `gpg.format`.
        key: git's `user.signingkey`.
        principal: What the records call the signer: the name on the list of allowed signers, else a fingerprint.
        own: Whether the key is ours, and not one of the user's git configuration.
    """

    format: str
    key: str
    principal: str
    own: bool = False

    def commit_arguments(self) -> list[str]:
        """Return what `git commit-tree` is to be given."""
        return ["-S"]

    def settings(self) -> list[str]:
        """Return the settings, `key=value`, with which it signs."""
        program = [f"gpg.ssh.program={SSH_KEYGEN}"] if self.own else []
        return [f"gpg.format={self.format}", f"user.signingkey={self.key}", *program]


@contextmanager
def open_signer(
    git: Git,
    env: Mapping[str, str],
    *,
    key: str | None,
    wanted: bool,
    allowed: str | None,
    in_memory: bool = hasattr(os, "memfd_create"),
) -> Iterator[Signer | None]:
    """Give the signer: of a private key's text, else, if `wanted`, that of the user's git configuration, else nobody.

    The text of the key lies in memory, under a name that only this user can read, and is gone with this process however
    it ends. Where a system has no such memory it lies in a file as long as the context lasts; in a workflow that is in
    the folder that the runner empties after the job.

    Raises:
        UsageError: If the key cannot be used.
        OutsideError: `signature-wrong`, if it is on no list although there is one.
    """
    if key:
        with _kept(key, env, in_memory=in_memory) as path:
            public = _public(path, env, "the text of `MLGATE_SIGNING_KEY`")
            yield Signer(format="ssh", key=str(path), principal=_principal(public, allowed), own=True)
    elif wanted:
        yield _configured(git, env, allowed)
    else:
        yield None


def verify_commits(git: Git, env: Mapping[str, str], commits: Sequence[str], allowed: str) -> dict[str, SignerResult]:
    """Return what each commit's signature is worth by a list of allowed signers, the text of git's file of that name.

    Raises:
        OutsideError: If git or ssh-keygen cannot be asked.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only where signatures are checked

    _need_ssh_keygen(env)
    with _scratch(env) as folder:
        path = _written(folder / "allowed-signers", allowed)
        # The user's own programs and lists must not decide.
        settings = [f"gpg.ssh.allowedSignersFile={path}", f"gpg.ssh.program={SSH_KEYGEN}", "gpg.program=gpg"]
        settings += ["gpg.ssh.revocationFile=", "gpg.minTrustLevel=undefined"]
        parts = min(os.cpu_count() or 1, 8) if len(commits) > MANY else 1
        with ThreadPoolExecutor(parts) as pool:
            answers = pool.map(lambda part: _states(git, commits[part::parts], settings), range(parts))
            return {commit: result for answer in answers for commit, result in answer.items()}


def _states(git: Git, commits: Sequence[str], settings: Sequence[str]) -> dict[str, SignerResult]:
    if not commits:
        return {}
    given = "".join(f"{commit}\n" for commit in commits).encode()
    command = ["log", "--no-walk=unsorted", "--no-show-signature", f"--format={LOG_FORMAT}", "--stdin"]
    done = git.ask(command, given=given, settings=settings, seconds=VERIFY_SECONDS)
    if done.returncode != 0:
        raise OutsideError(
            f"git cannot check signatures: {done.stderr.decode(errors='replace').strip()[-300:]}",
            remedy="Install git 2.34 or newer, and ssh-keygen.",
        )
    return read_log(done.stdout.decode(errors="replace"))


@contextmanager
def _kept(key: str, env: Mapping[str, str], *, in_memory: bool) -> Iterator[Path]:
    """Give a path by which ssh-keygen reads the key."""
    handle = _memory() if in_memory else None
    if handle is None:
        with _scratch(env) as folder:
            yield _written(folder / "key", key)
        return
    try:
        os.fchmod(handle, 0o600)
        os.write(handle, _lines(key))
        yield Path(f"/proc/{os.getpid()}/fd/{handle}")
    finally:
        os.close(handle)


def _memory() -> int | None:
    """Return a file that exists in memory alone; None where the system cannot name one."""
    if not Path(f"/proc/{os.getpid()}/fd").is_dir():
        return None
    try:
        return os.memfd_create("mlgate-key")
    except OSError:
        return None


@contextmanager
def _scratch(env: Mapping[str, str]) -> Iterator[Path]:
    runners = env.get("RUNNER_TEMP")
    place = runners if runners and Path(runners).is_dir() else None
    with tempfile.TemporaryDirectory(prefix="mlgate-sign-", dir=place) as folder:
        yield Path(folder)


def _written(path: Path, text: str) -> Path:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(_lines(text))
    return path


def _lines(text: str) -> bytes:
    return ("\n".join(text.splitlines()) + "\n").encode()  # a secret loses its last line end; ssh-keygen wants it


def _configured(git: Git, env: Mapping[str, str], allowed: str | None) -> Signer:
    form, key = _setting(git, "gpg.format") or "openpgp", _setting(git, "user.signingkey")
    if key is None:
        raise UsageError("records are to be signed, and there is no key to sign them with", remedy=NO_KEY)
    if form == "ssh":
        return Signer(format=form, key=key, principal=_principal(_public_of(key, env), allowed))
    if form == "openpgp" and allowed is None:
        return Signer(format=form, key=key, principal=_openpgp(key, env))
    raise UsageError(
        f"your git signs with {form}, and a list of allowed signers holds SSH keys alone",
        remedy="Set `gpg.format` to `ssh` and `user.signingkey` to a listed key, or remove `promote.allowed-signers`.",
    )


def _setting(git: Git, name: str) -> str | None:
    done = git.ask(["config", "--get", name])
    return done.stdout.decode(errors="replace").strip() or None


def _public_of(key: str, env: Mapping[str, str]) -> str:
    """Return the public key that git's `user.signingkey` means: the key itself, or a file of either kind."""
    if key.startswith(("key::", *KEY_TYPES)):
        return key
    path = Path(key).expanduser()
    beside = path if path.suffix == ".pub" else path.with_name(path.name + ".pub")
    try:
        return beside.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return _public(path, env, f"`user.signingkey`, {key},")


def _public(path: Path, env: Mapping[str, str], what: str) -> str:
    _need_ssh_keygen(env)
    command = [SSH_KEYGEN, "-y", "-P", "", "-f", str(path)]
    done = subprocess.run(command, env=environment(env), capture_output=True, timeout=60, check=False, input=b"")
    if done.returncode != 0:
        raise UsageError(
            f"{what} is no private SSH key that can be used; one with a passphrase cannot",
            remedy="Make a key for the registry alone: `ssh-keygen -t ed25519 -N '' -f registry-key`.",
        )
    return done.stdout.decode(errors="replace")


def _principal(public: str, allowed: str | None) -> str:
    mark = fingerprint(public) or "unknown"
    if allowed is None:
        return mark
    name = principal_of(public, allowed)
    if name is None:
        raise OutsideError(
            f"the key {mark} is on no line of the list of allowed signers",
            remedy="Add its public half to the list that `promote.allowed-signers` names, on the default branch.",
            reason="signature-wrong",
        )
    return name


def _openpgp(key: str, env: Mapping[str, str]) -> str:
    command = ["gpg", "--batch", "--with-colons", "--list-secret-keys", "--", key]
    try:
        done = subprocess.run(command, env=environment(env), capture_output=True, timeout=60, check=False, input=b"")
    except FileNotFoundError:
        raise UsageError("your git signs with gpg, which is not installed", remedy=NO_KEY) from None
    lines = (line.split(":") for line in done.stdout.decode(errors="replace").splitlines())
    mark = next((line[9] for line in lines if line[0] == "fpr" and len(line) > 9), None)
    if mark is None:
        raise UsageError(f"gpg has no secret key {key!r}", remedy=NO_KEY)
    return mark


def _need_ssh_keygen(env: Mapping[str, str]) -> None:
    if shutil.which(SSH_KEYGEN, path=env.get("PATH")) is None:
        raise OutsideError(
            "signatures need ssh-keygen, and it is not on the PATH",
            remedy="Install the OpenSSH client (`apt-get install openssh-client`).",
        )
