"""What is about to be released, checked before a byte of it is written and again when it has been."""

from datetime import UTC, datetime

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
    """Return the manifest completed (layers, table digest, hash, time) and the release table sorted.

    Raises :class:`ReleaseError` when content and manifest disagree, or a table breaks a rule. A manifest whose ``layers``,
    ``table_digest`` or ``hash`` are empty has them filled in.
    """
    table = check_table(content.table)
    layers = tuple(c.layer for c in content.layers)
    ids = [x.id for x in layers]
    if len(set(ids)) != len(ids) or "base" in ids:
        raise ReleaseError(f"layers: ids are {ids}, each may be there once and none may be called base")
    for layer in content.layers:
        _check_layer(layer)
    given = content.manifest
    found = {"layers": layers, "table_digest": digest(table), "base_map": content.base_map is not None}
    for name in ("layers", "table_digest"):
        if getattr(given, name) and getattr(given, name) != found[name]:
            raise ReleaseError(f"manifest: {name} is not that of the content")
    manifest = given.model_copy(update=found)
    final = manifest_hash(manifest)
    if given.hash not in {"", final}:
        raise ReleaseError(f"manifest: hash is {given.hash}, the content has {final}")
    created = given.created or datetime.now(UTC).isoformat(timespec="seconds")
    return manifest.model_copy(update={"hash": final, "created": created}), table


def layer_schema(content: LayerContent) -> pa.Schema:
    """Return the columns that a layer's features must have."""
    known = property_types(content.layer)
    return pa.schema([("fid", pa.int64()), *((n, TYPES[t]) for n, t in known.items()), ("geometry", pa.binary())])


def _check_layer(content: LayerContent) -> None:
    layer, features, want = content.layer, content.features, layer_schema(content)
    got = pa.schema([(f.name, f.type) for f in features.schema])
    if got != want:
        raise ReleaseError(f"layer {layer.id}: columns are {got.to_string()}, expected {want.to_string()}")
    if features.num_rows != layer.features:
        raise ReleaseError(f"layer {layer.id}: {features.num_rows} features, its description says {layer.features}")
    if features["fid"].to_pylist() != list(range(1, features.num_rows + 1)):
        raise ReleaseError(f"layer {layer.id}: fid is not 1, 2, 3, ... in this order")
    _check_names(layer)
    areas = content.areas
    if areas is not None and (len(areas), areas.type) != (features.num_rows, pa.string()):
        raise ReleaseError(f"layer {layer.id}: areas are {len(areas)} of {areas.type}, expected one text a feature")
    if areas is not None and not pc.all(pc.match_substring_regex(areas, "^(/[^/]+)+/$"), min_count=0).as_py():
        raise ReleaseError(f"layer {layer.id}: areas are codes with a slash before each and at the end, as /42/4209/")
    for name in ("geography", "unit"):
        if features[name].null_count:
            raise ReleaseError(f"layer {layer.id}: {features[name].null_count} features have no {name}")


def _check_names(layer: PublishedLayer) -> None:
    """Refuse names that a store would take for one another: DuckDB does not tell capitals, and ``_`` begins its own columns."""
    names = [n.lower() for n in ("fid", "geometry", *property_types(layer))]
    if twice := sorted({n for n in names if names.count(n) > 1 or n.startswith("_")}):
        raise ReleaseError(f"layer {layer.id}: names {twice} are there twice, capitals aside, or begin with _")


def check_stored(session: Session, schema: str | None, manifest: Manifest) -> None:
    """Read back what was written; raises :class:`ReleaseError` when rows of the table or features are not what they were."""
    name = session.dialect.table(schema, sql.RELEASE_TABLE)
    if table_digest(session.scan(sql.whole_table(session.dialect, name), TABLE)) != manifest.table_digest:
        raise ReleaseError("release table: read back from the store it is not what was written")
    for layer in manifest.layers:
        stored = session.execute(sql.count(session.dialect.table(schema, sql.layer_table(layer.id))))[0][0]
        if stored != layer.features:
            raise ReleaseError(f"layer {layer.id}: {stored} features in the store, {layer.features} were written")
