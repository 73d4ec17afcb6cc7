"""Headers of requests, read once: a browser sends the same ones with every tile."""

import re
from typing import NamedTuple

from geoservice.server.forwarded import HOST

HEAD_BYTES = 2048
"""The longest head that is read here; a longer one is an unusual request."""
HEADS = 4096
"""Heads that are remembered; 8 MiB at the most, then all are forgotten."""
END = b"\r\n\r\n"
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e]?(?:[\x20-\x7e\t]*[\x21-\x7e])?)[ \t]*")
UNUSUAL = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"})
"""Fields of requests that are more than their head, or that want something else than an answer."""


class RequestHead(NamedTuple):
    """What a plain GET says beside its path: the encodings it accepts, and the tag of what is held (``If-None-Match``)."""

    encoding: bytes | None
    held: bytes | None


class HeadCache:
    """Reads heads of requests, from the second line on; ``barred`` are fields with which an answer depends on who asks."""

    def __init__(self, barred: frozenset[bytes]) -> None:
        self._not_plain, self._known = UNUSUAL | barred, dict[bytes, RequestHead | None]()

    def read(self, head: bytes) -> RequestHead | None:
        r"""Return what a head says if it is whole and that of a plain GET, None for one that the server itself must read.

        >>> HeadCache(frozenset({b"authorization"})).read(b"Host: a\r\nAccept-Encoding: gzip\r\n\r\n")
        RequestHead(encoding=b'gzip', held=None)
        """
        try:
            return self._known[head]
        except KeyError:
            if len(head) > HEAD_BYTES:
                return None
            if len(self._known) >= HEADS:
                self._known.clear()
            found = self._known[head] = self._parsed(head)
            return found

    def _parsed(self, head: bytes) -> RequestHead | None:
        if head.find(END) != len(head) - len(END):  # more than one request, or a part of one
            return None
        lines = [FIELD.fullmatch(line) for line in head[: -len(END)].split(b"\r\n")]
        fields = {found[1].lower(): found[2] for found in lines if found}
        whole = len(fields) == len(lines)  # no line that is none, no field twice
        if not whole or not HOST.fullmatch(fields.get(b"host", b"").decode()) or not fields.keys().isdisjoint(self._not_plain):
            return None
        if fields.get(b"connection", b"keep-alive").lower() != b"keep-alive":
            return None
        return RequestHead(fields.get(b"accept-encoding"), fields.get(b"if-none-match"))
