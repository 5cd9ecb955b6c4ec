"""Which files may be promoted, by their bytes."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import pickle
import random
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import model_files as make

from mlgate.core.registry.formats.inspection import inspect
from mlgate.core.registry.formats.json_scan import Scanner
from mlgate.core.registry.formats.outline import Broken
from mlgate.core.registry.model_format import ModelFormat, RefusedError

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "json-parsing" / "test_parsing"
STRICTER = {f"y_object_duplicated_key{end}.json" for end in ("", "_and_value")}


def look(data: bytes, *, allow_pickle: bool = False, trusted: tuple[str, ...] = ()) -> ModelFormat:
    return inspect(
        lambda offset, count: data[offset : offset + count],
        len(data),
        allow_pickle=allow_pickle,
        trusted_types=trusted,
    )


def name(data: bytes) -> str:
    found = look(data)
    assert not found.runs_code
    return found.name


def refused(data: bytes, why: str, **more: Any) -> RefusedError:
    with pytest.raises(RefusedError, match=why) as raised:
        look(data, **more)
    assert raised.value.remedy
    return raised.value


GOOD = {
    "onnx": make.onnx(),
    "safetensors": make.safetensors(),
    "skops": make.skops(),
    "xgboost-json": json.dumps(make.XGBOOST).encode(),
    "xgboost-ubjson": make.ubjson(make.XGBOOST_SMALL),
    "lightgbm-json": json.dumps(make.LIGHTGBM_JSON, indent=1).encode(),
    "lightgbm-text": make.LIGHTGBM,
}


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("allow_pickle", [False, True])
def test_safe_formats_are_allowed_and_run_no_code(kind: str, allow_pickle: bool) -> None:
    assert look(GOOD[kind], allow_pickle=allow_pickle) == ModelFormat(name=kind)


@pytest.mark.parametrize("kind", GOOD)
def test_a_file_that_is_cut_is_refused(kind: str) -> None:
    data = GOOD[kind]
    whole = data.index(b"end of trees") if kind == "lightgbm-text" else len(data)
    for end in range(0, whole, 7):
        with pytest.raises(RefusedError):
            look(data[:end])


@pytest.mark.parametrize("kind", sorted(set(GOOD) - {"lightgbm-text"}))
@pytest.mark.parametrize("behind", [b"\0", b"PK\x05\x06", b"GET /", b"."])
def test_bytes_behind_the_end_are_refused(kind: str, behind: bytes) -> None:
    with pytest.raises(RefusedError):
        look(GOOD[kind] + behind)


@pytest.mark.parametrize("kind", GOOD)
def test_bytes_before_the_start_are_refused(kind: str) -> None:
    for before in (b"\0", pickle.dumps([1]), b"#!/bin/sh\n"):
        with pytest.raises(RefusedError):
            look(before + GOOD[kind])


def archives() -> dict[str, bytes]:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo("data.pkl")
        info.size = 3
        tar.addfile(info, io.BytesIO(b"abc"))
    return {
        "pickle": pickle.dumps({"a": range(20)}),
        "gzip": gzip.compress(pickle.dumps([1]), mtime=0),
        "bzip2": bz2.compress(pickle.dumps([1])),
        "xz": lzma.compress(pickle.dumps([1])),
        "lzma": lzma.compress(pickle.dumps([1]), format=lzma.FORMAT_ALONE),
        "zlib": zlib.compress(pickle.dumps([1])),
        "lz4": b"\x04\x22\x4d\x18" + b"\0" * 20,
        "zstd": b"\x28\xb5\x2f\xfd" + b"\0" * 20,
        "hdf5": b"\x89HDF\r\n\x1a\n" + b"\0" * 90,
        "numpy": make.npy("'|O'"),
        "tar": out.getvalue(),
        "torch": make.archive({"archive/data.pkl": b"\x80\x02.", "archive/version": b"3"}),
        "keras": make.archive({"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": b"\x89HDF"}),
        "npz": make.archive({"a.npy": make.npy()}),
    }


@pytest.mark.parametrize("kind", archives())
def test_what_runs_code_needs_the_opt_in_and_is_marked(kind: str) -> None:
    data = archives()[kind]
    assert "allow-pickle" in refused(data, r"it is (a|an|compressed|HDF5) ?").remedy
    assert look(data, allow_pickle=True) == ModelFormat(name=kind, runs_code=True)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [[1, "a"], {"model": [0.5] * 9}, range(3), ValueError("x"), (1, (2, (3, 4)))])
def test_a_pickle_of_any_protocol_is_known(protocol: int, value: object) -> None:
    data = pickle.dumps(value, protocol)
    refused(data, "it is a pickle")
    assert look(data, allow_pickle=True).name == "pickle"


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"GGUF\x03\0\0\0", b"hello world\n", b"%PDF-1.7", b"\x7fELF", b"\xff" * 100, b"<html>"]
)
def test_what_nobody_knows_is_refused_even_with_the_opt_in(data: bytes) -> None:
    refused(data, "no format that mlgate knows", allow_pickle=True)


GADGETS = (
    *("os.system", "posix.system", "nt.system", "subprocess.Popen", "builtins.eval", "builtins.exec", "runpy.run_path"),
    *("pty.spawn", "ctypes.CDLL", "importlib.import_module", "webbrowser.open", "timeit.timeit", "pip.main"),
    *("asyncio.create_subprocess_shell", "pydoc.pipepager", "code.interact", "cProfile.run", "shutil.rmtree"),
    *("numpy.load", "torch.load", "operator.attrgetter", "functools.partial", "socket.create_connection"),
)


def forged(name: str, protocol: int) -> bytes:
    """Return a pickle that calls a function when it is loaded; it is written byte by byte and never loaded."""
    module, _, function = name.rpartition(".")
    call = f"c{module}\n{function}\n(S'echo'\ntR.".encode()
    return call if protocol < 2 else b"\x80" + bytes([protocol]) + call


def hidden(data: bytes) -> list[bytes]:
    """Return a pickle in all the places where somebody has hidden one."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo("model.skops")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    small = {"a": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}
    inner = make.estimator(x=make.typed("BytesNode", "builtins.bytes", file="2.bin"))
    return [
        data,
        b"\n" + data,
        zlib.compress(data),
        gzip.compress(data, mtime=0),
        bz2.compress(data),
        lzma.compress(data),
        out.getvalue(),
        make.archive({"data.pkl": data}),
        make.archive({"archive/data.pkl": data, "archive/version": b"3"}),
        data + make.skops(),
        make.skops() + data,
        make.skops(files={"1.npy": data}),
        make.skops(files={"data.pkl": data}),
        make.skops(inner, {"2.bin": data if data[:1] == b"\x80" else gzip.compress(data, mtime=0)}),
        make.npy("'|O'", "(1,)", data),
        data + make.onnx(),
        make.onnx() + data,
        data + make.safetensors(),
        make.safetensors() + data,
        make.safetensors(small, data)[8:],
        json.dumps(make.XGBOOST).encode() + data,
        make.LIGHTGBM.replace(b"num_cat=0", data),
    ]


def test_no_forged_pickle_passes_wherever_it_is_hidden() -> None:
    files = [file for gadget in GADGETS for protocol in range(6) for file in hidden(forged(gadget, protocol))]
    passed = list[bytes]()
    for file in files:
        with contextlib.suppress(RefusedError):
            look(file)
            passed.append(file)
    assert len(files) == 3036
    assert passed == []


# One thing only


TAIL = make.archive({"data.pkl": b"\x80\x04N."})


def test_safetensors_with_an_archive_as_its_last_tensor_are_refused() -> None:
    header = {"a": {"dtype": "U8", "shape": [len(TAIL)], "data_offsets": [0, len(TAIL)]}}
    data = make.safetensors(header, TAIL)
    assert zipfile.is_zipfile(io.BytesIO(data))
    refused(data, "zip archive, too")


def test_onnx_with_an_archive_in_its_last_field_is_refused() -> None:
    data = make.onnx(after=field_of_text(TAIL))
    assert zipfile.is_zipfile(io.BytesIO(data))
    refused(data, "zip archive, too")
    commented = TAIL[:-2] + struct.pack("<H", 9) + b"a comment"
    refused(make.onnx(after=field_of_text(commented)), "zip archive, too")


def field_of_text(data: bytes) -> bytes:
    return make.field(14, make.field(1, b"note") + make.field(2, data))


def test_safetensors_that_are_a_tar_or_hdf5_are_refused() -> None:
    def of(data: bytes) -> bytes:
        return make.safetensors({"a": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}, data)

    start = len(of(b"\0" * 1000)) - 1000
    refused(of((b"\0" * (257 - start) + b"ustar\x0000").ljust(1000, b"\0")), "tar archive, too")
    refused(of((b"\0" * (512 - start) + b"\x89HDF\r\n\x1a\n").ljust(1000, b"\0")), "HDF5 file, too")


def test_random_numbers_are_no_second_face() -> None:
    data = random.Random(0).randbytes(3_000_000)  # noqa: S311 - the same in every run
    header = {"a": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}
    assert name(make.safetensors(header, data)) == "safetensors"


# ONNX


def attribute(number: int, value: bytes) -> bytes:
    return make.field(1, make.node(make.field(1, b"value") + make.field(number, value)))


SPARSE = make.field(1, make.tensor(make.EXTERNAL))
PLACES = {
    "initializer": make.onnx(make.field(5, make.tensor(make.EXTERNAL))),
    "location alone": make.onnx(make.field(5, make.tensor(make.LOCATION))),
    "location of another kind": make.onnx(make.field(5, make.tensor(make.field(14, b"\x01")))),
    "sparse initializer": make.onnx(make.field(15, SPARSE)),
    "sparse indices": make.onnx(make.field(15, make.field(2, make.tensor(make.EXTERNAL)))),
    "attribute": make.onnx(attribute(5, make.tensor(make.EXTERNAL))),
    "attribute's tensors": make.onnx(attribute(10, make.tensor(make.EXTERNAL))),
    "sparse attribute": make.onnx(attribute(22, SPARSE)),
    "sparse attributes": make.onnx(attribute(23, SPARSE)),
    "subgraph": make.onnx(attribute(6, make.field(5, make.tensor(make.EXTERNAL)))),
    "subgraphs": make.onnx(attribute(11, make.field(5, make.tensor(make.EXTERNAL)))),
    "function": make.onnx(after=make.field(25, make.field(7, make.node(make.field(5, make.tensor(make.EXTERNAL)))))),
    "function's attribute": make.onnx(after=make.field(25, make.field(11, make.field(5, make.tensor(make.EXTERNAL))))),
    "training": make.onnx(after=make.field(20, make.field(1, make.field(5, make.tensor(make.EXTERNAL))))),
}


@pytest.mark.parametrize("place", PLACES)
def test_onnx_with_external_data_anywhere_is_refused(place: str) -> None:
    refused(PLACES[place], "external data")


def test_onnx_says_that_its_data_is_inside() -> None:
    assert name(make.onnx(make.field(5, make.tensor(make.field(14, 0))))) == "onnx"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (make.onnx() + make.field(7, make.field(2, b"g")), "one graph"),
        (make.field(1, 10) + make.field(8, b""), "one graph"),
        (make.field(1, 10) + make.field(7, b""), "one version"),
        (make.onnx(after=make.field(99, b"x")), "does not know"),
        (make.onnx(make.field(1, b"\x0b")), "does not know"),
        (make.onnx(make.field(5, 3)), "does not know"),
        (make.onnx(after=b"\xff" * 12), "does not end"),
        (make.onnx(after=b"\x72\xff\xff\xff\xff\x7f"), "ends within"),
    ],
)
def test_onnx_that_is_damaged_is_refused(data: bytes, why: str) -> None:
    refused(data, why)


def test_onnx_nested_without_end_is_refused() -> None:
    graph = make.field(2, b"g")
    for _ in range(100):
        graph = attribute(6, graph)
    refused(make.onnx(graph), "nested deeper")


# safetensors


def tensors(**more: Any) -> dict[str, Any]:
    return {"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16], **more}}


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (tensors(data_offsets=[0, 12]), "does not fit"),
        (tensors(data_offsets=[4, 20]), "leave bytes"),
        (tensors(data_offsets=[16, 0]), "does not fit"),
        (tensors(dtype="F128"), "type"),
        (tensors(dtype=["F32"]), "type"),
        (tensors(shape=[2, -2]), "whole numbers"),
        (tensors(shape=[2.0, 2]), "whole numbers"),
        (tensors(shape=[True, 4]), "whole numbers"),
        (tensors(data_offsets=[0]), "whole numbers"),
        (tensors(extra=1), "other fields"),
        ({**tensors(), "b": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}, "overlap"),
        ({**tensors(), "__metadata__": {"a": 1}}, "metadata"),
        ({"a": 1}, "other fields"),
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a": NaN}', "NaN"),
        (b"{" * 40, "trusted"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "trusted"),
        (b'{"\xff": 1}', "trusted"),
    ],
)
def test_safetensors_whose_header_lies_are_refused(header: Any, why: str) -> None:
    refused(make.safetensors(header, b"\0" * 16), why)


def test_a_huge_header_is_not_read() -> None:
    data = struct.pack("<Q", 40 * 2**20) + b"{"
    reads = list[int]()

    def read(offset: int, count: int) -> bytes:
        reads.append(count)
        return data[offset : offset + count]

    with pytest.raises(RefusedError, match="header has"):
        inspect(read, 2**40, allow_pickle=False, trusted_types=())
    assert sum(reads) < 10_000


def test_empty_tensors_and_small_types_are_fine() -> None:
    header = {
        "e": {"dtype": "F32", "shape": [0, 4], "data_offsets": [0, 0]},
        "s": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
        "f": {"dtype": "F4", "shape": [4], "data_offsets": [4, 6]},
    }
    assert name(make.safetensors(header, b"\0" * 6)) == "safetensors"


# Zip and skops


def test_a_skops_file_may_be_packed() -> None:
    assert name(make.skops(method=zipfile.ZIP_DEFLATED)) == "skops"


EVIL = {
    "a type of the standard library": make.estimator(x=make.typed("ObjectNode", "subprocess.Popen", content=None)),
    "a function": make.estimator(x=make.typed("FunctionNode", "os.system")),
    "a function that numpy has": make.estimator(x=make.typed("FunctionNode", "numpy.load")),
    "a type as a type": make.estimator(x=make.typed("TypeNode", "builtins.eval")),
    "a constructor": make.estimator(
        x=make.typed("ConstructorFromReduceNode", "builtins.str", content=make.scalar("1"))
    ),
    "a partial": make.estimator(
        x=make.typed("PartialNode", "functools.partial", content={"func": make.typed("FunctionNode", "os.system")})
    ),
    "an operator": make.estimator(x=make.typed("OperatorFuncNode", "operator.methodcaller", attrs=make.scalar("1"))),
    "a tree": make.estimator(x=make.typed("TreeNode", "sklearn.tree._tree.Tree", content=make.scalar("1"))),
    "a reviewed type by another reader": make.estimator(
        x=make.typed("ConstructorFromReduceNode", "sklearn.linear_model._logistic.LogisticRegression", content=None)
    ),
    "in the types of keys": make.estimator(x={**make.table(), "key_types": make.typed("FunctionNode", "os.system")}),
    "in a field that nobody reads": make.estimator(
        x={**make.scalar("1"), "odd": [make.typed("FunctionNode", "os.system")]}
    ),
    "a random generator that is none": make.estimator(
        x=make.typed(
            "RandomGeneratorNode",
            "numpy.random._generator.Generator",
            content={"bit_generator": make.table(bit_generator=make.scalar('"seed"'))},
        )
    ),
}


@pytest.mark.parametrize("what", EVIL)
def test_types_that_nobody_reviewed_are_named_with_the_lines_to_add(what: str) -> None:
    error = refused(make.skops(EVIL[what]), "types that nobody has reviewed")
    assert "trusted-types:\n          - " in error.remedy


def test_trusted_types_are_exact_names() -> None:
    data = make.skops(EVIL["a tree"])
    assert look(data, trusted=("sklearn.tree._tree.Tree",)).name == "skops"
    for near in ("sklearn.tree._tree", "Tree", "sklearn.*", "*"):
        refused(data, "Tree", trusted=(near,))


def test_what_a_reader_makes_is_what_must_be_trusted() -> None:
    forged = make.estimator(x=make.typed("TreeNode", "my.Type", content=make.scalar("1")))
    refused(make.skops(forged), r"sklearn\.tree\._tree\.Tree", trusted=("my.Type",))


def test_a_method_is_named_with_its_function() -> None:
    method = make.typed("MethodNode", "my.Type", content={"func": "launch", "obj": make.typed("ObjectNode", "my.Type")})
    refused(make.skops(make.estimator(x=method)), r"my\.Type\.launch", trusted=("my.Type",))


@pytest.mark.parametrize(
    ("root", "why"),
    [
        (make.estimator(x={"__class__": "a", "__module__": "os"}), "without a reader"),
        (make.estimator(x={"__loader__": "JsonNode"}), "without a type"),
        (make.estimator(x={"__loader__": ["JsonNode"], "__class__": "a", "__module__": "b"}), "without a type"),
        (make.estimator(x=make.typed("EvilNode", "a.b")), "not known"),
        (make.estimator(x=make.scalar("[1]")), "more than one"),
        (make.estimator(x=make.scalar("nope")), "no JSON"),
        (make.estimator(x=make.typed("JsonNode", "builtins.str", content=1.5)), "no JSON"),
        (make.estimator(x=make.typed("NdArrayNode", "numpy.ndarray", type="numpy", file="2.npy")), "not there"),
        (make.estimator(x=make.typed("NdArrayNode", "numpy.ndarray", type="numpy", file="1.bin")), "belongs"),
        (make.estimator(x=make.typed("ListNode", "builtins.list", file="1.npy")), "belongs"),
    ],
)
def test_a_schema_that_skops_does_not_write_is_refused(root: dict[str, Any], why: str) -> None:
    refused(make.skops(root), why)


def test_a_value_may_be_nan() -> None:
    assert name(make.skops(make.estimator(missing=make.scalar("NaN")))) == "skops"


@pytest.mark.parametrize("protocol", [0, 1, 3, True, "2", None])
def test_other_protocols_of_skops_are_refused(protocol: Any) -> None:
    refused(make.skops(protocol=protocol), "protocol")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"extra.pkl": b"x"}, "not named"),
        ({"1.npy": make.npy("'|O'")}, "objects are pickles"),
        ({"1.npy": make.npy("[('a', '<f8'), ('b', '|O8')]", "(1,)")}, "objects are pickles"),
        ({"1.npy": make.npy(shape="(4,)")}, "length"),
        ({"1.npy": make.npy("'<f8'", "(10**99,)")}, "cannot be read|no shape"),
        ({"1.npy": make.npy("__import__('os')")}, "cannot be read"),
        ({"1.npy": b"\x80\x04N."}, "none of NumPy"),
        ({"../1.npy": b""}, "leads elsewhere"),
        ({"/etc/passwd": b""}, "leads elsewhere"),
        ({"a\\b": b""}, "leads elsewhere"),
        ({"c:b": b""}, "leads elsewhere"),
        ({"a//b": b""}, "leads elsewhere"),
        ({"a/": b""}, "leads elsewhere"),
        ({"SCHEMA.json": b"{}"}, "twice"),
        ({"\u202efdp": b""}, "not ASCII"),
    ],
)
def test_files_that_do_not_belong_into_a_skops_file_are_refused(files: dict[str, bytes], why: str) -> None:
    refused(make.skops(files=files), why)


@pytest.mark.parametrize("inside", [pickle.dumps([1] * 9), gzip.compress(b"x", mtime=0), make.archive({"a": b"b"})])
def test_archives_and_pickles_within_a_skops_file_are_refused(inside: bytes) -> None:
    root = make.estimator(x=make.typed("BytesNode", "builtins.bytes", file="2.bin"))
    assert name(make.skops(root, {"2.bin": b"plain bytes"})) == "skops"
    refused(make.skops(root, {"2.bin": inside}), "within the model")


def test_a_sparse_matrix_is_looked_into() -> None:
    root = make.estimator(x=make.typed("SparseMatrixNode", "scipy.sparse._csr.csr_matrix", type="scipy", file="2.npz"))
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert name(make.skops(root, {"2.npz": make.archive({"data.npy": make.npy()}, method=method)})) == "skops"
    packed = make.skops(root, {"2.npz": make.archive({"data.npy": make.npy()})}, method=zipfile.ZIP_DEFLATED)
    assert name(packed) == "skops"
    refused(make.skops(root, {"2.npz": make.archive({"data.npy": make.npy("'|O'")})}), "objects are pickles")
    refused(make.skops(root, {"2.npz": make.archive({"data.pkl": b"x"})}), "no array")


def test_a_link_in_an_archive_is_refused() -> None:
    refused(make.skops(modes={"1.npy": 0o120777}), "link")


def test_a_bomb_is_refused_unopened() -> None:
    bomb = make.skops(files={"0.npy": b"\0" * 200_000_000}, method=zipfile.ZIP_DEFLATED)
    refused(bomb, "unpacks")


def test_an_archive_that_says_two_things_is_refused() -> None:
    data = make.skops()
    for place in (data.rindex(b"1.npy"), data.index(b"1.npy\x93NUMPY")):
        refused(data[:place] + b"2" + data[place + 1 :], "says two things")
    central = data.rindex(b"PK\x01\x02")
    refused(data[: central + 16] + b"\0\0\0\0" + data[central + 20 :], "says two things")
    local = data.index(b"PK\x03\x04", 4)
    refused(data[: local + 6] + b"\1" + data[local + 7 :], "says two things")


def stuffed(data: bytes, place: int) -> bytes:
    """Return an archive with bytes of nobody at a place, and all offsets behind it corrected."""
    end = len(data) - 22
    directory = int.from_bytes(data[end + 16 : end + 20], "little")
    fixed, offset = bytearray(data), directory
    while (offset := data.find(b"PK\x01\x02", offset, end)) >= 0:
        local = int.from_bytes(data[offset + 42 : offset + 46], "little")
        fixed[offset + 42 : offset + 46] = struct.pack("<I", local + 4 * (local >= place))
        offset += 46
    fixed[end + 16 : end + 20] = struct.pack("<I", directory + 4)
    fixed[place:place] = b"junk"
    return bytes(fixed)


def test_bytes_of_nobody_within_an_archive_are_refused() -> None:
    data = make.skops()
    second, directory = data.index(b"PK\x03\x04", 4), data.index(b"PK\x01\x02")
    for place in (second, directory):
        hidden = stuffed(data, place)
        with zipfile.ZipFile(io.BytesIO(hidden)) as readable:  # others see nothing
            assert readable.testzip() is None
        refused(hidden, "belong to no entry")


def test_arrays_of_records_are_counted() -> None:
    described = "[('a', '<f8', (2,)), ('b', '|u1'), ('', '|V7')]"
    assert name(make.skops(files={"1.npy": make.npy(described, "(1,)")})) == "skops"
    refused(make.skops(files={"1.npy": make.npy(described, "(2,)")}), "another length")


def test_a_wrong_checksum_is_refused() -> None:
    data = make.skops()
    start = data.index(b"\x93NUMPY") + 128
    refused(data[:start] + b"\1" + data[start + 1 :], "other bytes")


# JSON, UBJSON and text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{}", "no model"),
        (b'{"learner": {}, "version": []}', "no model"),
        (b'{"a": NaN}', "where a value belongs"),
        (b'{"a": Infinity}', "where a value belongs"),
        (b'{"a": [1, 1e999, 2]}', "too large"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": ' + b"[" * 100_000, "nested deeper"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a": "\n"}', "control character"),
        (b'{"a": "\\x"}', "unknown escape"),
        (b'{"a": 1} {', "behind its end"),
        (b'{"a" 1}', "belongs"),
        (b'{"a": 1,}', "belongs"),
        (b'{"a": [1,]}', "belongs"),
        (b'{"a": 01}', "belongs"),
        (b'{"a": "x', "ends too early"),
    ],
)
def test_json_that_is_no_model_is_refused(data: bytes, why: str) -> None:
    refused(data, why)


def scan(text: str, size: int) -> str | None:
    """Return what is wrong with a document that comes in pieces."""
    scanner = Scanner()
    try:
        for offset in range(0, len(text), size):
            scanner.feed(text[offset : offset + size])
        scanner.feed("", last=True)
    except Broken as error:
        return str(error)
    return None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON, st.integers(1, 9), st.sampled_from([None, 1]))
def test_every_json_is_read_in_pieces_of_any_size(value: Any, size: int, indent: int | None) -> None:
    assert scan(json.dumps(value, indent=indent), size) is None


@given(JSON, st.integers(1, 9), st.integers(0, 200), st.sampled_from(list('{}[]",:0-x\\.e\n')))
def test_what_python_refuses_is_refused(value: Any, size: int, place: int, odd: str) -> None:
    text = json.dumps(value)
    text = text[: place % (len(text) + 1)] + odd + text[place % (len(text) + 1) :]
    try:
        json.loads(text, parse_constant=int)
    except ValueError:
        assert scan(text, size) is not None


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpora are not beside this checkout")
@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_the_json_corpus_is_read_and_refused_as_it_says(size: int) -> None:
    answers = {"y_": 0, "n_": 0}
    for path in sorted(CORPUS.glob("[yn]_*.json")):
        try:
            wrong = scan(path.read_bytes().decode(), size)
        except UnicodeDecodeError:
            wrong = "not UTF-8"
        answers[path.name[:2]] += 1
        is_right = (wrong is None) == path.name.startswith("y_") or path.name in STRICTER
        assert is_right, f"{path.name}: {wrong}"
    assert min(answers.values()) > 50


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"leaf_value=-0.03691", b"leaf_value=nan", "lists of numbers"),
        (b"leaf_value=-0.03691", b"leaf_value=inf", "lists of numbers"),
        (b"Tree=0", b"Tree=1", "is called"),
        (b"num_leaves=2\n", b"", "no 'num_leaves'"),
        (b"num_cat=0", b"num_cat=0\nnum_cat=0", "twice"),
        (b"num_cat=0", b"evil=0", "lists of numbers"),
        (b"num_class=1\n", b"", "no 'num_class'"),
        (b"feature_names=a b", b"feature_names=a\x00b", "control"),
        (b"feature_names=a b", b"feature_names=a\xffb", "UTF-8"),
        (b"objective=binary", b"obj ective", "no entry"),
    ],
)
def test_text_that_lightgbm_does_not_write_is_refused(old: bytes, new: bytes, why: str) -> None:
    assert old in make.LIGHTGBM
    refused(make.LIGHTGBM.replace(old, new), why)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (make.ubjson({"a": [float("nan")]}), "NaN"),
        (b"{i\x01aD" + struct.pack(">d", float("inf")) + b"}", "NaN or infinite"),
        (b"{i\x01ai\x01i\x01ai\x01}", "twice"),
        (b"{i\x01a" + b"[" * 100_000, "nested deeper"),
        (b"{i\x01a[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff", "ends within"),
        (b"{i\x01a[$l#L\x7f\xff\xff\xff\xff\xff\xff\xff", "ends within"),
        (b"{i\x01a[$S#i\x01", "type"),
        (b"{i\x01a[#L\x7f\xff\xff\xff\xff\xff\xff\xff", "ends too early"),
        (b"{i\xff", "too long"),
        (b"{i\x01ax}", "where a value belongs"),
        (make.ubjson({"a": "b"}), "no model"),
    ],
)
def test_ubjson_that_is_no_model_is_refused(data: bytes, why: str) -> None:
    refused(data, why)


# Anything at all


@given(st.sampled_from(list(GOOD.values()) + list(archives().values())), st.data())
def test_whatever_the_bytes_the_answer_is_a_format_or_the_named_error(seed: bytes, data: st.DataObject) -> None:
    changed = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(changed)))
        changed[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    with contextlib.suppress(RefusedError):
        look(bytes(changed), allow_pickle=data.draw(st.booleans()))


@given(st.binary(max_size=400))
def test_random_bytes_never_pass_for_safe(data: bytes) -> None:
    with pytest.raises(RefusedError):
        look(data)
