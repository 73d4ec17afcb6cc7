"""What is answered again without being made again, to whom, in which encoding, and for how long."""

import asyncio
import gzip
import time
from collections.abc import Callable

import httpx
import pyarrow as pa
import pytest
from wired import wire_up

from geoservice.server.app import create_app
from geoservice.server.release_pool import ReleasePool, version_of
from geoservice.server.response_cache import KEY_BYTES, ResponseCache
from geoservice.server.tiles.composite import Recipe
from geoservice.server.tiles.route import Tiles
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
def own(release_store):
    """An app of its own behind the server, so that what it counts is what the test asked."""
    with wire_up(create_app(Settings(), release_store)) as found:
        yield found


@pytest.fixture(scope="module")
def shared(app):
    """The app of all tests behind the server."""
    with wire_up(app) as found:
        yield found


@pytest.mark.parametrize("path", [TILE, *ALSO])
def test_the_second_answer_is_the_first_again(own, path):
    first, hits = own.ask(path, Accept_Encoding="gzip"), own.answers.hits
    again = own.ask(path, Accept_Encoding="gzip")
    assert own.answers.hits == hits + 1
    assert (again[0], again[2]) == (first[0], first[2])
    unlike = {"x-request-id", "date"}
    assert {k: v for k, v in first[1].items() if k not in unlike} == {k: v for k, v in again[1].items() if k not in unlike}


def test_a_hot_304_has_no_body_and_the_same_tag(own):
    etag = own.ask(TILE)[1]["etag"]
    status, headers, body = own.ask(TILE, If_None_Match=etag)
    assert (status, body, headers["etag"]) == (304, b"", etag)
    assert "content-length" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert own.answers.not_modified == 1
    for other in (f'"x", {etag}', f"W/{etag}", "*"):
        assert own.ask(TILE, If_None_Match=other)[0] == 304
    assert own.ask(TILE, If_None_Match='"x"')[0] == 200


def test_what_depends_on_the_caller_is_not_hot(own):
    for path in ("/tiles/WebMercatorQuad/5/9/18", "/collections", "/tiles/nope/1/0/0.mvt", f"{TILE}?v=1-000000000000"):
        own.ask(path)
        own.ask(path)
    own.ask(TILE)
    assert own.ask(TILE, Authorization="Bearer nonsense")[0] == 401
    assert own.answers.hits == 0


def test_head_is_not_answered_with_a_body_from_what_is_hot(own):
    body = own.ask(TILE)[2]
    head = own.ask(TILE, method="HEAD")
    assert (head[0], head[2]) == (200, b"")
    assert own.ask(TILE)[2] == body


def test_pages_of_some_sites_alone_are_told_apart(release_store):
    with wire_up(create_app(Settings(cors_origins=("https://a.example",)), release_store)) as own:
        for _ in range(2):
            seen = [
                own.ask(TILE)[1],
                own.ask(TILE, Origin="https://b.example")[1],
                own.ask(TILE, Origin="https://a.example")[1],
            ]
            assert [s.get("access-control-allow-origin") for s in seen] == [None, None, "https://a.example"]
            assert all("Origin" in s["vary"] for s in seen)
        assert own.answers.hits == 1


def test_a_new_release_is_not_hidden_by_what_is_hot(own, release_store, content):
    old = own.ask(TILE)[1]["etag"]
    assert own.ask(TILE)[1]["etag"] == old
    release_store.write(content(note="two"))
    time.sleep(1)
    fresh = own.ask(TILE, If_None_Match=old)
    assert fresh[0] == 200
    assert fresh[1]["etag"] != old
    assert own.ask(TILE)[1]["etag"] == fresh[1]["etag"]


def test_hot_answers_are_bounded(release_store):
    current = ReleasePool(release_store)
    with current.lease() as reader:
        version = version_of(reader)
    answers = ResponseCache(current, limit=100_000)
    for i in range(200):
        scope = {"headers": [], "raw_path": b"/%d" % i, "query_string": b""}
        answers.keep(scope, version, 200, [(b"etag", b'"x"')], bytes(1000))
        assert answers.entries.size <= 100_000
    assert (b"/199", None) in answers.entries
    assert (b"/0", None) not in answers.entries
    current.close()


@pytest.mark.parametrize("over", [0, 1])
def test_an_answer_to_a_long_question_is_not_hot(release_store, over):
    current = ReleasePool(release_store)
    with current.lease() as reader:
        version = version_of(reader)
    answers = ResponseCache(current)
    scope = {"headers": [(b"accept-encoding", b"gzip")], "raw_path": b"/a", "query_string": bytes(KEY_BYTES - 7 + over)}
    answers.keep(scope, version, 200, [(b"etag", b'"x"')], b"body")
    assert len(answers.entries) == 1 - over
    current.close()


def test_tiles_of_long_filters_have_short_keys(release_store):
    current = ReleasePool(release_store)
    tiles = Tiles(current)
    names = ",".join(f"'{i:06}'" for i in range(200))
    path = f"/tiles/coverage/5/18/9.mvt?filter=unit%20IN%20({names})"
    status = asyncio.run(
        httpx.AsyncClient(transport=httpx.ASGITransport(tiles), base_url="http://geo.test").get(path)
    ).status_code
    keys = list(tiles.once.kept._bodies)
    assert status in {200, 204}
    assert keys
    assert all(len(str(key)) < 150 for key in keys)
    current.close()


def test_while_the_store_is_asked_in_the_background_what_is_hot_is_given(release_store):
    now = [0.0]
    current = ReleasePool(release_store, clock=lambda: now[0])
    answers = ResponseCache(current)
    tiles = Tiles(current, answers.keep)

    async def go() -> list[float]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(tiles), base_url="http://geo.test") as client:
            await client.get(TILE, headers={"Accept-Encoding": "gzip"})
        until = [current.until]
        now[0] += 0.3
        assert answers.find(TILE.encode(), b"gzip", None)
        for _ in range(200):
            await asyncio.sleep(0.005)
            if current.until > until[0]:
                break
        return [*until, current.until]

    before, after = asyncio.run(go())
    assert after == pytest.approx(before + 0.3)
    assert answers.hits == 1
    current.close()


def test_a_release_that_comes_while_the_answer_is_looked_up_hides_it(release_store, content):
    late = [0.0]
    current = ReleasePool(release_store, clock=lambda: late[0])
    with current.lease() as reader:
        version = version_of(reader)
    answers, scope = ResponseCache(current), {"headers": [], "raw_path": b"/a", "query_string": b""}
    answers.keep(scope, version, 200, [(b"etag", b'"x"')], b"body")
    assert answers.find(b"/a", None, None)

    def clock() -> float:
        release_store.write(content(note="two"))
        current.soon = float("-inf")
        current.refresh()
        return late[0]

    answers._clock = clock
    assert answers.find(b"/a", None, None) is None
    current.close()


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("gzip", "gzip"), ("zstd", "zstd"), ("gzip, deflate, br, zstd", "zstd"), ("zstd;q=0.5, gzip", "gzip"), ("br", None),
        ("identity", None), ("gzip;q=0", None), ("zstd;q=0, gzip;q=0.1", "gzip"), ("*", "gzip"), ("", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [TILE, "/tiles/coverage/5/18/9.mvt?properties=unit"])
def test_encodings_are_those_wanted_most(shared, path, asked, got):
    plain = shared.ask(path, Accept_Encoding="identity")
    status, headers, body = shared.ask(path, Accept_Encoding=asked)
    unpack: dict[str | None, Callable[[bytes], bytes]] = {
        "gzip": gzip.decompress,
        "zstd": lambda b: pa.Codec("zstd").decompress(b, len(plain[2]), asbytes=True),
        None: bytes,
    }
    assert (status, headers.get("content-encoding")) == (200, got)
    assert unpack[got](body) == plain[2]
    assert headers["vary"] == "Accept-Encoding"
    assert (headers["etag"] == plain[1]["etag"]) == (got is None)


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
