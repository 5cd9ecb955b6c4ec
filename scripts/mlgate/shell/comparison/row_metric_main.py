"""Computes a metric of the user's, row by row. Runs by path in the user's own Python, with nothing but its library.

The only argument is the job: a JSON file with the paths of the user's file, of the rows (JSON Lines), and of the answer
(doubles), or of the problem that was met.
"""

# ruff: noqa: PTH123 - plain `open`, as in everything that the user's Python runs

import array
import importlib.util
import json
import sys
import traceback
from typing import Any


def main(job_path: str) -> int:
    """Write one double a row, or the number of the row that failed and the kind of its error."""
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    row = -1
    try:
        function = load(job["file"], job["function"])
        numbers = array.array("d")
        with open(job["rows"], encoding="utf-8") as rows:
            for row, line in enumerate(rows):  # noqa: B007 - the row that failed is told below
                numbers.append(float(function(**json.loads(line))))
    except Exception as error:  # noqa: BLE001 - whatever the user's code raises is reported
        with open(job["problem"], "w", encoding="utf-8") as problem:
            json.dump({"row": row, "error": type(error).__name__}, problem)
        return told(error, job["file"])
    with open(job["answer"], "wb") as answer:
        numbers.tofile(answer)
    return 0


def load(path: str, name: str) -> Any:
    """Return the user's function."""
    spec = importlib.util.spec_from_file_location("mlgate_metric", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def told(error: BaseException, path: str) -> int:
    """Print the error with the last line of the user's file that it came through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    where = "line %s: " % lines[-1] if lines else ""  # noqa: UP031 - reads in any Python
    sys.stderr.write(where + "".join(traceback.format_exception_only(type(error), error)))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
