"""Household ids: keyed digests of register keys, computed in a child process, beside other work, if there are many."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

import numpy as np
import pyarrow as pa

from geoservice.errors import Unavailable
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.key_digests import ID_BYTES, Digester, write_array

MAX_INLINE = 100_000
"""Number of keys up to which the digests are computed here, faster than a process starts."""
BATCH = 65_536
"""Keys digested at a time: Python objects for ten million keys would take a gigabyte."""


def household_ids(keys: "pa.Array[Any]", secret: bytes) -> Callable[[], Column]:
    """Start to compute the ids of register keys; the returned function waits for them.

    Parameters
    ----------
    keys
        Texts; null counts as empty.
    secret
        At most 64 bytes.

    Returns
    -------
    Callable
        Returns the ids, fixed-size binary of 16 bytes: the first half of HMAC-SHA256. Raises :class:`Unavailable` if the
        child process ended early.

    Examples
    --------
    >>> len(household_ids(pa.array(["34-001"]), b"k" * 32)()[0].as_py())
    16
    """
    key_bytes = pc.fill_null(keys, "").cast(pa.binary())
    if len(key_bytes) <= MAX_INLINE:
        return lambda: _ids(Digester(secret).digests(key_bytes.to_pylist()))
    pool = ThreadPoolExecutor(1, "ids")
    ids = pool.submit(_in_process, key_bytes, secret)
    pool.shutdown(wait=False)
    return ids.result


def _in_process(keys: "pa.Array[Any]", secret: bytes) -> Column:
    command = [sys.executable, "-P", "-m", "geoservice.ingest.key_digests"]
    ids = np.empty((len(keys), ID_BYTES), np.uint8)
    try:  # around the with block, whose end closes the pipe and fails again if it is broken
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - fixed arguments
            assert process.stdin is not None
            assert process.stdout is not None
            write_array(process.stdin, secret)
            for start in range(0, len(keys), BATCH):
                ids[start : start + BATCH] = _digest_batch(process.stdin, process.stdout, keys.slice(start, BATCH))
    except (OSError, EOFError) as e:
        raise Unavailable("the process that computes household ids ended early; nothing was loaded") from e
    return _ids(ids.reshape(-1).data)


def _digest_batch(sink: IO[bytes], source: IO[bytes], keys: "pa.Array[Any]") -> Any:
    _, offsets, data = keys.buffers()
    position = np.frombuffer(memoryview(offsets or b""), np.int32)[keys.offset : keys.offset + len(keys) + 1]
    write_array(sink, (position - position[0]).tobytes())
    write_array(sink, memoryview(data or b"")[position[0] : position[-1]])
    sink.flush()
    digests = source.read(len(keys) * ID_BYTES)
    if len(digests) < len(keys) * ID_BYTES:
        raise EOFError
    return np.frombuffer(digests, np.uint8).reshape(len(keys), ID_BYTES)


def _ids(data: Any) -> Column:
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(ID_BYTES), len(data) // ID_BYTES, [None, pa.py_buffer(data)])
