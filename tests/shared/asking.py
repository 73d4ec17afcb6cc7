"""Requests to an app in this process, with or without a token, one after the other or many at once."""

from typing import Any

import anyio
import httpx
from starlette.types import ASGIApp

from geoservice.server.access import AccessStore, AuditEntry, TokenRequest, issue_token
from geoservice.server.access.token import by_prefix

BY = AuditEntry("test", "administrator", "token add")
UNKNOWN = "gs_" + "0" * 16 + "_" + "0" * 64


def prefix(area: str, others: tuple[str, ...]) -> bool:
    return any(by_prefix(area, other) for other in others)


def given(access: AccessStore, name: str = "a", role: str = "steward", under: str | None = None, **limits: Any) -> str:
    """Give a token; returns its text."""
    return issue_token(access, TokenRequest(name, role, **limits), under, prefix, BY)[1]


def strip(problem: str) -> str:
    """Return a problem without the id of its request."""
    return problem.partition(',"requestId"')[0]


class Caller:
    """Somebody at an address, with a token or without."""

    def __init__(self, app: ASGIApp, token: str | None = None, address: str = "127.0.0.1") -> None:
        self.app, self.address = app, address
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def many(self, *paths: str, method: str = "GET", content: Any = None, **headers: str) -> list[httpx.Response]:
        async def go() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.address, 1))
            sent = {**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
            found: dict[int, httpx.Response] = {}

            async def one(i: int, path: str) -> None:
                found[i] = await client.request(method, path, headers=sent, content=content)

            web = httpx.AsyncClient(transport=transport, base_url="http://geo.test")
            async with web as client, anyio.create_task_group() as group:
                for i, path in enumerate(paths):
                    group.start_soon(one, i, path)
            return [found[i] for i in range(len(paths))]

        return anyio.run(go)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.many(path, **headers)[0]
