"""What a command prints becomes lines that may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.training.log import LONGEST_LINE, LONGEST_TAIL_LINE, TAIL_LINES, Log


def lines_of(*chunks: bytes, hidden: tuple[str, ...] = ()) -> list[str]:
    log = Log(hidden)
    return [line for chunk in chunks for line in log.feed(chunk)] + log.feed(b"", final=True)


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ((b"a\nb\n",), ["a", "b"]),
        ((b"a\r\nb",), ["a", "b"]),
        ((b"a\r", b"\nb"), ["a", "b"]),
        ((b"10%\r20%\r", b"30%\n"), ["10%", "20%", "30%"]),
        ((b"caf\xc3", b"\xa9\n"), ["caf\N{LATIN SMALL LETTER E WITH ACUTE}"]),
        ((b"\xff\n",), ["\N{REPLACEMENT CHARACTER}"]),
        ((b"\n\n",), ["", ""]),
        ((b"",), []),
        ((b"\x1b[31mred\x1b[0m \x1b]0;title\x07x\n",), ["red x"]),
    ],
)
def test_bytes_become_lines(chunks: tuple[bytes, ...], lines: list[str]) -> None:
    assert lines_of(*chunks) == lines


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x1b\x85:#")), st.integers(1, 7))
def test_how_the_bytes_are_cut_makes_no_difference(text: str, size: int) -> None:
    data = text.encode()

    assert lines_of(*(data[i : i + size] for i in range(0, len(data), size))) == lines_of(data)


def test_a_line_without_end_is_shown_in_pieces() -> None:
    lines = lines_of(*[b"x" * 1000] * 100)

    assert sum(map(len, lines)) == 100_000
    assert max(map(len, lines)) == LONGEST_LINE


def test_the_last_lines_are_kept_and_cut() -> None:
    log = Log()
    log.feed(b"".join(b"%d\n" % i for i in range(100)) + b"y" * 5000 + b"\n")

    assert len(log.tail) == TAIL_LINES
    assert log.tail[0] == "61"
    assert log.tail[-1] == "y" * LONGEST_TAIL_LINE


def test_secrets_are_masked_in_what_is_shown_and_kept() -> None:
    log = Log(("hunter22",))

    assert log.feed(b"password hunter22!\n") == ["password ***!"]
    assert log.tail == ("password ***!",)


@pytest.mark.parametrize("asked", [b"::add-mask::s3cret-value\n", b"  ##[add-mask]s3cret-value\n"])
def test_a_value_that_the_command_asks_to_mask_is_masked(asked: bytes) -> None:
    assert lines_of(asked, b"got s3cret-value\n") == ["(a value is masked from here on)", "got ***"]
