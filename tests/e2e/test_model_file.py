"""Model files on a real disk, made by the real scikit-learn, skops, joblib and pickle."""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from tests import model_files as make

from mlgate.core.registry.model_format import ModelFormat
from mlgate.errors import OutsideError
from mlgate.shell.registry.bundle.model_file import inspect_model

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPTS = Path(__file__).parents[2] / "scripts"
RANDOM = np.random.default_rng(0)
X = RANDOM.random((80, 4))
Y = (X[:, 0] > 0.5).astype(int)
WORDS = ["late by fog", "on time", "late by snow", "on time again"] * 20

PLAIN: dict[str, Callable[[], Any]] = {
    "logistic": lambda: make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()).fit(X, Y),
    "sgd": lambda: SGDClassifier(random_state=1).fit(X, Y),
    "svc": lambda: SVC(random_state=np.random.RandomState(2)).fit(X, Y),
    "text": lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(WORDS, Y),
    "logarithm": lambda: make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(X, Y),
    "columns": lambda: make_pipeline(
        ColumnTransformer([("a", OneHotEncoder(handle_unknown="ignore"), [0]), ("b", "passthrough", slice(1, 3))]),
        LogisticRegression(),
    ).fit(X, Y),
}
WITH_TREES: dict[str, tuple[Callable[[], Any], str]] = {
    "forest": (lambda: RandomForestClassifier(3).fit(X, Y), "sklearn.tree._tree.Tree"),
    "boosting": (
        lambda: HistGradientBoostingClassifier(max_iter=2).fit(X, Y),
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    ),
    "neighbours": (lambda: KNeighborsClassifier(algorithm="kd_tree").fit(X, Y), "sklearn.neighbors._kd_tree.KDTree"),
}


def look(path: Path, *, allow_pickle: bool = False, trusted: tuple[str, ...] = ()) -> ModelFormat:
    return inspect_model(path, allow_pickle=allow_pickle, trusted_types=trusted)


def refused(path: Path, why: str, **more: Any) -> OutsideError:
    with pytest.raises(OutsideError, match=why) as raised:
        look(path, **more)
    assert raised.value.reason == "model-refused"
    assert path.name in raised.value.message
    return raised.value


@pytest.mark.parametrize("model", PLAIN)
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_skops_writes_is_allowed(tmp_path: Path, model: str, compression: int) -> None:
    path = tmp_path / "model.bin"  # the name does not matter
    skops.io.dump(PLAIN[model](), path, compression=compression)
    assert look(path) == ModelFormat(name="skops")


@pytest.mark.parametrize("model", WITH_TREES)
def test_types_to_be_reviewed_are_those_that_skops_names(tmp_path: Path, model: str) -> None:
    path = tmp_path / "model.skops"
    make_model, kind = WITH_TREES[model]
    skops.io.dump(make_model(), path)
    theirs = skops.io.get_untrusted_types(file=path)
    assert kind in theirs
    error = refused(path, "nobody has reviewed")
    assert f"promote:\n        trusted-types:\n          - {theirs[0]}" in error.remedy
    assert look(path, trusted=tuple(theirs)) == ModelFormat(name="skops")


@pytest.mark.parametrize("name", ["model.pkl", "model.skops", "model.onnx", "model.safetensors", "model.json", "model"])
def test_a_pickle_by_any_name_is_a_pickle(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(pickle.dumps(PLAIN["sgd"]()))
    assert "allow-pickle" in refused(path, "it is a pickle").remedy
    assert look(path, allow_pickle=True) == ModelFormat(name="pickle", runs_code=True)


@pytest.mark.parametrize("compress", [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_joblib_is_a_pickle_packed_or_not(tmp_path: Path, compress: Any) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump(PLAIN["sgd"](), path, compress=compress)
    refused(path, "pickle")
    assert look(path, allow_pickle=True).runs_code


class Shout:
    """Creates a file when it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("loaded",)


@pytest.mark.parametrize("allow_pickle", [False, True])
def test_a_pickle_is_never_opened(tmp_path: Path, allow_pickle: bool) -> None:
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps(Shout()))
    code = (
        "from pathlib import Path\n"
        "from mlgate.errors import MlgateError\n"
        "from mlgate.shell.registry.bundle.model_file import inspect_model\n"
        f"try: print(inspect_model(Path('evil.pkl'), allow_pickle={allow_pickle}, trusted_types=()).runs_code)\n"
        "except MlgateError as error: print(error.reason)\n"
        "import sys; print(sorted({'numpy', 'sklearn', 'skops', 'joblib', 'duckdb'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["True" if allow_pickle else "model-refused", "[]"]
    assert not (tmp_path / "loaded").exists()


def test_numpy_arrays_of_objects_are_pickles(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([Shout()], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "a.npz", a=np.zeros(3))
    refused(tmp_path / "a.npy", "NumPy file")
    refused(tmp_path / "a.npz", "NumPy archive")
    assert look(tmp_path / "a.npz", allow_pickle=True) == ModelFormat(name="npz", runs_code=True)


def test_links_and_what_is_no_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real.onnx").write_bytes(make.onnx())
    (tmp_path / "link.onnx").symlink_to("real.onnx")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    for name, why in (
        ("link.onnx", "symbolic link"),
        ("pipe", "no plain file"),
        ("empty", "empty"),
        ("gone", "opened"),
    ):
        refused(tmp_path / name, why, allow_pickle=True)


def test_a_folder_needs_the_opt_in_and_holds_plain_files_only(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    (saved / "variables").mkdir(parents=True)
    (saved / "saved_model.pb").write_bytes(b"\x08\x01")
    refused(saved, "SavedModel")
    assert look(saved, allow_pickle=True) == ModelFormat(name="saved-model", runs_code=True)
    (saved / "variables" / "x").symlink_to("/etc/passwd")
    refused(saved, "link", allow_pickle=True)
    refused(tmp_path, "folder")


def test_a_name_cannot_speak_to_the_runner(tmp_path: Path) -> None:
    path = tmp_path / "a\n::error::b"
    path.write_bytes(b"x")
    with pytest.raises(OutsideError) as raised:
        look(path)
    assert "\n::error" not in raised.value.message


def test_files_of_gigabytes_are_read_in_pieces(tmp_path: Path) -> None:
    size = 3 * 2**30
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    tensors = tmp_path / "large.safetensors"
    with tensors.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + size)
    raw = b"\x4a" + make.varint(size)  # raw_data, with its length
    inner = make.field(1, size) + make.field(2, 2) + raw
    graph = make.field(2, b"g") + b"\x2a" + make.varint(len(inner) + size) + inner
    start = make.field(1, 10) + make.field(8, make.field(2, 21)) + b"\x3a" + make.varint(len(graph) + size) + graph
    network = tmp_path / "large.onnx"
    with network.open("wb") as file:
        file.write(start)
        file.truncate(len(start) + size)
    boosted = tmp_path / "large.json"
    with boosted.open("wb") as file:
        text = json.dumps(make.XGBOOST)
        before, after = text.split("0.5")
        file.write(before.encode())
        for _ in range(12):
            file.write(b"0.123456789, " * 80_000)
        file.write(b"0.5" + after.encode())
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = [look(path).name for path in (tensors, network, boosted)]
    assert found == ["safetensors", "onnx", "xgboost-json"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 64_000
