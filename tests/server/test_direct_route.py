"""Routes that are called without FastAPI's search for values: the same answers, and what is held is given back."""

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response

from geoservice.server.direct_route import DirectRoute

HELD: list[str] = []


async def asked(request: Request, f: str | None = None, lang: str | None = None) -> AsyncIterator[str]:
    text = f"{request.url.path} {f} {lang}"
    HELD.append(text)
    try:
        yield text
    finally:
        HELD.remove(text)


Asked = Annotated[str, Depends(asked)]
router = APIRouter(route_class=DirectRoute)


@router.get("/in/thread/{name}")
def in_thread(name: str, ask: Asked) -> Response:
    assert [ask] == HELD
    return Response(f"{name}: {ask}")


@router.get("/on/loop")
async def on_loop(ask: Asked) -> Response:
    assert [ask] == HELD
    return Response(ask)


@router.get("/fails")
def fails(ask: Asked) -> Response:
    raise KeyError(ask)


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
def test_an_endpoint_is_given_what_was_asked_for(url: str, text: str) -> None:
    assert get(url).text == text
    assert HELD == []


def test_what_is_held_is_given_back_when_an_endpoint_fails() -> None:
    with pytest.raises(KeyError):
        get("/fails")
    assert HELD == []


def test_a_route_is_documented_as_it_is_declared() -> None:
    operation = get("/openapi.json").json()["paths"]["/in/thread/{name}"]["get"]
    assert [p["name"] for p in operation["parameters"]] == ["name", "f", "lang"]


def test_an_endpoint_that_asks_for_more_is_refused_when_it_is_declared() -> None:
    more = APIRouter(route_class=DirectRoute)
    with pytest.raises(ValueError, match="unpack"):
        more.get("/")(lambda: None)
