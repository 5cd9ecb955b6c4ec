"""Holds exchanges with the fake against GitHub's published description: what we ask, and what the fake answers."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.fake_github.server import Exchange

FILE = Path(__file__).parent.parent / "contract" / "github.api.json"
HOST = "https://api.github.com"
UPLOADS = "https://uploads.github.com"
# Any call can be answered so, and GitHub does not say it of each call.
EVERYWHERE = {401, 403, 404, 429, 500, 502, 503}


def violations(exchanges: Iterable[Exchange]) -> list[str]:
    """Return what GitHub's description does not allow, one line each."""
    return [line for exchange in exchanges for line in _check(_description(), exchange)]


@functools.cache
def _description() -> OpenAPI:
    return OpenAPI.from_dict(json.loads(FILE.read_bytes()))


@functools.cache
def _query_parameters() -> frozenset[str]:
    spec = json.loads(FILE.read_bytes())
    calls = [call for path in spec["paths"].values() for call in path.values()]
    inline = [p for call in calls for p in call.get("parameters", ()) if "$ref" not in p]
    return frozenset(p["name"] for p in [*spec["components"]["parameters"].values(), *inline] if p["in"] == "query")


def _bytes(value: Any) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else json.dumps(value).encode()


def _check(description: OpenAPI, exchange: Exchange) -> list[str]:
    is_upload = isinstance(exchange.body, bytes)
    request = MockRequest(
        UPLOADS if is_upload else HOST,
        exchange.method.lower(),
        exchange.path,
        args=exchange.query,
        data=_bytes(exchange.body),
        content_type=exchange.headers.get("content-type", "") if is_upload else "application/json",
    )
    response = MockResponse(
        _bytes(exchange.answer) or b"",
        exchange.status,
        headers=exchange.answer_headers,
        content_type="application/octet-stream" if isinstance(exchange.answer, bytes) else "application/json",
    )
    found = []
    try:
        description.validate_request(request)
        if exchange.status not in EVERYWHERE:
            description.validate_response(request, response)
    except OpenAPIError as error:
        found.append(f"{exchange.method} {exchange.path} {exchange.status}: {error!r} {error.__cause__}")
    unknown = sorted(set(exchange.query) - _query_parameters())
    return found + [f"{exchange.path}: unknown query parameter {name}" for name in unknown]
