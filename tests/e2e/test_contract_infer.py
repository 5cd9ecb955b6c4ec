"""`mlgate contract infer`: what it writes holds for the data, and says what the data is."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import duckdb
import pytest

from mlgate.main import main
from mlgate.shell import configuration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., tuple[int, str, str]]

ROWS = 400
TABLE = f"""
SELECT printf('%04d-%s', i, ['AA', 'BC', 'DL'][i % 3 + 1]) AS flight_id,
  ['AA', 'B6', 'DL'][i % 3 + 1] AS carrier, i % 12 + 1 AS month, (i * 37 % 101) / 101.0 AS share,
  CASE WHEN i % 40 > 0 THEN i * 1.5 - 60 END AS delay, DATE '2024-01-01' + (i % 366)::INTEGER AS day,
  uuid(i) AS token, 'user' || i || '@example.org' AS email, i % 2 = 0 AS weekend, i % 2 AS late,
  '"quoted, text' || chr(10) || i AS remark
FROM (SELECT range AS i FROM range({ROWS}))
"""  # noqa: S608 - a constant


@pytest.fixture
def mlgate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command, in the test's folder: exit status, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(words, env={}, cwd=tmp_path)
        return status, *capsys.readouterr()

    return run


def uuid_of(number: int) -> str:
    digits = f"{random.Random(number).getrandbits(128):032x}"  # noqa: S311 - data, not a secret
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def write(path: Path) -> None:
    connection = duckdb.connect()
    connection.create_function("uuid", uuid_of, ["BIGINT"], "VARCHAR")
    how = {".csv": "FORMAT csv, HEADER", ".parquet": "FORMAT parquet", ".jsonl": "FORMAT json"}[path.suffix]
    connection.execute(f"COPY ({TABLE}) TO '{path}' ({how})")


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.jsonl"])
def test_the_contract_holds_for_the_data_and_is_tight(name: str, tmp_path: Path, mlgate: Command) -> None:
    write(tmp_path / name)
    status, _, errors = mlgate("contract", "infer", name, "--label", "late", "--output", "contracts/c.yml")
    assert status == 0, errors
    data = (tmp_path / "contracts" / "c.yml").read_bytes()
    row = configuration.parse_contract(data, "c.yml").row["properties"]
    assert row["flight_id"] == {"type": "string", "pattern": "^[0-9]{4}-[A-Z]{2}$"}
    assert row["carrier"] == {"type": "string", "enum": ["AA", "B6", "DL"]}
    assert row["month"] == {"type": "integer", "minimum": 1, "maximum": 12}
    assert row["share"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert row["delay"] == {"type": ["number", "null"]}
    assert row["token"]["format"] == "uuid"
    assert row["email"]["format"] == "email"
    assert row["late"]["enum"] == [0, 1]
    assert row["weekend"] == {"type": "boolean"}
    status, text, errors = mlgate("validate-data", name, "--contract", "contracts/c.yml")
    assert (status, "pass" in text) == (0, True), text + errors


def test_without_output_it_is_printed_and_nothing_is_written(tmp_path: Path, mlgate: Command) -> None:
    (tmp_path / "t.csv").write_text("id,a\n1,x\n2,y\n")
    status, text, _ = mlgate("contract", "infer", "t.csv")
    assert status == 0
    assert configuration.parse_contract(text.encode(), "c.yml").properties["a"] == {"type": "string"}
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_a_contract_that_is_there_is_kept(tmp_path: Path, mlgate: Command) -> None:
    (tmp_path / "t.csv").write_text("id\n1\n")
    (tmp_path / "c.yml").write_text("mine")
    status, _, errors = mlgate("contract", "infer", "t.csv", "--output", "c.yml")
    assert (status, (tmp_path / "c.yml").read_text()) == (2, "mine")
    assert "--force" in errors
    assert mlgate("contract", "infer", "t.csv", "--output", "c.yml", "--force")[0] == 0


def test_what_is_wrong_is_said_at_once(tmp_path: Path, mlgate: Command) -> None:
    (tmp_path / "t.csv").write_text("id,late\n1,0\n1,1\n")
    status, _, errors = mlgate("contract", "infer", "t.csv", "--key", "id", "--label", "lte")
    assert status == 2
    assert "null or doubled" in errors
    assert "did you mean 'late'" in errors
    status, _, errors = mlgate("contract", "infer", "none.csv")
    assert (status, "does not exist" in errors) == (2, True)
    assert mlgate("contract", "infer")[0] == 2


def test_numbers_past_all_bounds_are_asked_about(tmp_path: Path, mlgate: Command) -> None:
    (tmp_path / "t.csv").write_text("id,a\n1,1e400\n2,5\n")
    duckdb.execute(
        f"COPY (SELECT 1 AS id, 'inf'::DOUBLE AS a, 2.5 AS b) TO '{tmp_path / 't.parquet'}' (FORMAT parquet)"
    )
    for name in ("t.csv", "t.parquet"):
        assert mlgate("contract", "infer", name, "--output", f"{name}.yml")[0] == 0
        status, text, _ = mlgate("validate-data", name, "--contract", f"{name}.yml")
        assert status == 0, text
    assert "1 of its values are NaN or infinite" in (tmp_path / "t.parquet.yml").read_text()


def test_a_table_of_the_configuration_is_read_as_that_says(tmp_path: Path, mlgate: Command) -> None:
    dialect = "{encoding: latin-1, delimiter: ';', decimal: ','}"
    (tmp_path / "mlgate.yml").write_text(f"version: 1\ntables: {{de: {{path: 'de/*.csv', dialect: {dialect}}}}}\n")
    (tmp_path / "de").mkdir()
    for part in (1, 2):
        rows = "".join(f"{part}{number};Größe;{number},5\n" for number in range(40))
        (tmp_path / "de" / f"{part}.csv").write_bytes(f"id;art;wert\n{rows}".encode("latin-1"))
    status, text, errors = mlgate("contract", "infer", "de")
    assert status == 0, errors
    properties = configuration.parse_contract(text.encode(), "c.yml").properties
    assert properties["art"]["enum"] == ["Größe"]
    assert properties["wert"] == {"type": "number", "minimum": 0}
    assert mlgate("contract", "infer", "de/*.csv")[1] == text
