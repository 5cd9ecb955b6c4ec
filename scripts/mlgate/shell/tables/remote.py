"""Tables in a store that speaks S3: their objects are downloaded before anything reads them.

Credentials, region and endpoint come from the environment that AWS's own tools read, and from nowhere else. The child
that scans gets local files and neither of them.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlgate.core.data.globs import fixed_folder, is_glob, pattern_of
from mlgate.shell.tables.files import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MOST_FILES = 10_000
MOST_BYTES = 50_000_000_000
TRIES = 5
_ADDRESS = re.compile(r"s3://([^/]+)/(.+)")
_OPTIONS = {
    "AWS_ACCESS_KEY_ID": "access_key_id",
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_SESSION_TOKEN": "session_token",
    "AWS_REGION": "region",
    "AWS_DEFAULT_REGION": "region",
    "AWS_ENDPOINT_URL": "endpoint",
    "AWS_ENDPOINT_URL_S3": "endpoint",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "container_credentials_relative_uri",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "web_identity_token_file",
    "AWS_ROLE_ARN": "role_arn",
}


def download(
    address: str, folder: Path, env: Mapping[str, str], *, load: Callable[[str], Any] = importlib.import_module
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Download the objects that an address names, and return local paths and addresses, sorted by the latter.

    Args:
        address: `s3://bucket/key`; the key may be a glob, or end with `/` for all that lie below.
        folder: Where they go; made if absent.
        env: Has the credentials.
        load: Imports a module by its name.

    Raises:
        Unreadable: There is no such object, the store refuses, or the library is not installed.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Unreadable(f"{address} is no address of S3", remedy="Write `s3://bucket/key`.")
    bucket, key = found.groups()
    obstore, store = _store(bucket, env, load)
    try:
        keys = _keys(obstore, store, key)
        if not keys:
            raise Unreadable(f"no object matches {address}", remedy="Correct the address, or upload the table.")
        files = [_fetch(obstore, store, name, folder / f"{index:05d}") for index, name in enumerate(keys)]
    except (obstore.exceptions.BaseError, OSError) as error:
        raise _refused(address, error) from None
    return tuple(files), tuple(f"s3://{bucket}/{name}" for name in keys)


def _store(bucket: str, env: Mapping[str, str], load: Callable[[str], Any]) -> tuple[Any, Any]:
    try:
        obstore, stores = (load(name) for name in ("obstore", "obstore.store"))  # an extra
    except ImportError:
        raise Unreadable(
            f"tables in s3://{bucket} need the extra s3", remedy="Run `pip install 'mlgate[s3]'`."
        ) from None
    options: dict[str, Any] = {option: env[name] for name, option in _OPTIONS.items() if env.get(name)}
    if env.get("AWS_NO_SIGN_REQUEST", "").lower() in ("1", "true", "yes"):
        options["skip_signature"] = True
    plain = str(options.get("endpoint", "")).startswith("http://")
    retry = {"max_retries": TRIES, "retry_timeout": _seconds(60)}
    return obstore, stores.S3Store(bucket, client_options={"allow_http": plain}, retry_config=retry, **options)


def _seconds(number: int) -> Any:
    from datetime import timedelta  # noqa: PLC0415 - only here

    return timedelta(seconds=number)


def _keys(obstore: Any, store: Any, key: str) -> list[str]:
    """Return the keys of the objects, sorted; `*` matches within one part of a key, `**` through several."""
    if key.endswith("/"):
        key = f"{key}**"
    if not is_glob(key):
        return [key]
    folder, wanted = fixed_folder(key), pattern_of(key)
    listed = obstore.list(store, prefix=None if folder == "." else folder)
    names = (item["path"] for chunk in listed for item in chunk if item["size"])
    found = sorted(name for name in names if wanted.fullmatch(name))
    if len(found) > MOST_FILES:
        raise Unreadable(f"more than {MOST_FILES:,} objects match", remedy="Join some of them.")
    return found


def _fetch(obstore: Any, store: Any, key: str, folder: Path) -> str:
    """Write one object to a file under the last part of its name, whose extensions say how it is written."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (Path(key).name or "object")
    answer = obstore.get(store, key)
    if answer.meta["size"] > MOST_BYTES:
        raise Unreadable(f"{key} has more than {MOST_BYTES:,} bytes", remedy="Cut it into several objects.")
    with target.open("wb") as file:
        for block in _blocks(answer):
            file.write(block)
    return str(target.absolute())


def _blocks(answer: Any) -> Iterable[bytes]:
    return (bytes(block) for block in answer.stream(min_chunk_size=2**22))


def _refused(address: str, error: Exception) -> Unreadable:
    """Return the error for people: the store's words can hold addresses with signatures, so only its kind is told."""
    kind = type(error).__name__
    causes = {
        "FileNotFoundError": ("does not exist", "Correct the address, or upload the table."),
        "NotFoundError": ("does not exist", "Correct the address, or upload the table."),
        "PermissionDeniedError": ("is not allowed to be read", "Give the credentials the right to read it."),
        "UnauthenticatedError": ("needs credentials", "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."),
    }
    what, remedy = causes.get(
        kind, (f"cannot be read from its store: {kind}", "Check AWS_REGION, AWS_ENDPOINT_URL and the credentials.")
    )
    return Unreadable(f"{address} {what}", remedy=remedy)
