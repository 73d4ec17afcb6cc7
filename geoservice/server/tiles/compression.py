"""How a tile is packed for the way: gzip as it was baked, zstd when a client asks for it, or not at all."""

import gzip
from functools import lru_cache

import pyarrow as pa

from geoservice.server.formats import quality_values

GZIP, ZSTD, PLAIN = "gzip", "zstd", ""
SUFFIX = {GZIP: "", ZSTD: "-zstd", PLAIN: "-plain"}
"""What an ETag ends with: other bytes have another tag."""

GZIP_LEVEL = 1
"""Of tiles made on request, whose readers wait: level 6 takes two to three times as long for 4 % fewer bytes."""
ZSTD_LEVEL = 9


@lru_cache(maxsize=256)
def choose(accept_encoding: bytes) -> str:
    """Return the best of what a client takes: the highest ``q``, and among equals zstd, then gzip, then neither.

    >>> choose(b"gzip, deflate, br"), choose(b"gzip, br, zstd"), choose(b"zstd;q=0.2, gzip;q=0.8"), choose(b"gzip;q=0, *")
    ('gzip', 'zstd', 'gzip', '')
    >>> choose(b""), choose(b"*"), choose(b"identity, gzip;q=0.5"), choose(b"identity;q=0, gzip;q=0.1")
    ('', 'gzip', '', 'gzip')
    """
    weights = dict(quality_values(accept_encoding.decode("latin-1")))
    anything = weights.get("*", 0.0)
    offers = [
        (weights.get("zstd", 0.0), ZSTD),
        (weights.get("gzip", weights.get("x-gzip", anything)), GZIP),
        (weights.get("identity", 1e-9), PLAIN),
    ]
    return max(offers, key=lambda offer: offer[0])[1]


def packed(raw: bytes) -> bytes:
    """Return bytes as gzip, the same each time; nothing stays nothing."""
    return gzip.compress(raw, GZIP_LEVEL, mtime=0) if raw else b""


def unpacked(body: bytes) -> bytes:
    """Return what is in gzip bytes; nothing is in nothing."""
    return gzip.decompress(body) if body else b""


def repacked(body: bytes, encoding: str) -> bytes:
    """Return gzip bytes in an encoding."""
    if encoding == GZIP or not body:
        return body
    raw = unpacked(body)
    return raw if encoding == PLAIN else bytes(pa.Codec("zstd", ZSTD_LEVEL).compress(raw, asbytes=True))
