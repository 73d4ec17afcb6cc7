"""What a release says of itself: digests that two runs on the same input agree on, whatever the store."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.db.arrow import conform, digest
from geoservice.errors import ReleaseError, Unavailable
from geoservice.release.base import DIMENSIONS, FORMAT, RELEASED, SUPPRESSED, TABLE, Manifest

KEY = ("geography", "unit", "measure", *DIMENSIONS)


def sorted_table(table: pa.Table) -> pa.Table:
    """Return the release table in the order of its key, in the schema ``TABLE``."""
    return conform(table, TABLE).sort_by([(name, "ascending") for name in KEY])


def table_digest(table: pa.Table) -> str:
    """SHA-256 of the release table; the order of its rows makes no difference."""
    return digest(sorted_table(table))


def manifest_hash(manifest: Manifest) -> str:
    """SHA-256 of everything in the manifest but ``hash`` and ``created``, as JSON with sorted keys."""
    return _hash(manifest.model_dump(mode="json"))


def _hash(content: Mapping[str, Any]) -> str:
    covered = {k: v for k, v in content.items() if k not in {"hash", "created"}}
    canonical = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_manifest(number: int, text: bytes | str) -> Manifest:
    """Return a release's manifest out of what is stored.

    The hash is that of the stored text, whatever a newer version of this program would write into it by default. Raises
    :class:`ReleaseError` for what is no manifest or was changed, :class:`Unavailable` for one of another format.
    """
    try:
        stored = json.loads(text)
        if (found := stored.get("format", 1)) != FORMAT:
            raise Unavailable(f"release {number} is of format {found}, this geoservice reads {FORMAT}; run: geoservice publish")
        manifest = Manifest.model_validate(stored)
    except (ValueError, AttributeError) as e:
        raise ReleaseError(f"release {number}: its manifest cannot be read") from e
    if _hash(stored) != manifest.hash:
        raise ReleaseError(f"release {number}: its manifest was changed after it was written")
    return manifest


def check_table(table: pa.Table) -> pa.Table:
    """Return the table sorted; raises :class:`ReleaseError` unless each key is there once and a value null iff suppressed."""
    if not table.schema.equals(TABLE, check_metadata=False):
        raise ReleaseError(f"release table: columns are {table.schema.to_string()}, expected {TABLE.to_string()}")
    ordered = sorted_table(table)
    frame = ordered.to_pandas()
    if not np.isfinite(ordered["value"].drop_null().to_numpy()).all():
        raise ReleaseError("release table: a value is not a finite number")
    if n := int(frame.duplicated(list(KEY)).sum()):
        raise ReleaseError(f"release table: {n} rows repeat the key {KEY} of another")
    if bad := sorted(set(frame["status"].unique()) - {RELEASED, SUPPRESSED}):
        raise ReleaseError(f"release table: status {bad[:3]}, allowed are {RELEASED} and {SUPPRESSED}")
    if n := int(((frame["status"] == SUPPRESSED) != frame["value"].isna()).sum()):
        raise ReleaseError(
            f"release table: {n} rows where the value is null and the status is not {SUPPRESSED}, or the reverse"
        )
    return ordered
