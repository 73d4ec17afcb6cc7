"""The bare body beside which a server is measured is the body, and a 304 to who holds it."""

from pathlib import Path

import anyio
import httpx
import pytest

from geoservice.bench.serve import bare, figure, without_bar


def ask(**headers: str) -> httpx.Response:
    async def go() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(bare.app()), base_url="http://bare.test") as client:
            return await client.get("/", headers={k.replace("_", "-"): v for k, v in headers.items()})

    return anyio.run(go)


def test_it_answers_with_the_file_or_304(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "body").write_bytes(b"tile")
    monkeypatch.setenv(bare.FILE, str(tmp_path / "body"))
    whole = ask()
    same = ask(If_None_Match=whole.headers["etag"])
    assert (whole.status_code, whole.content) == (200, b"tile")
    assert (same.status_code, same.content) == (304, b"")


def test_what_has_no_bar_holds_and_misses_nothing() -> None:
    assert without_bar(figure(5, "req/s", ("nginx", 10), 0, True)) == {
        "value": 5, "unit": "req/s", "peer": "nginx 10 req/s", "ratio": 0.5,
    }  # fmt: skip
