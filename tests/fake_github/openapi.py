"""Holds exchanges with the fake against GitHub's published description: what we ask, and what the fake answers."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING

from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.fake_github.server import Exchange

FILE = Path(__file__).parent.parent / "contract" / "github.api.json"
HOST = "https://api.github.com"
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
    return frozenset(p["name"] for p in spec["components"]["parameters"].values() if p["in"] == "query")


def _check(description: OpenAPI, exchange: Exchange) -> list[str]:
    request = MockRequest(
        HOST,
        exchange.method.lower(),
        exchange.path,
        args=exchange.query,
        data=None if exchange.body is None else json.dumps(exchange.body).encode(),
        content_type="application/json",
    )
    response = MockResponse(
        b"" if exchange.answer is None else json.dumps(exchange.answer).encode(),
        exchange.status,
        headers=exchange.answer_headers,
        content_type="application/json",
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
