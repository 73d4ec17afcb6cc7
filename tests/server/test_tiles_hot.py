"""The response cache: which responses are cached, for which callers and encodings, and for how long."""

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
    with wire_up(create_app(Settings(), release_store)) as server:
        yield server


@pytest.fixture(scope="module")
def shared(published):
    """An app of this module behind the server; its end closes its store."""
    with wire_up(create_app(Settings(), published.open())) as server:
        yield server


@pytest.mark.parametrize("path", [TILE, *ALSO])
def test_the_second_response_is_the_same(own, path):
    first, hits = own.ask(path, Accept_Encoding="gzip"), own.response_cache.hits
    again = own.ask(path, Accept_Encoding="gzip")
    assert own.response_cache.hits == hits + 1
    assert (again[0], again[2]) == (first[0], first[2])
    unlike = {"x-request-id", "date"}
    assert {k: v for k, v in first[1].items() if k not in unlike} == {k: v for k, v in again[1].items() if k not in unlike}


def test_a_cached_304_has_no_body_and_the_same_etag(own):
    etag = own.ask(TILE)[1]["etag"]
    status, headers, body = own.ask(TILE, If_None_Match=etag)
    assert (status, body, headers["etag"]) == (304, b"", etag)
    assert "content-length" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert own.response_cache.not_modified == 1
    for other in (f'"x", {etag}', f"W/{etag}", "*"):
        assert own.ask(TILE, If_None_Match=other)[0] == 304
    assert own.ask(TILE, If_None_Match='"x"')[0] == 200


def test_responses_that_depend_on_the_caller_are_not_cached(own):
    for path in ("/tiles/WebMercatorQuad/5/9/18", "/collections", "/tiles/nope/1/0/0.mvt", f"{TILE}?v=1-000000000000"):
        own.ask(path)
        own.ask(path)
    own.ask(TILE)
    assert own.ask(TILE, Authorization="Bearer nonsense")[0] == 401
    assert own.response_cache.hits == 0


def test_head_gets_no_body_from_the_cache(own):
    body = own.ask(TILE)[2]
    head = own.ask(TILE, method="HEAD")
    assert (head[0], head[2]) == (200, b"")
    assert own.ask(TILE)[2] == body


def test_with_a_list_of_origins_each_gets_its_own_cors_header(release_store):
    with wire_up(create_app(Settings(cors_origins=("https://a.example",)), release_store)) as own:
        for _ in range(2):
            responses = [
                own.ask(TILE)[1],
                own.ask(TILE, Origin="https://b.example")[1],
                own.ask(TILE, Origin="https://a.example")[1],
            ]
            assert [s.get("access-control-allow-origin") for s in responses] == [None, None, "https://a.example"]
            assert all("Origin" in s["vary"] for s in responses)
        assert own.response_cache.hits == 1


def test_a_cached_response_does_not_hide_a_new_release(own, release_store, content):
    old = own.ask(TILE)[1]["etag"]
    assert own.ask(TILE)[1]["etag"] == old
    release_store.write(content(note="two"))
    time.sleep(1)
    fresh = own.ask(TILE, If_None_Match=old)
    assert fresh[0] == 200
    assert fresh[1]["etag"] != old
    assert own.ask(TILE)[1]["etag"] == fresh[1]["etag"]


def test_the_cache_is_bounded(release_store):
    current = ReleasePool(release_store)
    with current.lease() as reader:
        version = version_of(reader)
    cache = ResponseCache(current, limit=100_000)
    for i in range(200):
        scope = {"headers": [], "raw_path": b"/%d" % i, "query_string": b""}
        cache.put(scope, version, 200, [(b"etag", b'"x"')], bytes(1000))
        assert cache.entries.size <= 100_000
    assert (b"/199", None) in cache.entries
    assert (b"/0", None) not in cache.entries
    current.close()


@pytest.mark.parametrize("over", [0, 1])
def test_a_response_with_a_long_key_is_not_cached(release_store, over):
    current = ReleasePool(release_store)
    with current.lease() as reader:
        version = version_of(reader)
    cache = ResponseCache(current)
    scope = {"headers": [(b"accept-encoding", b"gzip")], "raw_path": b"/a", "query_string": bytes(KEY_BYTES - 7 + over)}
    cache.put(scope, version, 200, [(b"etag", b'"x"')], b"body")
    assert len(cache.entries) == 1 - over
    current.close()


def test_tiles_of_long_filters_have_short_keys(release_store):
    current = ReleasePool(release_store)
    tiles = Tiles(current)
    names = ",".join(f"'{i:06}'" for i in range(200))
    path = f"/tiles/coverage/5/18/9.mvt?filter=unit%20IN%20({names})"
    status = asyncio.run(
        httpx.AsyncClient(transport=httpx.ASGITransport(tiles), base_url="http://geo.test").get(path)
    ).status_code
    keys = list(tiles.single_flight.cache._bodies)
    assert status in {200, 204}
    assert keys
    assert all(len(str(key)) < 150 for key in keys)
    current.close()


def test_during_a_background_refresh_cached_responses_are_sent(release_store):
    now = [0.0]
    current = ReleasePool(release_store, clock=lambda: now[0])
    cache = ResponseCache(current)
    tiles = Tiles(current, cache.put)

    async def go() -> list[float]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(tiles), base_url="http://geo.test") as client:
            await client.get(TILE, headers={"Accept-Encoding": "gzip"})
        valid_until = [current.valid_until]
        now[0] += 0.3
        assert cache.get(TILE.encode(), b"gzip", None)
        for _ in range(200):
            await asyncio.sleep(0.005)
            if current.valid_until > valid_until[0]:
                break
        return [*valid_until, current.valid_until]

    before, after = asyncio.run(go())
    assert after == pytest.approx(before + 0.3)
    assert cache.hits == 1
    current.close()


def test_a_release_published_during_the_lookup_hides_the_entry(release_store, content):
    late = [0.0]
    current = ReleasePool(release_store, clock=lambda: late[0])
    with current.lease() as reader:
        version = version_of(reader)
    cache, scope = ResponseCache(current), {"headers": [], "raw_path": b"/a", "query_string": b""}
    cache.put(scope, version, 200, [(b"etag", b'"x"')], b"body")
    assert cache.get(b"/a", None, None)

    def clock() -> float:
        release_store.write(content(note="two"))
        current.refresh_at = float("-inf")
        current.refresh()
        return late[0]

    cache._clock = clock
    assert cache.get(b"/a", None, None) is None
    current.close()


@pytest.mark.parametrize(
    ("accept_encoding", "encoding"),
    [
        ("gzip", "gzip"), ("zstd", "zstd"), ("gzip, deflate, br, zstd", "zstd"), ("zstd;q=0.5, gzip", "gzip"), ("br", None),
        ("identity", None), ("gzip;q=0", None), ("zstd;q=0, gzip;q=0.1", "gzip"), ("*", "gzip"), ("", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [TILE, "/tiles/coverage/5/18/9.mvt?properties=unit"])
def test_the_preferred_encoding_is_sent(shared, path, accept_encoding, encoding):
    plain = shared.ask(path, Accept_Encoding="identity")
    status, headers, body = shared.ask(path, Accept_Encoding=accept_encoding)
    decompress: dict[str | None, Callable[[bytes], bytes]] = {
        "gzip": gzip.decompress,
        "zstd": lambda b: pa.Codec("zstd").decompress(b, len(plain[2]), asbytes=True),
        None: bytes,
    }
    assert (status, headers.get("content-encoding")) == (200, encoding)
    assert decompress[encoding](body) == plain[2]
    assert headers["vary"] == "Accept-Encoding"
    assert (headers["etag"] == plain[1]["etag"]) == (encoding is None)


def test_concurrent_requests_make_a_tile_once(own, monkeypatch):
    made_tiles = []
    make = Recipe.make
    monkeypatch.setattr(
        Recipe, "make", lambda self, reader: (made_tiles.append(self.key), time.sleep(0.05), make(self, reader))[2]
    )

    async def go() -> list[httpx.Response]:
        transport = httpx.ASGITransport(own.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://geo.test") as client:
            paths = [TILE, f"{TILE}?properties=unit", "/tiles/coverage,stations/5/18/9.mvt"]
            kinds = [{"Accept-Encoding": e} for e in ("gzip", "zstd", "identity")]
            return await asyncio.gather(*(client.get(p, headers=h) for _ in range(7) for h in kinds for p in paths))

    answers = asyncio.run(go())
    assert {a.status_code for a in answers} == {200}
    assert len(made_tiles) == len(set(made_tiles)) == 3
