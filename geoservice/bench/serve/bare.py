"""A body from memory and nothing else, for Granian to serve: what the server itself can do, whoever runs on it."""

import os
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

FILE = "GEOSERVICE_BENCH_FILE"
"""Names the file whose bytes are the body."""
ETAG = (b"etag", b'"bare"')
NOTHING: dict[str, Any] = {"type": "http.response.body", "body": b""}


def app() -> ASGIApp:
    """Return an application that answers whatever is asked with the file, or 304 to whoever says what is held."""
    body = Path(os.environ[FILE]).read_bytes()
    headers = [ETAG, (b"content-type", b"application/octet-stream"), (b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    whole = {"type": "http.response.body", "body": body}
    unchanged = {"type": "http.response.start", "status": 304, "headers": [ETAG]}

    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        held = any(name == b"if-none-match" for name, _ in scope["headers"])
        await send(unchanged if held else start)
        await send(NOTHING if held else whole)

    return answer
