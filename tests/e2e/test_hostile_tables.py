"""Hostile files: each ends as a finding or with all of its rows, fast and in bounded memory, and nothing is silent."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from tests.repository import environment
from tests.toolbox import ROOT

from mlgate.core import codec
from mlgate.core.data import structure
from mlgate.core.data.records import Marks, Reader, fields_of
from mlgate.core.data.request import ScanRequest, ScanResult
from mlgate.core.data.source import Dialect
from mlgate.shell.tables import engine
from mlgate.shell.tables.files import Unreadable, header, one_file
from mlgate.shell.validation.scan import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mlgate.core.data.source import TableSource

MOST_SECONDS = 10
MOST_KILOBYTES = 2**20
MEASURED = """
import json, os, resource, sys, time
sys.path.insert(0, sys.argv[1])
from mlgate.core import codec
from mlgate.core.data.request import ScanRequest
from mlgate.shell.validation.child import limit
from mlgate.shell.validation.scan import scan
request = codec.from_plain(ScanRequest, json.loads(sys.stdin.read()))
limit(request.memory_limit, 60)
start = time.monotonic()

def say(result):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([codec.to_plain(result), time.monotonic() - start, peak]), flush=True)
    os._exit(0)

say(scan(request, give_up=say))
"""


def measured(path: Path, spill: Path, row: dict[str, Any] | None = None) -> dict[str, Any]:
    """Scan in a child with the scan's own limits; hold its time and memory; return what it answers."""
    request = {"source": codec.to_plain(one_file(path)), "spill": str(spill), "sides": {"new": {"row": row or {}}}}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(ROOT / "scripts")],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer, seconds, peak = json.loads(done.stdout)
    assert (seconds < MOST_SECONDS, peak < MOST_KILOBYTES) == (True, True), (path.name, seconds, peak)
    found: dict[str, Any] = answer
    return found


def zipped(name: str = "a.csv") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, "a,b\n1,2\n")
    return made.getvalue()


HOSTILE: dict[str, tuple[bytes, str, int | None]] = {
    "ragged": (b"a,b\n1,2\n1,2,3\n", "3 fields where the header has 2", 3),
    "unclosed quote": (b'a,b\n1,2\n3,"x\n4,5\n', "a quote that is never closed", 3),
    "wrong encoding": ("a,b\n1,é\n".encode("latin-1"), "bytes that are not UTF-8", 2),
    "NUL": (b"a,b\n1,2\n\0,3\n", "a NUL byte", 3),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), "a NUL byte", 1),
    "mixed line ends": (b"a,b\n1,2\r\n3,4\n", "LF and CR LF are mixed", 2),
    "CR alone": (b"a,b\r1,2\r", "a line that ends with CR alone", 1),
    "doubled header": (b"a,b,a\n1,2,3\n", "the column name 'a' appears twice", 1),
    "empty header": (b"a,,c\n1,2,3\n", "column 2 has no name", 1),
    "zero bytes": (b"", "is empty: 0 bytes", None),
    "a zip": (zipped(), "is a zip archive", None),
    "a workbook": (zipped("xl/workbook.xml"), "is an Excel workbook", None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_finding_on_its_line(name: str, tmp_path: Path) -> None:
    data, message, line = HOSTILE[name]
    (tmp_path / "t.csv").write_bytes(data)
    result = scanned(one_file(tmp_path / "t.csv"), tmp_path / "spill")
    first = result.findings[0]
    assert message in f"is {first.message}", result.findings
    assert [row.line for row in first.rows] == ([] if line is None else [line])


def scanned(source: TableSource, spill: Path) -> ScanResult:
    return scan(ScanRequest(source=source, spill=str(spill)))


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n")
    result = scanned(one_file(tmp_path / "t.csv"), tmp_path / "spill")
    assert (result.rows, [finding.reason for finding in result.findings]) == (0, ["table-empty"])


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_line_of_a_gigabyte_is_refused_early(suffix: str, tmp_path: Path) -> None:
    """The file is sparse: what would be read of it after the fault takes longer than this test may."""
    path = tmp_path / f"t.{suffix}"
    with path.open("wb") as file:
        file.write(b"a,b\n1," if suffix == "csv" else b'{"a": "')
        file.write(b"x" * 5_000_000)
        file.truncate(2**30)
    answer = measured(path, tmp_path / "spill")
    assert answer["findings"], answer
    path.unlink()


def test_ten_thousand_columns_are_read_and_checked(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(10_000)]
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([["1"] * 10_000 for _ in range(20)])
        writer.writerow(["x", *["1"] * 9_999])
    row = {"properties": {name: {"type": "integer", "minimum": 0} for name in names[:100]}}
    answer = measured(tmp_path / "t.csv", tmp_path / "spill", row)
    assert (answer["rows"], len(answer["columns"])) == (21, 10_000)
    (finding,) = answer["findings"]
    assert (finding["check"], finding["rows"][0]["line"]) == ("/row/properties/c0/type", 22)


def test_a_parquet_file_with_flipped_bytes_ends_in_a_finding_or_with_rows(tmp_path: Path) -> None:
    """Its lengths, counts and types lie; whatever the engine makes of it, the child answers."""
    good = tmp_path / "good.parquet"
    duckdb.execute("CREATE OR REPLACE TABLE r AS SELECT i AS id, i::VARCHAR AS t, i / 3.0 AS x FROM range(2000) r(i)")
    duckdb.execute(f"COPY r TO '{good}' (FORMAT parquet, ROW_GROUP_SIZE 500)")
    data, chance = good.read_bytes(), random.Random(1)  # noqa: S311 - no secret
    places = [*range(len(data) - 300, len(data) - 4), *(chance.randrange(4, len(data)) for _ in range(100))]
    requests = []
    for number, place in enumerate(places):
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :])
        requests.append({"source": codec.to_plain(one_file(path)), "spill": str(tmp_path / "spill")})
    outcomes = list(answers(requests))
    assert len(outcomes) == len(places)
    assert sum(answer is None for answer in outcomes) <= len(places) // 20, "children that died are findings, but rare"
    assert any(answer and answer["findings"] for answer in outcomes)


SCANNER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from mlgate.core import codec
from mlgate.core.data.request import ScanRequest
from mlgate.shell.validation.child import limit
from mlgate.shell.validation.scan import scan
limit("1GB", 60)
for line in sys.stdin:
    print(json.dumps(codec.to_plain(scan(codec.from_plain(ScanRequest, json.loads(line))))), flush=True)
"""


def answers(requests: list[dict[str, Any]]) -> Iterator[dict[str, Any] | None]:
    """Scan in a child with limits, which is started again behind a file that kills it: None for that one."""
    waiting = requests
    while waiting:
        done = subprocess.run(
            [sys.executable, "-c", SCANNER, str(ROOT / "scripts")],
            input="".join(json.dumps(request) + "\n" for request in waiting),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        found = [json.loads(line) for line in done.stdout.splitlines()]
        yield from found
        waiting = waiting[len(found) :]
        if waiting:
            yield None
            waiting = waiting[1:]


CLEAN = [["a", "b", "c"], ["1", "x, y", ""], ["2", 'say "hi"', "z"], ["3", "two\nlines", "ü"], ["4", "", "end"]]
SPECIAL = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b" ", b'""', b"\r\n"]


def written(rows: list[list[str]], *, quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode()


def mutations() -> Iterator[bytes]:
    """Yield the clean file with one byte removed, or one structural one put in, at every place."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        data = written(CLEAN, quoting=quoting)
        for place in range(len(data)):
            yield data[:place] + data[place + 1 :]
            for more in SPECIAL:
                yield data[:place] + more + data[place:]


def strictly(data: bytes) -> list[list[str]] | None:
    """Return the records as Python's strict reader has them; None where it refuses, or one has another width."""
    try:
        text = data.decode("utf-8-sig")
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    return records if records and all(len(record) == len(records[0]) for record in records) else None


@pytest.fixture(scope="module")
def engine_cells() -> Callable[[Path, int], list[list[str]]]:
    """Return what reads the cells that a scan judges."""

    def cells(path: Path, width: int) -> list[list[str]]:
        item = engine.csv_item(one_file(path), {f"c{index}": "VARCHAR" for index in range(width)})
        return [["" if cell is None else cell for cell in row] for row in duckdb.execute(f"FROM {item}").fetchall()]

    return cells


def test_a_pollution_is_a_finding_with_a_line_or_is_read_as_strict_csv(
    tmp_path: Path, engine_cells: Callable[[Path, int], list[list[str]]]
) -> None:
    """One wrong byte at every place: never a shifted column or a swallowed row in silence."""
    path, counts = tmp_path / "t.csv", {"finding": 0, "read": 0}
    chance = random.Random(6)  # noqa: S311 - no secret
    for data in chance.sample(list(mutations()), 250):
        path.write_bytes(data)
        result = scanned(one_file(path), tmp_path / "spill")
        if result.findings:
            lines = [row.line for finding in result.findings for row in finding.rows]
            # One file is sound and the engine cannot read it: CR LF inside of quotes in the header.
            assert all(lines), (data, result.findings)
            assert lines or "the engine reads" in result.findings[0].message, (data, result.findings)
            counts["finding"] += 1
            continue
        records = strictly(data)
        assert records is not None, (data, result)
        assert (result.rows, [column.name for column in result.columns]) == (len(records) - 1, records[0]), data
        assert engine_cells(path, len(records[0])) == records[1:], data
        counts["read"] += 1
    assert min(counts.values()) > 20, counts


DIALECTS = {
    "backslash": Dialect(delimiter=";", escape="\\"),
    "apostrophes": Dialect(delimiter="|", quote="'", escape="'"),
    "no quotes": Dialect(delimiter="\t", quote=None),
    "no header": Dialect(header=False, columns=("a", "b", "c")),
    "no escape": Dialect(escape=None),
}


def in_dialect(dialect: Dialect) -> bytes:
    """Return rows that have every mark of a dialect in every place where it may be."""
    delimiter, quote = dialect.delimiter or ",", dialect.quote or ""
    escaped = f"{dialect.escape}{quote}" if dialect.escape and quote else ""
    inside = f"{quote}x{delimiter}y{escaped}{quote}" if quote else "xy"
    lines = [("a", "b", "c"), ("1", inside, ""), (inside, f"{quote}{quote}", "z"), ("3", f"{quote}p{quote}", "\\")]
    return "".join(delimiter.join(line) + "\n" for line in lines).encode()


@pytest.mark.parametrize("name", DIALECTS)
def test_the_strict_reader_and_the_engine_agree_in_every_dialect(name: str, tmp_path: Path) -> None:
    """What the strict reader lets through is what the engine then reads, cell by cell, whatever byte is wrong."""
    path, dialect, counts = tmp_path / "t.csv", DIALECTS[name], {"fault": 0, "read": 0}
    source = replace(one_file(path), dialect=dialect)
    marks, data = Marks.of(source.delimiter, dialect), in_dialect(dialect)
    special = [*SPECIAL, marks.delimiter, marks.quote or b"q", marks.escape or b"e", b"\\"]
    chance = random.Random(7)  # noqa: S311 - no secret
    places = [(place, more) for place in range(len(data)) for more in (*special, None)]
    for place, more in chance.sample(places, 150):
        changed = data[:place] + (more or b"") + data[place + (more is None) :]
        found = structure.examine([changed], source.delimiter, dialect)
        if found.faults:
            counts["fault"] += 1
            continue
        records = [fields_of(record.text, marks) for record in Reader(marks).records(changed)]
        path.write_bytes(changed)
        item = engine.csv_item(source, {f"c{index}": "VARCHAR" for index in range(len(found.columns))})
        rows = duckdb.execute(f"FROM {item}").fetchall()
        read = [tuple("" if cell is None else cell for cell in row) for row in rows]
        assert read == records[1 if dialect.header else 0 :], changed
        counts["read"] += 1
    assert min(counts.values()) > 5, counts


PARSING = ROOT.parent / "shared" / "corpora" / "json-parsing" / "test_parsing"
# Stricter than RFC 8259: two keys of one name have no one meaning.
STRICTER = ("y_object_duplicated_key",)


@pytest.mark.skipif(not PARSING.is_dir(), reason="the corpora are not beside this checkout")
def test_a_cell_of_json_lines_is_strict_json(tmp_path: Path) -> None:
    """Each document stands as a value in a line; `y_` is a row, `n_` a finding on its line, `i_` either."""
    paths = [path for path in sorted(PARSING.glob("*.json")) if b"\n" not in path.read_bytes().rstrip(b"\n")]
    requests = []
    for number, path in enumerate(paths):
        line = tmp_path / f"{number}.jsonl"
        line.write_bytes(b'{"a": 1}\n{"value": ' + path.read_bytes().rstrip(b"\n") + b"}\n")
        requests.append({"source": codec.to_plain(one_file(line)), "spill": str(tmp_path / "spill")})
    counts = {"y": 0, "n": 0, "i": 0}
    for path, answer in zip(paths, answers(requests), strict=True):
        assert answer is not None, path.name
        counts[path.name[0]] += 1
        found = [row["line"] for finding in answer["findings"] for row in finding["rows"]]
        if path.name.startswith("n_"):
            assert found == [2], (path.name, answer["findings"])
        elif path.name.startswith("y_") and not path.name.startswith(STRICTER):
            assert (answer["rows"], answer["findings"]) == (2, []), path.name
    assert (counts["y"] > 60, counts["n"] > 120) == (True, True), counts


def test_a_workbook_is_named_with_what_to_do(tmp_path: Path) -> None:
    problem = one_file(tmp_path / "t.xlsx").problem
    assert problem is not None
    assert (problem.message, "CSV" in problem.remedy) == ("t.xlsx is an Excel workbook", True)


def test_a_header_that_is_no_text_is_told_of_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("ä,b\n1,2\n".encode("latin-1"))
    with pytest.raises(Unreadable, match=r"^t\.csv: .*not UTF-8; .*`dialect: \{encoding: cp1252\}`"):
        header(tmp_path / "t.csv", one_file(tmp_path / "t.csv"))


ENDLESS = ("validate-data", "validate-data data/f.csv --contract c.yml", "data lock", "data profile data/f.csv")


@pytest.mark.parametrize("kind", ["pipe", "link to a device"])
@pytest.mark.parametrize("words", ENDLESS)
def test_a_file_without_an_end_is_refused_at_once(words: str, kind: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    if kind == "link to a device":
        (data / "f.csv").symlink_to("/dev/zero")
    else:
        os.mkfifo(data / "f.csv")
    (tmp_path / "c.yml").write_text("row: {}\n")
    (tmp_path / "mlgate.yml").write_text("version: 1\ntables: {f: {path: data/f.csv, contract: c.yml}}\n")
    done = subprocess.run(
        [sys.executable, "-c", "from mlgate.main import console; console()", *words.split()],
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(ROOT / "scripts")),
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    assert done.returncode == (3 if words.startswith("validate-data") else 2)
    assert "is not a regular file" in done.stdout + done.stderr
