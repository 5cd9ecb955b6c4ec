"""A table against the base's version: counted, located and summarized by the engine, in the child."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from mlgate.core.config.contract import RuleKind
from mlgate.core.data.diff import columns as layout
from mlgate.core.data.diff import notable, query, summary
from mlgate.core.data.profile.request import ProfileRequest
from mlgate.core.data.source import Format
from mlgate.core.documents.diff import ColumnDiff, DiffState, TableDiff
from mlgate.core.words import listed
from mlgate.shell.tables import layout as table_layout
from mlgate.shell.tables.files import Unreadable
from mlgate.shell.tables.profiling import profile_of
from mlgate.shell.tables.sides import side_of
from mlgate.shell.validation import diffing_rows as rows
from mlgate.shell.validation.copies import side
from mlgate.shell.validation.rules.other import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.diff.columns import Pair
    from mlgate.core.data.request import ScanResult
    from mlgate.core.data.source import TableSource
    from mlgate.core.documents.profile import ColumnProfile, Profile
    from mlgate.shell.validation.diffing_rows import Versions
    from mlgate.shell.validation.opened import Opened

CATEGORIES = 10  # shown of each column


def diff(opened: Opened, result: ScanResult) -> TableDiff | None:
    """Return how a table differs from the base's version, where the request has one.

    Args:
        opened: The table.
        result: What the scan has found of it: a key that it saw broken is none.
    """
    request = opened.request
    if request.base_missing:
        return TableDiff(state=DiffState.MISSING, message=request.base_missing)
    if request.base is None:
        return TableDiff(state=DiffState.UNCHANGED) if request.base_unchanged else None
    try:
        base = open_source(opened, request.base, _names(opened, request.base))
        return _compared(rows.open_versions(opened, base), result)
    except Unreadable as error:
        return TableDiff(state=DiffState.MISSING, message=f"the base's version cannot be read: {error.message}")
    except duckdb.OutOfMemoryException:
        return TableDiff(state=DiffState.MISSING, message="the comparison needs more memory than its limit")
    except (duckdb.InvalidInputException, duckdb.IOException):
        message = f"the base's version cannot be read as {request.base.format.value}: it is malformed"
        return TableDiff(state=DiffState.MISSING, message=message)
    except duckdb.Error as error:
        message = f"the base's version cannot be compared: {type(error).__name__}"
        return TableDiff(state=DiffState.MISSING, message=message)


def _names(opened: Opened, source: TableSource) -> Sequence[str]:
    if source.format is not Format.JSON_LINES:
        return ()
    return list(table_layout.json_properties(opened.connection, source))


def _compared(versions: Versions, result: ScanResult) -> TableDiff:
    """Return the difference: by key where there is one that holds, else by whole rows."""
    found = replace(rows.rows_and_schema(versions, result.rows), message=_format_note(versions.opened))
    key, why = _key(versions, result)
    if key:
        keyed = rows.by_key(versions, found, key)
        if keyed is not None:
            return _summarized(versions, keyed, result.profile)
        why = f"the base's version has rows with the same {listed([pair.name for pair in key])}"
    note = f"rows are compared as a whole, because {why}"
    found = replace(found, message="; ".join(filter(None, (found.message, note))))
    return _summarized(versions, rows.by_row(versions, found), result.profile)


def _format_note(opened: Opened) -> str:
    base, source = opened.request.base, opened.request.source
    if base is None or base.format is source.format:
        return ""
    return f"the format changed from {base.format.value} to {source.format.value}: cells are compared by meaning"


def _key(versions: Versions, result: ScanResult) -> tuple[tuple[Pair, ...], str]:
    """Return the key's columns; none, and why, where there is no key, or it does not hold in this version."""
    sides = versions.opened.request.sides.values()
    rule = next((rule for side in sides for rule in side.rules if rule.kind is RuleKind.PRIMARY_KEY), None)
    if rule is None:
        return (), "the contract has no primary-key"
    key = layout.key_pairs(versions.columns, rule.columns)
    if key is None:
        return (), f"one of the versions has no {listed(rule.columns)}"
    is_broken = any(finding.check == rule.pointer for finding in result.findings)
    if is_broken or (rule.tolerance and rows.repeats(versions, key)):
        return (), f"this version has rows with the same {listed(rule.columns)}, or with none"
    return key, ""


def _summarized(versions: Versions, found: TableDiff, known_profile: Profile | None) -> TableDiff:
    """Add what the profiles of both versions say of each column that may have moved; the key names rows, no more."""
    known = {column.name: column for column in found.columns}
    wanted = {pair.name: pair for pair in versions.columns if found.added or found.removed or pair.name in known}
    if not wanted:
        return found
    before, after = (
        {column.name: column for column in profile.columns} for profile in _profiles(versions, known_profile, found.key)
    )
    summarized = {
        name: _column(known.get(name, ColumnDiff(name=name)), before[name], after[name], versions)
        for name in wanted
        if name in before and name in after and name not in found.key
    }
    return notable.ranked(replace(found, columns=tuple({**known, **summarized}.values())))


def _profiles(versions: Versions, known: Profile | None, key: Sequence[str]) -> tuple[Profile, Profile]:
    """Return the base's profile and this version's; one that may not be shown has too little to be compared."""
    connection, asked = versions.opened.connection, versions.opened.request.profile
    if asked is None or not asked.shown:
        asked, known = ProfileRequest(name="", keys=tuple(key), shown=True), None
    before = profile_of(connection, side_of(connection, versions.before.table, "base"), asked)[0]
    return before, known or profile_of(connection, side(versions.opened), asked)[0]


def _column(column: ColumnDiff, before: ColumnProfile, after: ColumnProfile, versions: Versions) -> ColumnDiff:
    request = versions.opened.request
    is_hidden = column.name in request.redact or not (request.show_values and request.base_values)
    moved = summary.categories(before, after)
    most = 0 if is_hidden else CATEGORIES
    return replace(
        column,
        before=summary.summary(before, hidden=is_hidden),
        after=summary.summary(after, hidden=is_hidden),
        new_categories=tuple(value[: query.SHOWN_CHARACTERS] for value in moved.new[:most]),
        new_categories_count=len(moved.new),
        vanished_categories=tuple(value[: query.SHOWN_CHARACTERS] for value in moved.vanished[:most]),
        vanished_categories_count=len(moved.vanished),
    )
