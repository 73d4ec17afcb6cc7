"""Keyed digests of register keys, in this process or as a child process: ``python -m geoservice.ingest.key_digests``.

The process reads from standard input the secret, then batches of keys, each array of bytes preceded by its length; it
writes the digests of each batch to standard output. It imports only the standard library, to start within hundredths
of a second.
"""

import hashlib
import struct
import sys
from array import array
from collections.abc import Iterable
from itertools import pairwise
from typing import IO

ID_BYTES = 16
LENGTH = struct.Struct("<q")


class Digester:
    """HMAC-SHA256 under one secret of at most 64 bytes, cut to 16 bytes."""

    def __init__(self, secret: bytes) -> None:
        # RFC 2104 with both padded keys hashed once: three times as fast as hmac.digest
        padded = secret.ljust(64, b"\0")
        self._inner, self._outer = (hashlib.sha256(bytes(b ^ pad for b in padded)) for pad in (0x36, 0x5C))

    def digests(self, keys: Iterable[bytes | memoryview]) -> bytes:
        """Return the digests of keys, concatenated.

        >>> Digester(b"k" * 32).digests([b"34-001"]).hex()
        'b60ebeb89e77d1be5845bfffdfcb9685'
        """
        digests = []
        for key in keys:
            first, second = self._inner.copy(), self._outer.copy()
            first.update(key)
            second.update(first.digest())
            digests.append(second.digest()[:ID_BYTES])
        return b"".join(digests)


def write_array(sink: IO[bytes], data: bytes | memoryview) -> None:
    """Write bytes preceded by their length."""
    sink.write(LENGTH.pack(len(data)))
    sink.write(data)


def read_array(source: IO[bytes]) -> bytes | None:
    """Return bytes written by :func:`write_array`, None at the end of the input."""
    head = source.read(LENGTH.size)
    return source.read(LENGTH.unpack(head)[0]) if head else None


def main(source: IO[bytes], sink: IO[bytes]) -> None:
    """Digest batches, each its int32 offsets and its bytes as in Arrow, until the input ends."""
    digester = Digester(read_array(source) or b"")
    while (offsets := read_array(source)) is not None:
        data = memoryview(read_array(source) or b"")
        sink.write(digester.digests(data[a:b] for a, b in pairwise(array("i", offsets))))
        sink.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
