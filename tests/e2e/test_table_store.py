"""Tables in a store: a real server that speaks S3 is started here, and the command reads from it over HTTP."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.repository import Repository, environment
from tests.toolbox import ROOT

from mlgate.shell.tables import remote
from mlgate.shell.tables.files import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("obstore")
SERVER = pytest.importorskip("moto.server")
BUCKET = "tables"
OBJECTS = {
    "a/2.csv": b"id,x\n3,c\n3,d\n",
    "a/1.csv": b"id,x\n1,a\n2,b\n",
    "a/deep/3.csv": b"id,x\n9,z\n",
    "h.csv.gz": gzip.compress(b"id,x\n1,a\n", mtime=0),
}


def client_of(env: dict[str, str]) -> Any:
    """Return a client of the server, as those have who put tables there."""
    return pytest.importorskip("boto3").client(
        "s3",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        region_name=env["AWS_REGION"],
    )


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """Start a server with a bucket, and return the environment that leads to it."""
    server = SERVER.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        env = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }
        client = client_of(env)
        client.create_bucket(Bucket=BUCKET)
        for name, data in OBJECTS.items():
            client.put_object(Bucket=BUCKET, Key=name, Body=data)
        yield env
    finally:
        server.stop()


def test_tables_of_a_store_are_validated_like_local_ones(store: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text("table: [{primary-key: id}]\n", encoding="utf-8")
    (tmp_path / "mlgate.yml").write_text(
        "version: 1\ntables:\n"
        f"  many: {{path: 's3://{BUCKET}/a/*.csv', contract: c.yml}}\n"
        f"  packed: {{path: 's3://{BUCKET}/h.csv.gz', contract: c.yml}}\n"
        f"  absent: {{path: 's3://{BUCKET}/none.csv'}}\n",
        encoding="utf-8",
    )
    script = str(ROOT / "scripts" / "validate_data.py")
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=environment(**store), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    document = json.loads((tmp_path / "mlgate-run" / "data.json").read_bytes())
    many, packed, absent = document["tables"]
    assert (many["rows"], packed["rows"], packed["findings"]) == (4, 1, [])
    (row,) = many["findings"][0]["rows"]
    assert (row["file"], row["line"]) == (f"s3://{BUCKET}/a/2.csv", 3)
    assert "does not exist" in absent["findings"][0]["message"]
    assert "secret" not in json.dumps(document) + done.stdout + done.stderr


def run(folder: Path, store: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a repository whose tables lie in the store."""
    program = "from mlgate.main import console; console()"
    env = environment(**store, PYTHONPATH=str(ROOT / "scripts"))
    done = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_tables_of_a_store_are_fixed_by_the_lock(store: dict[str, str], tmp_path: Path) -> None:
    made, client = Repository.new(tmp_path / "project"), client_of(store)
    tables = f"{{many: {{path: 's3://{BUCKET}/a/*.csv'}}, own: {{path: 's3://{BUCKET}/lock/t.csv'}}}}"
    client.put_object(Bucket=BUCKET, Key="lock/t.csv", Body=b"id,x\n1,a\n")
    made.commit({"mlgate.yml": f"version: 1\ntables: {tables}\n", ".gitignore": "mlgate-run/\n"})
    assert run(made.root, store, "data", "lock").returncode == 0
    locked = (made.root / "mlgate.lock").read_text()
    for name in ("a/1.csv", "a/2.csv"):
        assert f"s3://{BUCKET}/{name}" in locked
        assert hashlib.sha256(OBJECTS[name]).hexdigest() in locked
    made.commit({"mlgate.lock": locked})
    assert run(made.root, store, "data", "lock", "--check").returncode == 0
    assert run(made.root, store, "validate-data").returncode == 0
    client.put_object(Bucket=BUCKET, Key="lock/t.csv", Body=b"id,x\n1,b\n")
    assert run(made.root, store, "data", "lock", "--check").returncode == 3
    assert run(made.root, store, "validate-data").returncode == 3
    many, own = json.loads((made.root / "mlgate-run" / "data.json").read_bytes())["tables"]
    assert (many["findings"], [finding["reason"] for finding in own["findings"]]) == ([], ["data-changed"])


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("a/", ["a/1.csv", "a/2.csv", "a/deep/3.csv"]),
        ("a/*.csv", ["a/1.csv", "a/2.csv"]),
        ("**/[13].csv", ["a/1.csv", "a/deep/3.csv"]),
        ("h.csv.gz", ["h.csv.gz"]),
    ],
)
def test_an_address_names_objects_in_order(key: str, names: list[str], store: dict[str, str], tmp_path: Path) -> None:
    files, found = remote.download(f"s3://{BUCKET}/{key}", tmp_path, store)
    assert list(found) == [f"s3://{BUCKET}/{name}" for name in names]
    contents = [Path(file).read_bytes() for file in files]
    assert contents == [OBJECTS[name] for name in names]


def test_what_no_object_matches_is_said(store: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no object matches"):
        remote.download(f"s3://{BUCKET}/b/*.csv", tmp_path, store)
    with pytest.raises(Unreadable, match="does not exist"):
        remote.download("s3://other-bucket/b.csv", tmp_path, store)


def test_without_the_extra_the_command_that_installs_it_is_named(tmp_path: Path) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    with pytest.raises(Unreadable, match="extra s3") as caught:
        remote.download("s3://bucket/a.csv", tmp_path, {}, load=absent)
    assert "pip install 'mlgate[s3]'" in caught.value.remedy
