"""`train.estimator`: describe the fit of a named scikit-learn estimator as a job for the worker."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mlgate.errors import ConfigError, InputError
from mlgate.shell import configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlgate.core.config.model import Table
    from mlgate.shell.training.place import Place

GROUP = ("sklearn", "pandas", "skops")
NUMBERS = frozenset({"number", "integer"})


def require_group(find: Callable[[str], object | None] = find_spec) -> None:
    """Refuse to go on where the packages that an estimator needs are not installed.

    Args:
        find: Returns None for a package that is absent.

    Raises:
        InputError: Naming the command that installs them.
    """
    absent = [name for name in GROUP if find(name) is None]
    if absent:
        raise InputError(
            f"`train.estimator` needs packages that are not installed: {', '.join(absent)}",
            remedy="Install them: pip install 'mlgate[estimator]'",
            reason="config-invalid",
        )


def job(place: Place, outputs: Mapping[str, Path]) -> dict[str, Any]:
    """Return the job that fits the configuration's estimator.

    Args:
        place: Where the training runs.
        outputs: Absolute path of `model` and `predictions`.

    Raises:
        InputError: The configuration lacks what a fit needs.
    """
    config, train = place.config, place.config.train
    estimator, table = (train.estimator if train else None), config.table("train")
    if train is None or estimator is None or table is None or not (config.key and config.label and place.holdout):
        raise InputError(
            "`train.estimator` needs the tables `train` and `holdout`, `key` and `label`",
            remedy=f"Add what is missing to {config.path}.",
            reason="config-invalid",
        )
    return {
        "task": "fit",
        "name": estimator.name,
        "params": dict(estimator.params),
        "features": list(estimator.features),
        "train": str(place.learned or place.tables["train"]),
        "holdout": str(place.holdout),
        "key": config.key,
        "label": config.label,
        "others": [config.group] if config.group else [],
        "weight": config.weight,
        "positive": None if config.positive is None else word(config.positive),
        "declared": _declared(table, place.folder),
        "seed": train.seed,
        "model": str(outputs["model"]),
        "predictions": str(outputs["predictions"]),
        "spill": str(place.scratch / "spill"),
    }


def word(value: object) -> str:
    """Return a class as the predictions name it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _declared(table: Table, folder: Path) -> dict[str, str]:
    """Return `number` or `text` for the columns whose type the table's contract declares."""
    if table.contract is None:
        return {}
    try:
        contract = configuration.load_contract(folder / table.contract, table.contract)
    except ConfigError:
        return {}  # validate-data reports it
    kinds = {name: _types(schema) for name, schema in contract.properties.items()}
    return {name: "number" if found <= NUMBERS else "text" for name, found in kinds.items() if found}


def _types(schema: Any) -> frozenset[str]:
    declared = schema.get("type") if isinstance(schema, dict) else None
    words = [declared] if isinstance(declared, str) else declared or []
    return frozenset(words) - {"null"}
