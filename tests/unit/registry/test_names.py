"""Tags in the grammar that GTO reads and writes; tests/e2e/test_registry_gto.py holds it against the real one."""

from __future__ import annotations

import pytest

from mlgate.core.registry.log.names import (
    TagName,
    deprecate_tag,
    parse_tag,
    parse_version,
    stage_tag,
    version_tag,
)

TAGS = {
    "m@v1.2.0": TagName(model="m", event="register", version="v1.2.0"),
    "m@v1.2.0#7": TagName(model="m", event="register", version="v1.2.0", number=7),
    "m@v1.2.0!": TagName(model="m", event="deprecate", version="v1.2.0"),
    "m@v1.2.0!#8": TagName(model="m", event="deprecate", version="v1.2.0", number=8),
    "m@v1.2.0-rc.1+b.5": TagName(model="m", event="register", version="v1.2.0-rc.1+b.5"),
    "m#production": TagName(model="m", event="assign", stage="production"),
    "m#production#3": TagName(model="m", event="assign", stage="production", number=3),
    "m#production!#4": TagName(model="m", event="unassign", stage="production", number=4),
    "m@deprecated#5": TagName(model="m", event="deprecate-model", number=5),
    "m@deprecated": TagName(model="m", event="deprecate-model"),
    "m@created": TagName(model="m", event="create"),
    "flight-delays_2/x@v0.0.1": TagName(model="flight-delays_2/x", event="register", version="v0.0.1"),
    "models/a.b=m#dev#1": TagName(model="models/a.b:m", event="assign", stage="dev", number=1),
}
NO_TAGS = (
    *("v1.0.0", "m@1.0.0", "m@v1.0", "m@v01.0.0", "m@", "m#", "m#production#", "m#production#x", "m@deprecated!"),
    *("m.n@v1.0.0", "-m@v1.0.0", "m-@v1.0.0", "m#p.q#1", "m@v1.0.0 ", "m@v1.0.0\n", "mé@v1.0.0", ""),
)


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_is_read(tag: str) -> None:
    assert parse_tag(tag) == TAGS[tag]


@pytest.mark.parametrize("tag", NO_TAGS)
def test_other_tags_mean_nothing(tag: str) -> None:
    assert parse_tag(tag) is None


def test_what_is_written_is_read() -> None:
    assert version_tag("m", "v1.2.0") == "m@v1.2.0"
    assert deprecate_tag("m", "v1.2.0") == "m@v1.2.0!"
    assert stage_tag("m", "production", 3) == "m#production#3"
    assert stage_tag("m", "production", 4, taken_back=True) == "m#production!#4"


@pytest.mark.parametrize(("text", "version"), [("v1.2.0", "v1.2.0"), ("1.2.0", "v1.2.0"), ("v10.0.0", "v10.0.0")])
def test_a_version_is_read(text: str, version: str) -> None:
    assert str(parse_version(text)) == version


@pytest.mark.parametrize("text", ["", "v", "v1", "v1.2", "v1.2.3.4", "v01.2.3", "v1.2.3-rc1", "vv1.2.3", "v1.2.x"])
def test_other_texts_are_no_version(text: str) -> None:
    assert parse_version(text) is None
