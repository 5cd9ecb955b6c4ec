"""Run by path with the Python that trains: write its version and its packages, as JSON, to the file named.

Nothing of mlgate is imported, and any Python from 3.8 on can run it: this is the user's interpreter, not ours.
"""

import json
import os
import platform
import sys

MOST_PACKAGES = 2_000


def main(answer: str) -> None:
    """Write the answer."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - the folder as Python put it on its path
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]  # noqa: PTH100 - our modules are not its
    from importlib import metadata  # noqa: PLC0415 - looked up only now that our folder is off the path

    names = ((found.metadata["Name"], found.version) for found in metadata.distributions())
    packages = sorted((name, version) for name, version in names if name and version)
    with open(answer, "w", encoding="utf-8") as file:  # noqa: PTH123 - see above
        json.dump({"python": platform.python_version(), "packages": dict(packages[:MOST_PACKAGES])}, file)


if __name__ == "__main__":
    main(sys.argv[1])
