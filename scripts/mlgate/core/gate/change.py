"""What of a configuration is policy: what a pull request cannot edit for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.data.source import Dialect

if TYPE_CHECKING:
    from mlgate.core.config.model import Config


def policy_of(config: Config) -> tuple[Any, ...]:
    """Return the part of a configuration that judges: gate, baselines, contracts, drift, how tables are read.

    The model's name is in it too: under another name nothing was promoted that a candidate could be worse than. So is
    `promote`: its last stage says what `promoted` means, and the rest decides what goes to production after the merge.
    """
    contracts = tuple(sorted((table.name, table.contract) for table in config.tables if table.contract))
    drift = tuple(sorted((table.name, table.reference, table.drift) for table in config.tables if table.reference))
    written = {table.name: (table.format, table.compression, table.dialect) for table in config.tables}
    declared = tuple(sorted(item for item in written.items() if item[1] != (None, None, Dialect())))
    reading = (config.key, config.label, config.group, config.weight, config.positive, config.task)
    return (config.model, config.gate, config.baselines, contracts, drift, declared, reading, config.promote)


def policy_differs(one: Config | None, other: Config | None) -> bool:
    """Return whether two configurations judge differently; one that is missing or has mistakes differs from any."""
    return one is None or other is None or policy_of(one) != policy_of(other)
