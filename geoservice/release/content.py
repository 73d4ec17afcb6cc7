"""Checks of a release's content, before it is written and again afterwards."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.db import Session
from geoservice.db.arrow import digest
from geoservice.errors import ReleaseError
from geoservice.release import sql
from geoservice.release.base import TABLE, LayerContent, Manifest, PublishedLayer, ReleaseContent
from geoservice.release.layer_columns import TYPES
from geoservice.release.manifest import check_table, manifest_hash, table_digest
from geoservice.release.properties import property_types


def checked(content: ReleaseContent) -> tuple[Manifest, pa.Table]:
    """Return the complete manifest (layers, table digest, hash, time) and the sorted release table.

    Raises :class:`ReleaseError` when content and manifest disagree, or a table breaks a rule. Empty ``layers``,
    ``table_digest`` and ``hash`` of the manifest are filled in.
    """
    table = check_table(content.table)
    layers = tuple(c.layer for c in content.layers)
    ids = [x.id for x in layers]
    if len(set(ids)) != len(ids) or "base" in ids:
        raise ReleaseError(f"layers: ids are {ids}, allowed are unique ids other than base")
    for layer in content.layers:
        _check_layer(layer)
    incoming = content.manifest
    derived = {"layers": layers, "table_digest": digest(table), "base_map": content.base_map is not None}
    for name in ("layers", "table_digest"):
        if getattr(incoming, name) and getattr(incoming, name) != derived[name]:
            raise ReleaseError(f"manifest: {name} is not that of the content")
    manifest = incoming.model_copy(update=derived)
    final = manifest_hash(manifest)
    if incoming.hash not in {"", final}:
        raise ReleaseError(f"manifest: hash is {incoming.hash}, the content has {final}")
    created = incoming.created or datetime.now(UTC).isoformat(timespec="seconds")
    return manifest.model_copy(update={"hash": final, "created": created}), table


def layer_schema(content: LayerContent) -> pa.Schema:
    """Return the schema that a layer's features must have."""
    properties = property_types(content.layer)
    return pa.schema([("fid", pa.int64()), *((n, TYPES[t]) for n, t in properties.items()), ("geometry", pa.binary())])


def _check_layer(content: LayerContent) -> None:
    layer, features, expected = content.layer, content.features, layer_schema(content)
    got = pa.schema([(f.name, f.type) for f in features.schema])
    if got != expected:
        raise ReleaseError(f"layer {layer.id}: columns are {got.to_string()}, expected {expected.to_string()}")
    if features.num_rows != layer.features:
        raise ReleaseError(f"layer {layer.id}: {features.num_rows} features, its description says {layer.features}")
    if not np.array_equal(features["fid"].to_numpy(), np.arange(1, features.num_rows + 1)):
        raise ReleaseError(f"layer {layer.id}: fid is not 1, 2, 3, ... in this order")
    _check_names(layer)
    areas = content.areas
    if areas is not None and (len(areas), areas.type) != (features.num_rows, pa.string()):
        raise ReleaseError(f"layer {layer.id}: areas are {len(areas)} of {areas.type}, expected one text per feature")
    if areas is not None and not pc.all(pc.match_substring_regex(areas, "^(/[^/]+)+/$"), min_count=0).as_py():
        raise ReleaseError(f"layer {layer.id}: areas must be codes with a slash before each and at the end, as /42/4209/")
    for name in ("geography", "unit"):
        if features[name].null_count:
            raise ReleaseError(f"layer {layer.id}: {features[name].null_count} features have no {name}")


def _check_names(layer: PublishedLayer) -> None:
    """Reject names that clash in a store: DuckDB ignores case, and the stores' own columns begin with ``_``."""
    names = [n.lower() for n in ("fid", "geometry", *property_types(layer))]
    if clashes := sorted({n for n in names if names.count(n) > 1 or n.startswith("_")}):
        raise ReleaseError(f"layer {layer.id}: names {clashes} occur twice, ignoring case, or begin with _")


def check_stored(session: Session, schema: str | None, manifest: Manifest, table: pa.Table) -> None:
    """Read the release back; raises :class:`ReleaseError` when the table or a number of features differs from what was written.

    ``table`` is the release table. A store may return its rows in another order; then the digests are compared, which takes
    longer.
    """
    name = session.dialect.table(schema, sql.RELEASE_TABLE)
    found = session.scan(sql.select_table(session.dialect, name), TABLE)
    if not found.equals(table) and table_digest(found) != manifest.table_digest:
        raise ReleaseError("release table: the store does not return what was written")
    for layer in manifest.layers:
        stored = session.execute(sql.count(session.dialect.table(schema, sql.layer_table(layer.id))))[0][0]
        if stored != layer.features:
            raise ReleaseError(f"layer {layer.id}: {stored} features in the store, {layer.features} were written")
