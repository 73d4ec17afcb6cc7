"""The manifest of a release, with digests that are equal for two runs on the same input in any store."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.db.arrow import conform, digest
from geoservice.errors import ReleaseError, Unavailable, for_operators
from geoservice.geo import Ints
from geoservice.measures import OK, REASONS, measure_of
from geoservice.release.base import DIMENSIONS, FORMAT, TABLE, Manifest, StoredFile

OF_ONE_STORE = frozenset({"hash", "created", "files", "checksum"})
"""Fields of the manifest that differ between runs on the same input."""
KEY = ("geography", "unit", "measure", *DIMENSIONS)


def sorted_table(table: pa.Table) -> pa.Table:
    """Return the release table in the order of its key, in the schema ``TABLE``."""
    return sorted_rows(conform(table, TABLE))


def sorted_rows(rows: pa.Table) -> pa.Table:
    """Return rows in the order of the release table's key, in their schema: texts may be dictionary-encoded."""
    return _sorted(rows)[0]


def _sorted(rows: pa.Table) -> tuple[pa.Table, Ints]:
    """Return rows in the order of their key, and the numbers of their keys."""
    key = _key_order(rows)
    if (key[1:] >= key[:-1]).all():
        return rows, key
    order = np.argsort(key, kind="stable")
    return rows.take(order), key[order]


def _key_order(table: pa.Table) -> Ints:
    """Return a number per row that orders the rows by their key, equal for equal keys; texts are ordered by their bytes."""
    order = np.zeros(table.num_rows, np.int64)
    most = 1
    for name in KEY:
        rank, size = _ranks(table.column(name).combine_chunks())
        if most * max(size, 1) >= 2**62:
            order = np.unique(order, return_inverse=True)[1].astype(np.int64)
            most = int(order.max(initial=0)) + 1
        order, most = order * max(size, 1) + rank, most * max(size, 1)
    return order


def _ranks(column: "pa.Array[Any]") -> tuple[Ints, int]:
    """Return the rank of each value among the distinct ones, and their number."""
    encoded = column.dictionary_encode()
    place = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(place), np.int64)
    rank[place] = np.arange(len(place))
    return rank[encoded.indices.to_numpy()], len(place)


def table_digest(table: pa.Table) -> str:
    """Return the SHA-256 of the release table, regardless of the order of its rows."""
    return digest(sorted_table(table))


def manifest_hash(manifest: Manifest) -> str:
    """Return the SHA-256 of the fields that two runs on the same input share, as JSON with sorted keys."""
    return _hash(manifest.model_dump(mode="json"), OF_ONE_STORE)


def complete(manifest: Manifest, files: Mapping[str, StoredFile]) -> Manifest:
    """Return the manifest with the files that a store has written, and its checksum."""
    listed = manifest.model_copy(update={"files": dict(sorted(files.items()))})
    return listed.model_copy(update={"checksum": _hash(listed.model_dump(mode="json"), {"checksum"})})


def _hash(content: Mapping[str, Any], but: Collection[str]) -> str:
    covered = {k: v for k, v in content.items() if k not in but}
    canonical = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_manifest(number: int, text: bytes | str) -> Manifest:
    """Return a release's manifest from its stored text.

    The checksum is that of the stored text, whatever a newer version of this program would write into it by default. Raises
    :class:`ReleaseError` for what is no manifest or was changed, :class:`Unavailable` for one of another format.
    """
    try:
        stored = json.loads(text)
        if (found := stored.get("format", 1)) != FORMAT:
            text = f"release {number} is of format {found}, this geoservice reads {FORMAT}; run: geoservice publish"
            raise for_operators(Unavailable(text))
        manifest = Manifest.model_validate(stored)
    except (ValueError, AttributeError, RecursionError) as e:
        raise ReleaseError(f"release {number}: its manifest cannot be read; publish again, or: geoservice rollback") from e
    if _hash(stored, {"checksum"}) != manifest.checksum:
        raise ReleaseError(f"release {number}: its manifest was changed after it was written")
    return manifest


def check_table(table: pa.Table) -> pa.Table:
    """Return the sorted table; raises :class:`ReleaseError` if it breaks a rule.

    Each key is there once, each measure is declared, a value is null exactly when the status is not ``ok``, and a margin is
    where it can be: beside a value, of a measure that has margins.
    """
    if not table.schema.equals(TABLE, check_metadata=False):
        raise ReleaseError(f"release table: columns are {table.schema.to_string()}, expected {TABLE.to_string()}")
    ordered, key = _sorted(conform(table, TABLE))
    frame = ordered.select(["measure", "value", "margin", "status"]).to_pandas()
    for name in ("value", "margin"):
        if not np.isfinite(ordered[name].drop_null().to_numpy()).all():
            raise ReleaseError(f"release table: a {name} is not a finite number")
    _refuse(pd.Series(key[1:] == key[:-1]), f"repeat the key {KEY} of another")
    if bad := sorted(set(frame["status"].unique()) - {OK, *REASONS}):
        raise ReleaseError(f"release table: status {bad[:3]}, allowed are {[OK, *REASONS]}")
    _refuse((frame["status"] == OK) == frame["value"].isna(), f"where the value is null and the status is {OK}, or the reverse")
    _check_margins(frame)
    return ordered


def _check_margins(frame: pd.DataFrame) -> None:
    measures = {name: measure_of(name) for name in frame["measure"].unique()}
    exact = [name for name, measure in measures.items() if not measure.has_margin]
    given = frame["margin"].notna()
    _refuse(frame["margin"] < 0, "where the margin is below 0")
    _refuse(given & frame["value"].isna(), "with a margin and no value")
    _refuse(given & frame["measure"].isin(exact), f"with a margin of a measure that has none, which are {exact}")


def _refuse(broken: "pd.Series[bool]", rule: str) -> None:
    if n := int(broken.sum()):
        raise ReleaseError(f"release table: {n} rows {rule}")
