"""Archives as anybody could have made them: whatever they hold ends in one named error, or in what is wanted."""

from __future__ import annotations

import hashlib
import io
import random
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.fake_github.runs import archive

from mlgate.shell.forge.archive import MAX_DIRECTORY_BYTES, MAX_TEXT_BYTES, MAX_TEXTS, UntrustedArchiveError, opened

if TYPE_CHECKING:
    from pathlib import Path

MODEL, REPORT = b"model" * 500, b'{"schema": 1}' * 30
DIGEST = hashlib.sha256(MODEL).hexdigest()
SOUND = archive({"mlgate-run/report.json": REPORT, "a/b/model.skops": MODEL, "größe.txt": b"x"})


def read(data: bytes, folder: Path) -> tuple[list[bytes], dict[str, Path]]:
    path, out = folder / "a.zip", folder / "out"
    path.write_bytes(data)
    out.mkdir(exist_ok=True)
    with opened(path) as file:
        return list(file.texts("report.json")), file.take({DIGEST: len(MODEL)}, out)


def test_files_are_found_by_their_digest_wherever_they_lie(tmp_path: Path) -> None:
    texts, files = read(SOUND, tmp_path)
    assert texts == [REPORT]
    assert files[DIGEST].read_bytes() == MODEL
    assert files[DIGEST].parent == tmp_path / "out"


def test_bytes_of_the_same_size_are_not_enough(tmp_path: Path) -> None:
    decoy = bytes(len(MODEL))
    assert read(archive({"a": decoy, "b": decoy}), tmp_path)[1] == {}
    assert set(read(archive({"a": decoy, "b": MODEL, "c": decoy}), tmp_path)[1]) == {DIGEST}


@pytest.mark.parametrize("seed", range(20))
def test_damage_anywhere_is_one_error_or_none(tmp_path: Path, seed: int) -> None:
    chance, ends = random.Random(seed), set()  # noqa: S311 - the same damage on every run
    for _ in range(25):
        data = bytearray(SOUND)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data))
            data[place : place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        try:
            texts, files = read(bytes(data), tmp_path)
            assert set(texts) <= {REPORT}
            assert all(file.read_bytes() == MODEL for file in files.values())
            ends.add("read")
        except UntrustedArchiveError:
            ends.add("refused")
    assert "refused" in ends


def special(kind: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        if kind == "packed in another way":
            file.writestr("model", MODEL, zipfile.ZIP_LZMA)
        elif kind == "a device":
            device = zipfile.ZipInfo("model")
            device.external_attr = (stat.S_IFCHR | 0o666) << 16
            file.writestr(device, MODEL)
        else:
            file.writestr("model", MODEL)
            file.filelist[-1].flag_bits |= kind == "encrypted"
            file.filelist[-1].filename = {"a drive": "C:/model", "above": "a/../../model"}.get(kind, "model")
    data = held.getvalue()
    if kind == "a large table of contents":
        end = data.rfind(b"PK\x05\x06")
        return data[: end + 12] + (MAX_DIRECTORY_BYTES + 1).to_bytes(4, "little") + data[end + 16 :]
    return data


@pytest.mark.parametrize(
    "kind", ["encrypted", "packed in another way", "a device", "a drive", "above", "a large table of contents"]
)
def test_what_no_upload_makes_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UntrustedArchiveError):
        read(special(kind), tmp_path)
    assert read(special("nothing special"), tmp_path)[1]


def test_a_full_disk_is_not_the_archive_s_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(SOUND)
    with pytest.raises(Exception, match="cannot be unpacked") as caught, opened(path) as file:
        file.take({DIGEST: len(MODEL)}, tmp_path / "nowhere")
    assert getattr(caught.value, "reason", "") == "store-failed"


def test_a_false_length_in_the_comment_hides_no_table_of_contents(tmp_path: Path) -> None:
    names = [f"{'x' * 250}{number}" for number in range(MAX_DIRECTORY_BYTES // 296 + 1000)]
    data = archive(dict.fromkeys(names, b""))
    end = data.rfind(b"PK\x05\x06")
    count = int.from_bytes(data[end + 10 : end + 12], "little")
    size, place = (int.from_bytes(data[end + at : end + at + 4], "little") for at in (12, 16))
    true = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, place)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    false = b"PK\x06\x06" + bytes(36) + struct.pack("<Q", 100) + bytes(12)
    last = data[end : end + 8] + b"\xff" * 12 + struct.pack("<H", len(false)) + false
    path = tmp_path / "a.zip"
    path.write_bytes(data[:end] + true + locator + last)
    assert path.stat().st_size > MAX_DIRECTORY_BYTES
    with pytest.raises(UntrustedArchiveError, match="table of contents"), opened(path):
        pass


def test_reports_have_a_limit_together(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive({f"{number}/report.json": bytes(MAX_TEXT_BYTES // 4) for number in range(5)}))
    with opened(path) as file, pytest.raises(UntrustedArchiveError, match="together"):
        list(file.texts("report.json"))


def test_reports_are_few(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive({f"{number}/report.json": b"{}" for number in range(MAX_TEXTS + 1)}))
    with opened(path) as file, pytest.raises(UntrustedArchiveError, match="more than"):
        list(file.texts("report.json"))
