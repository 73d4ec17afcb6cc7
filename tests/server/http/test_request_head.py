"""The parser of request headers: plain GET requests only, with the same result as uvicorn's parser."""

import httptools
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geoservice.server.http.request_head import HEAD_BYTES, HEADS, HeadCache, RequestHead

HOST = b"Host: geo.test\r\n"
BROWSER = (
    HOST + b"Connection: keep-alive\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\nAccept: */*\r\nReferer: http://geo.test/\r\n"
    b"Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: zh-CN,zh;q=0.9\r\n\r\n"
)  # fmt: skip


class Parsed:
    """What the server's parser finds in a request."""

    def __init__(self, head: bytes) -> None:
        self.fields: list[tuple[bytes, bytes]] = []
        self.complete, self.body = 0, b""
        parser = httptools.HttpRequestParser(self)
        parser.feed_data(b"GET /a HTTP/1.1\r\n" + head)
        self.stays = parser.should_keep_alive()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete += 1


def heads(*barred: bytes) -> HeadCache:
    return HeadCache(frozenset(barred))


def test_headers_of_a_browser_are_parsed() -> None:
    assert heads(b"authorization").read(BROWSER) == RequestHead(b"gzip, deflate, br, zstd", None)
    revalidation = BROWSER.replace(b"Accept: */*", b'If-None-Match: "1-2"')
    assert heads().read(revalidation) == RequestHead(b"gzip, deflate, br, zstd", b'"1-2"')
    assert heads().read(HOST + b"\r\n") == RequestHead(None, None)


@pytest.mark.parametrize(
    "head",
    [
        b"", b"\r\n", HOST, HOST + b"\r", b"Accept: a\r\n\r\n", HOST + HOST + b"\r\n", BROWSER + b"x", BROWSER + BROWSER,
        HOST + b"Content-Length: 0\r\n\r\n", HOST + b"Transfer-Encoding: chunked\r\n\r\n", HOST + b"Connection: close\r\n\r\n",
        HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", HOST + b"Expect: 100-continue\r\n\r\n",
        HOST + b"Accept-Encoding: gzip\r\nAccept-Encoding: zstd\r\n\r\n", HOST + b"No colon\r\n\r\n",
        HOST + b" Folded: x\r\n\r\n",
        HOST + b"A\n\r\n\r\n", HOST + b"A : b\r\n\r\n", HOST + b"A: b\0\r\n\r\n", HOST + b"A: b\rC: d\r\n\r\n",
        b"Host : a\r\n\r\n",
        HOST + b"Authorization: Bearer x\r\n\r\n", HOST + b"ORIGIN: https://a.example\r\n\r\n",
        HOST + b"A: \xe6\x9d\x91\r\n\r\n",
    ],
)  # fmt: skip
def test_other_requests_are_left_to_uvicorn(head: bytes) -> None:
    reader = heads(b"authorization", b"origin")
    assert reader.read(head) is None
    assert reader.read(head) is None, "nor the second time"


def test_the_cache_is_bounded() -> None:
    reader = heads()
    for i in range(HEADS + 10):
        assert reader.read(HOST + b"If-None-Match: %d\r\n\r\n" % i) == RequestHead(None, b"%d" % i)
    assert len(reader._heads) <= HEADS
    long = HOST + b"A: " + b"x" * HEAD_BYTES + b"\r\n\r\n"
    assert reader.read(long) is None
    assert long not in reader._heads


names = st.sampled_from(
    [b"Accept-Encoding", b"if-none-match", b"Content-Length", b"Connection", b"X", b"Host", b"a b", b"\tY", b""]
)
values = st.one_of(st.sampled_from([b"gzip", b"keep-alive", b"close", b"5", b'"x"']), st.binary(max_size=6))
ends = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n\r\n"])
spaces = st.sampled_from([b": ", b":", b" :", b":\t ", b""])
lines = st.builds(lambda *parts: b"".join(parts), names, spaces, values, ends)


@given(st.lists(lines, max_size=4).map(b"".join), st.sampled_from([b"\r\n", b"", b"\r\nGET / HTTP/1.1\r\n\r\n"]))
@example(b"Accept-Encoding: gzip \t\r\n", b"\r\n")
def test_the_fields_are_those_of_the_http_parser(head: bytes, end: bytes) -> None:
    request = HOST + head + end
    result = heads().read(request)
    if result is None:
        return
    parsed = Parsed(request)
    fields = dict(parsed.fields)
    assert (parsed.complete, parsed.body, parsed.stays) == (1, b"", True)
    assert len(fields) == len(parsed.fields)
    expected = (fields.get(b"accept-encoding"), fields.get(b"if-none-match"))
    assert tuple(None if v is None else v.rstrip(b" \t") for v in expected) == result
