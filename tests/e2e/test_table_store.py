"""Tables in a store: a real server that speaks S3 is started here, and the command reads from it over HTTP."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.repository import environment
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


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """Start a server with a bucket, and return the environment that leads to it."""
    boto3 = pytest.importorskip("boto3")
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
        client = boto3.client(
            "s3",
            endpoint_url=env["AWS_ENDPOINT_URL"],
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            region_name="us-east-1",
        )
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
