"""Small faithful model files, byte by byte, as their libraries write them; and ways to break them."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import Any


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def field(number: int, value: int | bytes) -> bytes:
    """Return one field of a protocol buffer: a number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(extra: bytes = b"", raw: bytes = b"\0" * 8) -> bytes:
    return field(1, 2) + field(2, 1) + field(8, b"weights") + field(9, raw) + extra


EXTERNAL = field(13, field(1, b"location") + field(2, b"../../etc/passwd"))
LOCATION = field(14, 1)


def node(attribute: bytes = b"") -> bytes:
    return field(1, b"x") + field(2, b"y") + field(4, b"MatMul") + (field(5, attribute) if attribute else b"")


def onnx(graph: bytes | None = None, after: bytes = b"") -> bytes:
    """Return a model: version, producer, graph, operators."""
    graph = field(1, node()) + field(2, b"g") + field(5, tensor()) if graph is None else graph
    return field(1, 10) + field(2, b"tests") + field(7, graph) + field(8, field(2, 21)) + after


def safetensors(header: Any = None, data: bytes = b"\0" * 24) -> bytes:
    header = header or {
        "__metadata__": {"format": "np"},
        "b": {"dtype": "I64", "shape": [1], "data_offsets": [16, 24]},
        "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
    }
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


XGBOOST = {
    "learner": {
        "attributes": {},
        "feature_names": ["a", "b"],
        "gradient_booster": {
            "model": {"trees": [{"base_weights": [-8.4e-8, 0.5, 1e300], "left_children": [1, -1, -1]}]},
            "name": "gbtree",
        },
        "learner_model_param": {"base_score": "5E-1", "num_feature": "2"},
        "objective": {"name": "binary:logistic"},
    },
    "version": [3, 2, 0],
}
LIGHTGBM_JSON = {
    "name": "tree",
    "version": "v4",
    "num_class": 1,
    "tree_info": [{"tree_index": 0, "tree_structure": {"left_child": {"leaf_value": 0.5}}}],
}
LIGHTGBM = b"""\
tree
version=v4
num_class=1
num_tree_per_iteration=1
max_feature_idx=1
objective=binary sigmoid:1
feature_names=a b
feature_infos=[0:1] none
tree_sizes=120

Tree=0
num_leaves=2
num_cat=0
split_feature=0
split_gain=196.018
threshold=1.0000000180025095e-35
decision_type=2
left_child=-1
right_child=-2
leaf_value=-0.03691 0.345
shrinkage=1


end of trees

feature_importances:
a=1

parameters:
[boosting: gbdt]
end of parameters

pandas_categorical:null
"""


def ubjson(value: Any) -> bytes:
    """Return UBJSON in XGBoost's manner: typed lists of numbers, lengths of 64 bits."""
    match value:
        case dict():
            return b"{" + b"".join(_text(key) + ubjson(item) for key, item in value.items()) + b"}"
        case list() if value and all(isinstance(item, float) for item in value):
            return b"[$d#" + _length(value) + struct.pack(f">{len(value)}f", *value)
        case list() if value and all(isinstance(item, int) for item in value):
            return b"[$l#" + _length(value) + struct.pack(f">{len(value)}i", *value)
        case list():
            return b"[#" + _length(value) + b"".join(map(ubjson, value))
        case str():
            return b"S" + _text(value)
    return b"i" + struct.pack(">b", value)


def _length(value: Any) -> bytes:
    return b"L" + struct.pack(">q", len(value))


def _text(value: str) -> bytes:
    return _length(value.encode()) + value.encode()


XGBOOST_SMALL = {
    "learner": {
        **{key: XGBOOST["learner"][key] for key in ("feature_names", "learner_model_param", "objective")},  # type: ignore[index]
        "gradient_booster": {"model": {"trees": [{"base_weights": [-0.5, 0.5], "left": [1, -1]}]}, "name": "gbtree"},
    },
    "version": [3, 2, 0],
}


def npy(descr: str = "'<f8'", shape: str = "(3,)", data: bytes = b"\0" * 24) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def typed(loader: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a node of skops: `name` is module and class."""
    module, _, kind = name.rpartition(".")
    return {"__class__": kind, "__module__": module, "__loader__": loader, **more}


def scalar(text: str) -> dict[str, Any]:
    return typed("JsonNode", "builtins.str", content=text, is_json=True)


def table(**items: Any) -> dict[str, Any]:
    keys = typed("ListNode", "builtins.list", content=[typed("TypeNode", "builtins.str") for _ in items])
    return typed("DictNode", "builtins.dict", content=items, key_types=keys)


def estimator(**attributes: Any) -> dict[str, Any]:
    coefficients = typed("NdArrayNode", "numpy.ndarray", type="numpy", file="1.npy")
    name = "sklearn.linear_model._logistic.LogisticRegression"
    return typed("ObjectNode", name, content=table(C=scalar("1.0"), coef_=coefficients, **attributes))


def archive(files: dict[str, bytes], *, method: int = zipfile.ZIP_STORED, modes: dict[str, int] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = (modes or {}).get(name, 0o100644) << 16
            target.writestr(info, data)
    return out.getvalue()


def skops(
    root: dict[str, Any] | None = None, files: dict[str, bytes] | None = None, *, protocol: int = 2, **more: Any
) -> bytes:
    schema = {**(root or estimator()), "protocol": protocol, "_skops_version": "0.16.0"}
    given = {"schema.json": json.dumps(schema).encode(), "1.npy": npy(), **(files or {})}
    return archive(given, **more)
