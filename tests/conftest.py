"""What holds for every test: generated cases are not timed, and CI draws the same ones every time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("shared-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("shared-machine"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "shared-machine")
