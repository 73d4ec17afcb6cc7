"""Whether two releases are the same, but for the last digits of sums that are added in another order."""

from contextlib import closing
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.release import ItemQuery, ReleaseStore
from geoservice.release.base import ALL, Manifest
from geoservice.release.protocols import ReleaseReader

TOLERANCE = 1e-9


def _columns(reader: ReleaseReader, layer: str) -> dict[str, pa.ChunkedArray]:
    table = reader.items(layer, ItemQuery(limit=ALL))
    return dict(zip(table.column_names, table.columns, strict=True))


def _is_same(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    if not pa.types.is_floating(one.type):
        return bool(one.equals(other))
    return np.allclose(one.to_numpy(), other.to_numpy(), rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def _stated(manifest: Manifest) -> dict[str, Any]:
    """Return what two runs state alike; digests of tables depend on the last bit of each number."""
    return manifest.model_dump(exclude={"created", "files", "checksum", "hash", "table_digest"})


def check_same_release(one: ReleaseStore, other: ReleaseStore) -> None:
    """Check that two releases state the same, and have the same features, texts, geometries and numbers."""
    with closing(one.open()) as a, closing(other.open()) as b:
        assert _stated(a.manifest) == _stated(b.manifest)
        for layer in a.manifest.layers:
            left, right = _columns(a, layer.id), _columns(b, layer.id)
            assert list(left) == list(right)
            assert [name for name in left if not _is_same(left[name], right[name])] == [], layer.id
