"""Configurations, contracts and waivers from disk. Loading a configuration imports no more than a YAML reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config import node as nodes
from mlgate.core.config import yaml
from mlgate.core.config.node import START, refuse
from mlgate.shell.links import is_link_out

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.contract import Contract
    from mlgate.core.config.model import Config
    from mlgate.core.config.waivers import Waiver
    from mlgate.errors import ConfigError


def load(path: Path, name: str) -> Config:
    """Read a configuration.

    Args:
        path: Where it lies.
        name: What messages call it: relative to the repository, or as given.

    Raises:
        ConfigError: With every mistake; nothing else is raised.
    """
    return parse(_bytes(path, name, "`mlgate init` writes a configuration; `--config` names another file."), name)


def parse(data: bytes, name: str) -> Config:
    """Return the configuration that the bytes of a file say.

    Raises:
        ConfigError: With every mistake; nothing else is raised.
    """
    from mlgate.core.config.parse import parse as parse_values  # noqa: PLC0415 - a contract alone needs none of it

    return parse_values(yaml.read(data, name), name)


def load_contract(path: Path, name: str) -> Contract:
    """Read a contract, in YAML or JSON.

    Raises:
        ConfigError: With every mistake; nothing else is raised.
    """
    remedy = (
        "Correct the path, which is relative to the configuration's folder where one names it; "
        f"`mlgate contract infer TABLE --output {name}` writes a first contract."
    )
    return parse_contract(_bytes(path, name, remedy), name)


def parse_contract(data: bytes, name: str) -> Contract:
    """Return the contract that the bytes of a file say; a name that ends in `.json` means JSON, else YAML.

    Raises:
        ConfigError: With every mistake; nothing else is raised.
    """
    from mlgate.core.config import json_text  # noqa: PLC0415 - jsonschema takes 140 ms to import
    from mlgate.core.config.parse_contract import parse as parse_values  # noqa: PLC0415 - only with contracts

    read = json_text.read if name.lower().endswith(".json") else yaml.read
    return parse_values(read(data, name), name)


def load_waivers(path: Path, name: str) -> tuple[Waiver, ...]:
    """Read the file of waivers; none where there is no such file.

    Raises:
        ConfigError: With every mistake; nothing else is raised.
    """
    if not path.exists() and not path.is_symlink():
        return ()
    return parse_waivers(_bytes(path, name, "Write a list of waivers, or remove it."), name)


def parse_waivers(data: bytes, name: str) -> tuple[Waiver, ...]:
    """Return the waivers that the bytes of a file say.

    Raises:
        ConfigError: With every mistake; nothing else is raised.
    """
    from mlgate.core.config.waivers import parse as parse_values  # noqa: PLC0415 - only where rules are judged

    return parse_values(yaml.read(data, name), name)


def _bytes(path: Path, name: str, remedy: str) -> bytes:
    try:
        if is_link_out(path):
            raise _unreadable(name, "a link that leads out of the repository", "Replace it by the file itself.")
        if path.is_dir():
            raise _unreadable(name, "this is a folder, not a file", remedy)
        with path.open("rb") as file:
            return file.read(nodes.MAX_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(name, "there is no such file", remedy) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unreadable(name, f"the file cannot be read: {reason}", remedy) from None


def _unreadable(name: str, message: str, remedy: str) -> ConfigError:
    return refuse(name, START, message, remedy)
