"""What there is to validate by a configuration: the working copy's tables, and what the base says of them."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from mlgate.errors import BaseUnreadableError
from mlgate.shell import configuration
from mlgate.shell import lock as shell_lock
from mlgate.shell.base.tables import base_table
from mlgate.shell.tables.pointers import checkout_of, pulled
from mlgate.shell.tables.sources import place_of, resolve
from mlgate.shell.validation.references import reference_of
from mlgate.shell.validation.works import Version, Work, version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlgate.core.config.model import Table
    from mlgate.core.data.source import TableSource
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.base.tables import BaseTable


def from_policy(policy: Policy, judge: Judge, env: Mapping[str, str], *, show_values: bool) -> list[Work]:
    """Return the work for all tables of the working copy's configuration.

    Raises:
        ConfigError: Of a contract, or of the lock.
        BaseUnreadableError: If the base names a contract that it does not have.
    """
    lock = shell_lock.judging(judge)
    return [
        Work(
            table=table,
            files=partial(_resolved, table, judge, env),
            sides=_sides(table, policy, judge),
            show_values=show_values or known,
            private=show_values and not known,
            base=_base(table, policy, judge),
            reference=reference_of(table, policy, judge, show_values=show_values),
            has_profile=True,
            keys=(policy.working.key,) if policy.working.key else (),
            lock=lock,
        )
        for table in policy.working.tables
        for known in [judge.as_committed(table.path)]
    ]


def _resolved(table: Table, judge: Judge, env: Mapping[str, str], downloads: Path) -> TableSource:
    return pulled(resolve(table, place_of(judge, downloads, env)), checkout_of(judge))


def _base(table: Table, policy: Policy, judge: Judge) -> Callable[[Path], BaseTable] | None:
    there = policy.judging.table(table.name)
    return partial(base_table, judge, there) if judge.base is not None and there is not None else None


def _sides(table: Table, policy: Policy, judge: Judge) -> dict[str, Version]:
    """Return the working copy's contract, and the base's where it is another."""
    sides = {}
    if table.contract is not None:
        sides["new"] = version(judge.config_folder / table.contract, table.contract)
    judging = policy.judging.table(table.name) if policy.from_base else None
    if judging is None or judging.contract is None:
        return sides
    data = judge.judging_bytes(judging.contract)
    if data is None:
        raise BaseUnreadableError(
            f"base:{judging.contract}, by which the base judges the table {table.name}, cannot be read there: it is "
            "absent, in a submodule, or behind a link that leads out of the repository",
            remedy="Keep contracts as files of this repository; the base branch has to be corrected first.",
            reason="config-invalid",
        )
    digest = hashlib.sha256(data).hexdigest()
    if "new" not in sides or sides["new"].digest != digest:
        contract = configuration.parse_contract(data, f"base:{judging.contract}")
        sides["old"] = Version(contract=contract, digest=digest)
    return sides
