"""Write the generated files: `python docs/generate.py` all of them, `python docs/generate.py schemas` one part.

Each `generate_*.py` beside this file has `pages()`: content by path. Tests hold that the committed files are those.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from docs import (  # noqa: E402 - the path first
    generate_actions,
    generate_commands,
    generate_reasons,
    generate_reference,
    generate_schemas,
)

PARTS = {
    "pages": (generate_actions, generate_commands, generate_reasons, generate_reference),
    "schemas": (generate_schemas,),
}


def main() -> None:
    """Write one part, or all of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("part", nargs="?", choices=sorted(PARTS), help="what to write; default: all")
    part = parser.parse_args().part
    for name in [part] if part else sorted(PARTS):
        for generator in PARTS[name]:
            for path, text in generator.pages().items():
                target = ROOT / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
