"""A cache of parsed request headers: a browser sends the same headers with every tile."""

import re
from typing import NamedTuple

from geoservice.server.forwarded import HOST

HEAD_BYTES = 2048
"""The longest head that is cached."""
HEADS = 4096
"""Number of cached heads, at most 8 MiB; when it is reached, the cache is cleared."""
END = b"\r\n\r\n"
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e]?(?:[\x20-\x7e\t]*[\x21-\x7e])?)[ \t]*")
UNUSUAL = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"})
"""Fields of requests with a body, or that need more than a response."""


class RequestHead(NamedTuple):
    """The fields of a plain GET that the response depends on: ``Accept-Encoding`` and ``If-None-Match``."""

    accept_encoding: bytes | None
    if_none_match: bytes | None


class HeadCache:
    """Parses request heads, from the second line on; requests with one of the ``excluded`` fields are not plain."""

    def __init__(self, excluded: frozenset[bytes]) -> None:
        self._excluded, self._heads = UNUSUAL | excluded, dict[bytes, RequestHead | None]()

    def read(self, head: bytes) -> RequestHead | None:
        r"""Return the fields of a complete head of a plain GET, None for a head that uvicorn must parse.

        >>> HeadCache(frozenset({b"authorization"})).read(b"Host: a\r\nAccept-Encoding: gzip\r\n\r\n")
        RequestHead(accept_encoding=b'gzip', if_none_match=None)
        """
        try:
            return self._heads[head]
        except KeyError:
            if len(head) > HEAD_BYTES:
                return None
            if len(self._heads) >= HEADS:
                self._heads.clear()
            fields = self._heads[head] = self._parse(head)
            return fields

    def _parse(self, head: bytes) -> RequestHead | None:
        if head.find(END) != len(head) - len(END):  # more than one request, or an incomplete one
            return None
        lines = [FIELD.fullmatch(line) for line in head[: -len(END)].split(b"\r\n")]
        fields = {match[1].lower(): match[2] for match in lines if match}
        valid = len(fields) == len(lines)  # no malformed line and no repeated field
        if not valid or not HOST.fullmatch(fields.get(b"host", b"").decode()) or not fields.keys().isdisjoint(self._excluded):
            return None
        if fields.get(b"connection", b"keep-alive").lower() != b"keep-alive":
            return None
        return RequestHead(fields.get(b"accept-encoding"), fields.get(b"if-none-match"))
