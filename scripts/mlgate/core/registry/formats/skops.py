"""skops: a zip archive with `schema.json`, a tree of nodes that each name a type, and arrays beside it.

Loading imports the types by name and makes objects of them. A type is safe if it was reviewed, here or by the people
who wrote it into the configuration: never because the file says so. Every node in the tree is looked at, wherever
it stands, and every file of the archive has to belong to one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlgate.core.registry.formats import npy
from mlgate.core.registry.formats.skops_types import BIT_GENERATORS, LOADERS
from mlgate.core.registry.formats.strict_json import parse
from mlgate.core.registry.formats.zip_layout import Entry, contents, entries, unpack
from mlgate.core.registry.model_format import HEAD, RefusedError, code_kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlgate.core.registry.model_format import Read

SCHEMA = "schema.json"
MAX_SCHEMA = 64 * 2**20
MAX_DEPTH = 400
PROTOCOL = 2  # skops 0.11 and newer; nodes of older ones are read in other ways, which a forged file could choose
FILES = {"NdArrayNode": ".npy", "SparseMatrixNode": ".npz", "BytesNode": ".bin", "BytearrayNode": ".bin"}
# These make one type, whatever the node says.
MAKES = {
    "TreeNode": "sklearn.tree._tree.Tree",
    "QuantileForestNode": "quantile_forest._quantile_forest_fast.QuantileForest",
}
REMEDY = "Save the model again with skops 0.11 or newer: the file is damaged, or made by something else."
MAX_SHOWN = 10


@dataclass(kw_only=True)
class Tree:
    """What a schema names.

    Attributes:
        untrusted: Types that were not reviewed.
        files: The archive's files that it refers to.
    """

    untrusted: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


def check(read: Read, found: Collection[Entry], trusted: Collection[str]) -> None:
    """Refuse an archive that holds more than reviewed types, and arrays of them.

    Raises:
        RefusedError: With the reason; for types with the lines of YAML that would allow them.
    """
    by_name = {entry.name: entry for entry in found}
    if by_name[SCHEMA].size > MAX_SCHEMA:
        raise _refused(f"its schema has {by_name[SCHEMA].size} bytes")
    tree = walk(b"".join(unpack(read, by_name[SCHEMA])), trusted)
    if tree.files != set(by_name) - {SCHEMA}:
        odd = min(tree.files ^ (set(by_name) - {SCHEMA}))
        raise _refused(f"the file {odd!r:.80} is named and not there, or there and not named")
    if tree.untrusted:
        raise _untrusted(sorted(tree.untrusted))
    for name in sorted(tree.files):
        _check_file(read, by_name[name])


def walk(data: bytes, trusted: Collection[str]) -> Tree:
    """Return what a schema names.

    Raises:
        RefusedError: If it is no schema of skops.
    """
    try:
        schema = parse(data, depth=MAX_DEPTH)
    except ValueError as error:
        raise _refused(f"its schema is no JSON that can be trusted: {error}") from None
    if not isinstance(schema, dict) or type(schema.get("protocol")) is not int or "__loader__" not in schema:
        raise _refused("its schema has no protocol or no object")
    if schema["protocol"] != PROTOCOL:
        raise _refused(f"its schema is of the protocol {schema['protocol']}, and this mlgate reads {PROTOCOL}")
    tree, work = Tree(), list[Any]([schema])
    while work:
        item = work.pop()
        if isinstance(item, dict):
            if "__loader__" in item:
                _node(item, tree, trusted)
            elif "__class__" in item or "__module__" in item:
                raise _refused("its schema has a type without a reader")
            work += item.values()
        elif isinstance(item, list):
            work += item
    return tree


def _node(node: dict[str, Any], tree: Tree, trusted: Collection[str]) -> None:
    loader, module, name = node["__loader__"], node.get("__module__"), node.get("__class__")
    if not (isinstance(loader, str) and isinstance(module, str) and isinstance(name, str)):
        raise _refused("its schema has a node without a type")
    if loader not in LOADERS:
        raise _refused(f"its schema has a node for the reader {loader!r:.60}, which is not known")
    if loader == "JsonNode":
        _check_scalar(node.get("content"))
    elif loader != "CachedNode":
        tree.untrusted |= {each for each in _types(node, loader, f"{module}.{name}") if each not in trusted}
    if "file" in node:
        _check_name(loader, node["file"])
        tree.files.add(node["file"])


def _types(node: dict[str, Any], loader: str, name: str) -> set[str]:
    """Return the types, of those that a node makes, that were not reviewed."""
    found = set() if name in LOADERS[loader] else {name}
    content = node.get("content")
    if loader in MAKES:
        found.add(MAKES[loader])
    if loader == "MethodNode":
        found.add(f"{name}.{content.get('func') if isinstance(content, dict) else None}")
    if loader == "RandomGeneratorNode":
        generator = f"numpy.random.{_bit_generator(content)}"
        found |= set() if generator in BIT_GENERATORS else {generator}
    return found


def _bit_generator(content: Any) -> Any:
    """Return the class that skops will call for a random generator: a text deep in its state."""
    try:
        return json.loads(content["bit_generator"]["content"]["bit_generator"]["content"])
    except (KeyError, TypeError, ValueError):
        return None


def _check_scalar(content: Any) -> None:
    try:
        value = json.loads(content)
    except (TypeError, ValueError, RecursionError):
        raise _refused("its schema has a value that is no JSON") from None
    if isinstance(value, dict | list):
        raise _refused("its schema has a value that is more than one")


def _check_name(loader: str, name: Any) -> None:
    if not isinstance(name, str) or loader not in FILES or not name.endswith(FILES[loader]):
        raise _refused(f"its schema names the file {name!r:.80} where none of that kind belongs")


def _check_file(read: Read, entry: Entry) -> None:
    if entry.name.endswith(".npy"):
        npy.check(unpack(read, entry), entry.size, entry.name)
    elif entry.name.endswith(".npz"):
        inner, size = contents(read, entry)
        for array in entries(inner, size):
            if not array.name.endswith(".npy"):
                raise _refused(f"{entry.name!r:.80} holds {array.name!r:.80}, which is no array")
            npy.check(unpack(inner, array), array.size, array.name)
    else:
        _check_bytes(read, entry)


def _check_bytes(read: Read, entry: Entry) -> None:
    head, crc_checked = b"", unpack(read, entry)
    for piece in crc_checked:
        head = head or piece[:HEAD]
    kind = "zip" if head.startswith(b"PK\x03\x04") else code_kind(head)
    if kind != "unknown":
        raise _refused(f"its file {entry.name!r:.80} looks like {kind}, an archive or a pickle within the model")


def _untrusted(types: list[str]) -> RefusedError:
    shown = ", ".join(types[:MAX_SHOWN]) + (f" and {len(types) - MAX_SHOWN} more" if len(types) > MAX_SHOWN else "")
    listed = "".join(f"\n          - {name}" for name in types[:MAX_SHOWN])
    return RefusedError(
        f"it is a skops file with types that nobody has reviewed: {shown}",
        "If you know them, and who made the file, write in mlgate.yml:\n"
        f"      promote:\n        trusted-types:{listed}",
    )


def _refused(why: str) -> RefusedError:
    return RefusedError(f"it is a skops file, and {why}", REMEDY)
