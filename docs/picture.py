"""Make the README's picture of a report from a run of the demo: `make demo && python docs/picture.py`."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1.5",
)


def main() -> int:
    """Take a screenshot of one report's first screen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--report", type=Path, default=ROOT / "demo" / "reports" / "boosted-trees" / "report.html")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images" / "report.png")
    parser.add_argument("--size", default="1040,858", help="width and height of the window in pixels")
    options = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium on the PATH: install the Debian package chromium")
    if not options.report.exists():
        sys.exit(f"{options.report} is missing: run `make demo` first")
    options.to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        where = [f"--user-data-dir={profile}", f"--window-size={options.size}", f"--screenshot={options.to.resolve()}"]
        command = [browser, *FLAGS, *where, options.report.resolve().as_uri()]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main())
