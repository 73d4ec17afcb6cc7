"""Routes that bypass FastAPI's dependency resolution: the same responses, and the context is released."""

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response

from geoservice.server.direct_route import DirectRoute

ACTIVE: list[str] = []


async def request_text(request: Request, f: str | None = None, lang: str | None = None) -> AsyncIterator[str]:
    text = f"{request.url.path} {f} {lang}"
    ACTIVE.append(text)
    try:
        yield text
    finally:
        ACTIVE.remove(text)


Context = Annotated[str, Depends(request_text)]
router = APIRouter(route_class=DirectRoute)


@router.get("/in/thread/{name}")
def in_thread(name: str, context: Context) -> Response:
    assert [context] == ACTIVE
    return Response(f"{name}: {context}")


@router.get("/on/loop")
async def on_loop(context: Context) -> Response:
    assert [context] == ACTIVE
    return Response(context)


@router.get("/fails")
def fails(context: Context) -> Response:
    raise KeyError(context)


API = FastAPI()
API.include_router(router)


def get(url: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=API), base_url="http://h") as client:
            return await client.get(url)

    return anyio.run(ask)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/in/thread/a%20b?f=csv", "a b: /in/thread/a b csv None"),
        ("/in/thread/x?lang=zh&more=1", "x: /in/thread/x None zh"),
        ("/on/loop?f=a&f=b", "/on/loop b None"),
    ],
)
def test_an_endpoint_gets_path_parameters_and_context(url: str, text: str) -> None:
    assert get(url).text == text
    assert ACTIVE == []


def test_the_context_is_released_when_an_endpoint_fails() -> None:
    with pytest.raises(KeyError):
        get("/fails")
    assert ACTIVE == []


def test_a_route_is_documented_as_it_is_declared() -> None:
    operation = get("/openapi.json").json()["paths"]["/in/thread/{name}"]["get"]
    assert [p["name"] for p in operation["parameters"]] == ["name", "f", "lang"]


def test_an_endpoint_without_the_one_dependency_is_refused() -> None:
    more = APIRouter(route_class=DirectRoute)
    with pytest.raises(ValueError, match="unpack"):
        more.get("/")(lambda: None)
