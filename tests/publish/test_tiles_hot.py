"""What is answered again without being made again, to whom, in which encoding, and for how long."""

import asyncio
import gzip
import time
from collections.abc import Callable
from typing import Any

import httpx
import pyarrow as pa
import pytest

from geoservice.publish.app import create_app
from geoservice.publish.current import Current, version_of
from geoservice.publish.hot import KEY_BYTES, Answers, Hot
from geoservice.publish.tiles.composite import Recipe
from geoservice.publish.tiles.route import Tiles
from geoservice.settings import Settings

TILE = "/tiles/coverage/10/583/296.mvt"
ALSO = (
    "/collections/coverage/tiles/WebMercatorQuad/10/296/583",
    "/tiles/coverage,stations/5/18/9.mvt",
    "/tiles/WebMercatorQuad/5/9/18?collections=coverage,stations",
    "/tiles/coverage/5/18/9.mvt?properties=unit",
    "/collections/coverage/tiles/WorldCRS84Quad/3/1/9",
    "/tiles/coverage/10/0/0.mvt",
)


@pytest.fixture
def own(client, release_store):
    """A client over an app of its own, so that what it counts is what the test asked."""
    client.app = create_app(Settings(), release_store)
    return client


def raw(app, path, **headers) -> tuple[int, dict[bytes, bytes], bytes]:
    """Ask as a server does and return what went out, unpacked by nobody."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        return next(asked, None) or await asyncio.Event().wait()

    path, _, query = path.partition("?")
    given = [(k.replace("_", "-").lower().encode(), v.encode()) for k, v in headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "http_version": "1.1",
        "headers": given,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "client": ("127.0.0.1", 1),
        "server": ("geo.test", 80),
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:])


@pytest.mark.parametrize("path", [TILE, *ALSO])
def test_the_second_answer_is_the_first_again(own, path):
    first, hits = raw(own.app, path, Accept_Encoding="gzip"), own.app.hits
    again = raw(own.app, path, Accept_Encoding="gzip")
    assert own.app.hits == hits + 1
    assert (again[0], again[2]) == (first[0], first[2])
    unlike = {b"x-request-id"}
    assert {k: v for k, v in first[1].items() if k not in unlike} == {k: v for k, v in again[1].items() if k not in unlike}


def test_a_hot_304_has_no_body_and_the_same_tag(own):
    etag = raw(own.app, TILE)[1][b"etag"]
    status, headers, body = raw(own.app, TILE, If_None_Match=etag.decode())
    assert (status, body, headers[b"etag"]) == (304, b"", etag)
    assert b"content-length" not in headers
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert own.app.not_modified == 1
    for other in (f'"x", {etag.decode()}', f"W/{etag.decode()}", "*"):
        assert raw(own.app, TILE, If_None_Match=other)[0] == 304
    assert raw(own.app, TILE, If_None_Match='"x"')[0] == 200


def test_what_depends_on_the_caller_is_not_hot(own):
    for path in ("/tiles/WebMercatorQuad/5/9/18", "/collections", "/tiles/nope/1/0/0.mvt", f"{TILE}?v=1-000000000000"):
        raw(own.app, path)
        raw(own.app, path)
    raw(own.app, TILE)
    assert raw(own.app, TILE, Authorization="Bearer nonsense")[0] == 401
    assert own.app.hits == 0


def test_head_is_not_answered_with_a_body_from_what_is_hot(own):
    body = own.get(TILE).content
    head = own.request("HEAD", TILE)
    assert (head.status_code, head.content) == (200, b"")
    assert own.get(TILE).content == body


def test_pages_of_some_sites_alone_are_told_apart(own, release_store):
    own.app = create_app(Settings(cors_origins=("https://a.example",)), release_store)
    for _ in range(2):
        assert "access-control-allow-origin" not in own.get(TILE).headers
        assert own.get(TILE, Origin="https://b.example").headers.get("access-control-allow-origin") is None
        assert own.get(TILE, Origin="https://a.example").headers["access-control-allow-origin"] == "https://a.example"
        assert "Origin" in ", ".join(own.get(TILE).headers.get_list("vary"))


def test_a_new_release_is_not_hidden_by_what_is_hot(own, release_store, content):
    old = raw(own.app, TILE)[1][b"etag"]
    assert raw(own.app, TILE)[1][b"etag"] == old
    release_store.write(content(note="two"))
    time.sleep(1)
    fresh = raw(own.app, TILE, If_None_Match=old.decode())
    assert fresh[0] == 200
    assert fresh[1][b"etag"] != old
    assert raw(own.app, TILE)[1][b"etag"] == fresh[1][b"etag"]


def test_hot_answers_are_bounded(release_store):
    current = Current(release_store)
    with current.lease() as reader:
        version = version_of(reader)
    answers = Answers(current, limit=100_000)
    for i in range(200):
        scope = {"headers": [], "raw_path": b"/%d" % i, "query_string": b""}
        answers.keep(scope, version, 200, [(b"etag", b'"x"')], bytes(1000))
        assert answers.size <= 100_000
    assert (b"/199", b"", None) in answers.entries
    assert (b"/0", b"", None) not in answers.entries
    current.close()


@pytest.mark.parametrize("over", [0, 1])
def test_an_answer_to_a_long_question_is_not_hot(release_store, over):
    current = Current(release_store)
    with current.lease() as reader:
        version = version_of(reader)
    answers = Answers(current)
    scope = {"headers": [(b"accept-encoding", b"gzip")], "raw_path": b"/a", "query_string": bytes(KEY_BYTES - 6 + over)}
    answers.keep(scope, version, 200, [(b"etag", b'"x"')], b"body")
    assert len(answers.entries) == 1 - over
    current.close()


def test_tiles_of_long_filters_have_short_keys(release_store):
    current = Current(release_store)
    tiles = Tiles(current)
    names = ",".join(f"'{i:06}'" for i in range(200))
    status = raw(tiles, f"/tiles/coverage/5/18/9.mvt?filter=unit%20IN%20({names})")[0]
    keys = list(tiles.once.kept._bodies)
    assert status in {200, 204}
    assert keys
    assert all(len(str(key)) < 150 for key in keys)
    current.close()


def test_while_the_store_is_asked_in_the_background_what_is_hot_is_given(release_store):
    now = [0.0]
    current = Current(release_store, clock=lambda: now[0])
    answers = Answers(current)
    app = Hot(Tiles(current, answers.keep), answers, current)

    async def go() -> list[float]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://geo.test") as client:
            await client.get(TILE)
            until = [current.until]
            now[0] += 0.3
            await client.get(TILE)
            for _ in range(200):
                await asyncio.sleep(0.005)
                if current.until > until[0]:
                    break
            return [*until, current.until]

    before, after = asyncio.run(go())
    assert after == pytest.approx(before + 0.3)
    assert app.hits == 1
    current.close()


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("gzip", "gzip"), ("zstd", "zstd"), ("gzip, deflate, br, zstd", "zstd"), ("zstd;q=0.5, gzip", "gzip"), ("br", None),
        ("identity", None), ("gzip;q=0", None), ("zstd;q=0, gzip;q=0.1", "gzip"), ("*", "gzip"), ("", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [TILE, "/tiles/coverage/5/18/9.mvt?properties=unit"])
def test_encodings_are_those_wanted_most(client, path, asked, got):
    plain = raw(client.app, path, Accept_Encoding="identity")
    status, headers, body = raw(client.app, path, Accept_Encoding=asked)
    unpack: dict[str | None, Callable[[bytes], bytes]] = {
        "gzip": gzip.decompress,
        "zstd": lambda b: pa.Codec("zstd").decompress(b, len(plain[2]), asbytes=True),
        None: bytes,
    }
    assert (status, headers.get(b"content-encoding", b"").decode() or None) == (200, got)
    assert unpack[got](body) == plain[2]
    assert headers[b"vary"] == b"Accept-Encoding"
    assert (headers[b"etag"] == plain[1][b"etag"]) == (got is None)


def test_many_at_once_are_one_making(own, monkeypatch):
    made = []
    make = Recipe.make
    monkeypatch.setattr(Recipe, "make", lambda self, reader: (made.append(self.key), time.sleep(0.05), make(self, reader))[2])

    async def go() -> list[httpx.Response]:
        transport = httpx.ASGITransport(own.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://geo.test") as client:
            paths = [TILE, f"{TILE}?properties=unit", "/tiles/coverage,stations/5/18/9.mvt"]
            kinds = [{"Accept-Encoding": e} for e in ("gzip", "zstd", "identity")]
            return await asyncio.gather(*(client.get(p, headers=h) for _ in range(7) for h in kinds for p in paths))

    answers = asyncio.run(go())
    assert {a.status_code for a in answers} == {200}
    assert len(made) == len(set(made)) == 3
