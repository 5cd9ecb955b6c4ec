"""What `git` is run with: settings and variables that make its answers depend on the repository alone."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# No code of the repository or its configuration may run, and no answer may depend on how somebody likes git to look.
SETTINGS = (
    "core.quotepath=off",
    "core.fsmonitor=false",
    "core.fileMode=true",  # the right to execute is part of an entry
    "core.checkStat=default",
    "core.trustctime=true",
    "core.ignoreStat=false",
    "core.hooksPath=/dev/null",
    "protocol.ext.allow=never",
    "safe.bareRepository=explicit",  # a folder that a commit shaped like a repository is none
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.recurseSubmodules=false",
    "advice.graftFileDeprecated=false",
)
# `GIT_DIR`, `GIT_INDEX_FILE` and their like, which hooks set, would point to another repository; tokens are not git's.
# fmt: off
PASSED = frozenset((
    "PATH", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "LD_LIBRARY_PATH", "SSH_AUTH_SOCK", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE",
    "GNUPGHOME", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSH", "GIT_SSH_COMMAND",
    "GIT_CEILING_DIRECTORIES",
))
# fmt: on
FIXED = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
}


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return what of the variables `env` git may see, with those that fix its answers."""
    given = {key: value for key, value in env.items() if key.upper() in PASSED or key.startswith("GIT_CONFIG_")}
    given.pop("GIT_CONFIG_PARAMETERS", None)
    return {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes", **given, **FIXED}


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A token for one host. It reaches git by the environment of one process: never by argv or a configuration file."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"Secret(url={self.url!r})"

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that give git the token for `url`, beside the settings that are there already."""
        count = int(env.get("GIT_CONFIG_COUNT") or 0)
        word = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        key = f"http.{self.url.rstrip('/')}/.extraheader"
        # The empty value first drops the header that actions/checkout left: hosts refuse two of them.
        values = ("", f"AUTHORIZATION: basic {word}")
        given = {"GIT_CONFIG_COUNT": str(count + len(values))}
        for number, value in enumerate(values, start=count):
            given |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return given
