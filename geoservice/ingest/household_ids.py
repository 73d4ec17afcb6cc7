"""The ids of households: keyed digests of the register's keys. Many are made in a process of their own, beside other work."""

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

FEW = 100_000
"""Keys that are digested before a process has started."""
BATCH = 65_536
"""Keys digested at a time: Python's objects for all of ten million would take a gigabyte."""


def household_ids(keys: "pa.Array[Any]", secret: bytes) -> Callable[[], Column]:
    """Begin with the ids of register keys; the function returned waits for them.

    Parameters
    ----------
    keys
        Texts; a null counts as an empty one.
    secret
        At most 64 bytes.

    Returns
    -------
    Callable
        Returns the ids, fixed-size binary of 16 bytes: the first half of HMAC-SHA256. Raises :class:`Unavailable` when the
        process ended early.

    Examples
    --------
    >>> len(household_ids(pa.array(["34-001"]), b"k" * 32)()[0].as_py())
    16
    """
    whole = pc.fill_null(keys, "").cast(pa.binary())
    if len(whole) <= FEW:
        return lambda: _ids(Digester(secret).digests(whole.to_pylist()))
    pool = ThreadPoolExecutor(1, "ids")
    ids = pool.submit(_in_process, whole, secret)
    pool.shutdown(wait=False)
    return ids.result


def _in_process(keys: "pa.Array[Any]", secret: bytes) -> Column:
    command = [sys.executable, "-P", "-m", "geoservice.ingest.key_digests"]
    ids = np.empty((len(keys), ID_BYTES), np.uint8)
    try:  # around the block as well: its end closes the pipe, which fails again on one that is broken
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - fixed arguments
            assert process.stdin is not None
            assert process.stdout is not None
            write_array(process.stdin, secret)
            for start in range(0, len(keys), BATCH):
                ids[start : start + BATCH] = _answer(process.stdin, process.stdout, keys.slice(start, BATCH))
    except (OSError, EOFError) as e:
        raise Unavailable("the process that makes the ids of households ended early; nothing was loaded") from e
    return _ids(ids.reshape(-1).data)


def _answer(to: IO[bytes], source: IO[bytes], keys: "pa.Array[Any]") -> Any:
    _, offsets, data = keys.buffers()
    at = np.frombuffer(memoryview(offsets or b""), np.int32)[keys.offset : keys.offset + len(keys) + 1]
    write_array(to, (at - at[0]).tobytes())
    write_array(to, memoryview(data or b"")[at[0] : at[-1]])
    to.flush()
    answer = source.read(len(keys) * ID_BYTES)
    if len(answer) < len(keys) * ID_BYTES:
        raise EOFError
    return np.frombuffer(answer, np.uint8).reshape(len(keys), ID_BYTES)


def _ids(data: Any) -> Column:
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(ID_BYTES), len(data) // ID_BYTES, [None, pa.py_buffer(data)])
