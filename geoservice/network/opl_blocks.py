"""Blocks of lines of OPL as arrays: a block of a few megabytes takes a few calls, not one for each object."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from geoservice.geo import Bools, Floats, Ints

pc: Any = pyarrow.compute  # its stubs know no chunked arrays of numbers
_BLOCK_BYTES = 16_000_000
_SPACES = pyarrow.csv.ParseOptions(delimiter=" ", quote_char=False)


class NodeBlock(NamedTuple):
    """Nodes: OSM ids, and degrees, NaN where a node has no location; shapes ``(n,)``."""

    id: Ints
    lon: Floats
    lat: Floats


class WayBlock(NamedTuple):
    """Ways: OSM ids, where the nodes of each start (and those of the last end), and the OSM ids of these nodes."""

    id: Ints
    start: Ints
    ref: Ints


def blocks(path: Path) -> Iterator[bytes]:
    """Return the lines of a file in blocks of whole lines."""
    remaining = b""
    with path.open("rb") as file:
        while read := file.read(_BLOCK_BYTES):
            text = remaining + read
            end = text.rfind(b"\n") + 1
            remaining = text[end:]
            if end:
                yield text[:end]


def node_block(block: bytes) -> NodeBlock:
    r"""Return the nodes of lines as ``n1 T x7.5 y47.1``.

    >>> [column.tolist() for column in node_block(b"n1 T x7.5 y47.1\nn2 Tname=A x y\n")]
    [[1, 2], [7.5, nan], [47.1, nan]]
    """
    table = _columns(block, ["id", "tags", "lon", "lat"], ["id", "lon", "lat"])
    degrees = (_numbers(table[name], pa.float64()) for name in ("lon", "lat"))
    return NodeBlock(_ids(table), *(column.to_numpy(zero_copy_only=False) for column in degrees))


def way_block(block: bytes) -> WayBlock:
    r"""Return the ways of lines as ``w1 Thighway=path Nn1,n2``; those without nodes have none.

    >>> [column.tolist() for column in way_block(b"w7 Thighway=path Nn1,n2\nw8 T N\nw9 T Nn3\n")]
    [[7, 8, 9], [0, 2, 2, 3], [1, 2, 3]]
    """
    table = _columns(block, ["id", "tags", "nodes"], ["id", "nodes"])
    nodes = pc.split_pattern(pc.ascii_ltrim(table["nodes"], "N"), ",").combine_chunks()
    ref = _numbers(nodes.flatten(), pa.int64())
    counts = np.diff(nodes.offsets.to_numpy())
    counts[np.asarray(pc.equal(table["nodes"], "N"))] = 0
    start = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    return WayBlock(_ids(table), start, ref.drop_null().to_numpy())


def object_ids(block: bytes) -> Ints:
    r"""Return the OSM ids of lines of one type of object.

    >>> object_ids(b"w7 Thighway=path Nn1,n2\nw8 T N\n").tolist()
    [7, 8]
    """
    columns = ["id", "tags", "lon", "lat"] if block.startswith(b"n") else ["id", "tags", "members"]
    return _ids(_columns(block, columns, ["id"]))


def selected_lines(block: bytes, selected: Bools) -> memoryview:
    r"""Return the selected lines of a block, one after the other.

    >>> bytes(selected_lines(b"w1 T N\nw2 T N\nw3 T N\n", np.array([True, False, True])))
    b'w1 T N\nw3 T N\n'
    """
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    parts: list[Any] = [None, pa.py_buffer(offsets.data), pa.py_buffer(block)]
    lines = pa.Array.from_buffers(pa.binary(), len(ends), parts).filter(pa.array(selected))
    text: Any = lines.buffers()[2]
    return memoryview(text)[: pc.sum(pc.binary_length(lines)).as_py() or 0]


def _columns(block: bytes, names: list[str], used: list[str]) -> Any:
    read = pyarrow.csv.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False)
    convert = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(used, pa.string()), include_columns=used)
    return pyarrow.csv.read_csv(io.BytesIO(block), read, _SPACES, convert)


def _ids(table: Any) -> Ints:
    return np.asarray(_numbers(table["id"], pa.int64()))


def _numbers(column: Any, type_: Any) -> Any:
    """Return the numbers after the letter of each text, null where there is none."""
    text = pc.ascii_ltrim(column, "nwrxy")
    return pc.if_else(pc.equal(text, ""), None, text).cast(type_)
