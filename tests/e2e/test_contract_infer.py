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


def test_null_is_no_day_and_takes_no_format_away(tmp_path: Path, mlgate: Command) -> None:
    (tmp_path / "t.csv").write_text("id,day\n1,2024-01-01\n2,\n")
    assert 'day: {type: [string, "null"], format: date}' in mlgate("contract", "infer", "t.csv")[1]


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


GERMAN = "{encoding: latin-1, delimiter: ';', decimal: ',', thousands: '.', date-format: '%d.%m.%Y', nulls: ['', k.A.]}"


def test_with_a_dialect_the_contract_holds_and_the_next_step_is_true(tmp_path: Path, mlgate: Command) -> None:
    config = f"version: 1\ntables: {{de: {{path: de.csv, dialect: {GERMAN}}}}}\n"
    (tmp_path / "mlgate.yml").write_text(config)
    rows = "".join(
        f"{n % 3}.{n:03},50;0{n % 28 + 1:02};{n % 28 + 1:02}.03.2024;A-{n:03};2024-03-{n % 28 + 1:02};{n},{n % 7};ä\n"
        for n in range(200)
    )
    rows += "k.A.;001;k.A.;A-999;2024-03-01;x;ö\n"
    (tmp_path / "de.csv").write_bytes(f"Betrag;Plz;Datum;Code;Iso;Gemischt;Wort\n{rows}".encode("latin-1"))
    status, text, errors = mlgate("contract", "infer", "de", "--output", "contracts/de.yml")
    assert status == 0, errors
    assert "Set `contract: contracts/de.yml` of the table 'de' in mlgate.yml. Then: mlgate validate-data" in text
    row = configuration.parse_contract((tmp_path / "contracts" / "de.yml").read_bytes(), "de.yml").properties
    assert row["Betrag"] == {"type": ["number", "null"], "minimum": 0}
    assert row["Datum"] == {"type": ["string", "null"], "format": "date"}
    assert row["Plz"] == {"type": "string", "pattern": "^[0-9]{3}$"}
    assert row["Iso"] == {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}  # not as dates are declared
    (tmp_path / "mlgate.yml").write_text(config.replace("path: de.csv", "path: de.csv, contract: contracts/de.yml"))
    status, text, errors = mlgate("validate-data")
    assert (status, "pass" in text) == (0, True), text + errors
    assert "names it as the contract" in mlgate("contract", "infer", "de", "--output", "contracts/de.yml", "--force")[1]


def test_a_declared_time_format_is_a_time(tmp_path: Path, mlgate: Command) -> None:
    dialect = "{time-format: '%d/%m/%Y %H:%M'}"
    table = f"{{path: t.csv, contract: c.yml, dialect: {dialect}}}"
    (tmp_path / "t.csv").write_text("at\n" + "".join(f"{n % 28 + 1:02}/01/2024 05:{n:02}\n" for n in range(60)))
    (tmp_path / "mlgate.yml").write_text(f"version: 1\ntables: {{t: {table}}}\n")
    assert mlgate("contract", "infer", "t", "--output", "c.yml")[0] == 0
    assert "at: {type: string, format: date-time}" in (tmp_path / "c.yml").read_text()
    assert mlgate("validate-data")[0] == 0


def test_the_contract_holds_for_the_other_table_too(tmp_path: Path, mlgate: Command) -> None:
    (tmp_path / "a.csv").write_text("id,x,y,only\n" + "".join(f"{n},{n},{n},1\n" for n in range(300)))
    some = "".join(f"{n % 90},{'' if n % 10 == 0 else n},{n},1\n" for n in range(100))
    (tmp_path / "b.csv").write_text("id,x,y,other\n" + some)
    status, _, errors = mlgate("contract", "infer", "a.csv", "--other", "b.csv", "--output", "c.yml")
    assert status == 0, errors
    text = (tmp_path / "c.yml").read_text()
    assert "- row-count: {at-least: 50} # 300 and 100 when this was written" in text
    assert "null-fraction: {column: x, at-most: 0.16} # 0.00% and 10.00% when" in text
    for name in ("a.csv", "b.csv"):
        status, text, errors = mlgate("validate-data", name, "--contract", "c.yml")
        assert status == 0, text + errors
    status, _, errors = mlgate("contract", "infer", "a.csv", "--other", "b.csv", "--key", "id")
    assert (status, "in b.csv 'id' has null or doubled values" in errors) == (2, True)


TIMES = "DATE '2013-01-01' + n AS day, TIMESTAMP '2013-01-01' + INTERVAL (n) HOUR AS at"


def test_times_of_parquet_have_a_format(tmp_path: Path, mlgate: Command) -> None:
    zoned = "(TIMESTAMP '2013-01-01' + INTERVAL (n) HOUR) AT TIME ZONE 'UTC' AS zoned"
    never = "CASE WHEN n > 0 THEN DATE '2013-01-01' ELSE 'infinity'::DATE END AS never"
    table = f"SELECT {TIMES}, {zoned}, {never} FROM (SELECT range::INTEGER AS n FROM range(60))"  # noqa: S608 - constant
    duckdb.execute(f"COPY ({table}) TO '{tmp_path / 't.parquet'}' (FORMAT parquet)")
    assert mlgate("contract", "infer", "t.parquet", "--output", "c.yml")[0] == 0
    text = (tmp_path / "c.yml").read_text()
    assert "day: {type: string, format: date} # 60 values; 2013-01-01 to 2013-03-01" in text
    assert "at: {type: string, format: date-time} # 60 values; 2013-01-01 to 2013-01-03" in text
    assert "zoned: {type: string, format: date-time} # 60 values; 2013-01-01 to 2013-01-03" in text
    assert "never: {type: string} #" in text
    status, text, errors = mlgate("validate-data", "t.parquet", "--contract", "c.yml")
    assert status == 0, text + errors


def test_times_of_json_lines_are_text_as_it_stands(tmp_path: Path, mlgate: Command) -> None:
    lines = "".join(f'{{"at": "2013-01-01 05:{n:02}:00", "day": "2013-01-{n % 28 + 1:02}"}}\n' for n in range(60))
    (tmp_path / "t.jsonl").write_text(lines)
    assert mlgate("contract", "infer", "t.jsonl", "--output", "c.yml")[0] == 0
    status, text, errors = mlgate("validate-data", "t.jsonl", "--contract", "c.yml")
    assert status == 0, text + errors


@pytest.mark.parametrize("token", ["NA", "N/A", "null", "nan", "-", "?"])
def test_numbers_but_for_one_token_are_asked_about(token: str, tmp_path: Path, mlgate: Command) -> None:
    rows = "".join(f"{token if n % 30 == 0 else n % 4},{'NA' if n % 2 else 'x'}\n" for n in range(120))
    (tmp_path / "t.csv").write_text(f"delay,text\n{rows}")
    assert mlgate("contract", "infer", "t.csv", "--output", "c.yml")[0] == 0
    text = (tmp_path / "c.yml").read_text()
    assert configuration.parse_contract(text.encode(), "c.yml").properties["delay"] == {"type": "string"}
    assert text.count("numbers but for 4 cells") == 1
    assert 'write `{type: [integer, "null"]}`' in text
    dialect = text.split("declare `dialect: ")[1].split("` in the")[0]
    table = f"{{path: t.csv, contract: d.yml, dialect: {dialect}}}"
    (tmp_path / "mlgate.yml").write_text(f"version: 1\ntables: {{t: {table}}}\n")  # what is advised works
    assert mlgate("contract", "infer", "t", "--output", "d.yml")[0] == 0
    row = configuration.parse_contract((tmp_path / "d.yml").read_bytes(), "d.yml").properties
    assert row["delay"]["type"] == ["integer", "null"]
    assert mlgate("validate-data")[0] == 0
