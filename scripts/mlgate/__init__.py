"""CI/CD for machine-learning models inside GitHub Actions, with no server and no account."""

import sys

__version__ = "0.1.0"

if sys.version_info < (3, 11):  # noqa: UP036 - scripts are run by path, where no installer checks; older syntax on purpose
    _FOUND = "%d.%d" % sys.version_info[:2]  # noqa: UP031 - older Pythons have to read it
    sys.stderr.write("error: mlgate needs Python 3.11 or newer and this is %s (%s)\n" % (_FOUND, sys.executable))  # noqa: UP031 - older Pythons have to read it
    sys.exit(2)
