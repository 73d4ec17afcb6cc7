"""PMTiles files: the whole file, byte ranges, revalidation, and readers over HTTP."""

import gzip

import mapbox_vector_tile
import pytest
from pmtiles.reader import Reader

PATH = "/tiles/coverage.pmtiles"


@pytest.fixture
def archive(client):
    return client.get(PATH).content


def test_the_whole_file(client, archive):
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.pmtiles"
    assert answer.headers["accept-ranges"] == "bytes"
    assert int(answer.headers["content-length"]) == len(archive)
    assert "content-encoding" not in answer.headers
    assert archive.startswith(b"PMTiles\x03")


def test_the_file_holds_the_tiles_that_are_served(client):
    def part(offset, length):
        answer = client.get(PATH, Range=f"bytes={offset}-{offset + length - 1}")
        assert answer.status_code == 206
        return answer.content

    reader = Reader(part)
    tile = client.get("/tiles/coverage/10/583/296.mvt").content
    assert gzip.decompress(reader.get(10, 583, 296)) == tile
    assert set(mapbox_vector_tile.decode(tile)) == {"coverage"}
    assert reader.header()["max_zoom"] == 10
    assert [x["id"] for x in reader.metadata()["vector_layers"]] == ["coverage"]


@pytest.mark.parametrize(
    ("range_header", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=7-", 7, -1), ("bytes=-5", -5, -1), ("bytes=3-999999999", 3, -1)],
)
def test_a_byte_range(client, archive, range_header, first, last):
    answer = client.get(PATH, Range=range_header)
    size = len(archive)
    first, last = first % size, last % size
    assert (answer.status_code, answer.content) == (206, archive[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"


@pytest.mark.parametrize("range_header", ["bytes=0-1,4-5", "bytes=5-2", "lines=0-1", "bytes=", "bytes=-", "bytes=a-b", "x"])
def test_an_invalid_or_multiple_range_gives_the_whole_file(client, archive, range_header):
    answer = client.get(PATH, Range=range_header)
    assert (answer.status_code, answer.content) == (200, archive)


@pytest.mark.parametrize("range_header", ["bytes=999999999-", "bytes=-0", f"bytes={'9' * 18}-"])
def test_a_range_beyond_the_end(client, archive, range_header):
    answer = client.get(PATH, Range=range_header)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(archive)}")


def test_if_range_gives_a_part_only_of_the_same_file(client, archive):
    etag = client.get(PATH).headers["etag"]
    assert etag.startswith('"')
    assert client.get(PATH, Range="bytes=0-3", If_Range=etag).status_code == 206
    for other in ('"other"', f"W/{etag}", "Sun, 22 Nov 2026 04:00:00 GMT"):
        answer = client.get(PATH, Range="bytes=0-3", If_Range=other)
        assert (answer.status_code, answer.content) == (200, archive)


def test_304_head_and_version(client, archive):
    etag, version = client.get(PATH).headers["etag"], client.json("/manifest")["version"]
    assert client.get(PATH, If_None_Match=etag).status_code == 304
    head = client.request("HEAD", PATH)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(archive)))
    assert "immutable" in client.get(f"{PATH}?v={version}").headers["cache-control"]
    assert client.get(PATH).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nope", "secret", "table", "base", "%00", "..", "coverage,stations", "..%2fcurrent"])
def test_tables_and_unknown_layers_have_no_file(client, name):
    answer = client.get(f"/tiles/{name}.pmtiles")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_parameter_is_refused(client):
    assert client.get(f"{PATH}?x=1").status_code == 400


def test_if_match_gives_bytes_only_of_the_same_file(client):
    etag = client.get(PATH).headers["etag"]
    for same in (etag, "*", f'"other", {etag}'):
        assert client.get(PATH, Range="bytes=0-3", If_Match=same).status_code == 206
    for other in ('"other"', f"W/{etag}"):
        answer = client.get(PATH, Range="bytes=0-3", If_Match=other)
        assert (answer.status_code, answer.headers["content-type"]) == (412, "application/problem+json")
        assert "If-Match" in answer.json()["detail"]
