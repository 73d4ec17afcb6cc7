"""A release as datasets: its layers and the release table as GeoParquet partitioned by county."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa

from geoservice.areas import chinese_level
from geoservice.datasets import Store, open_store, remove_dataset, write_dataset
from geoservice.datasets.split import split_by
from geoservice.errors import InputError, NotFound
from geoservice.progress import Progress
from geoservice.release.base import ALL, ItemQuery, PublishedLayer
from geoservice.release.batches import Batches
from geoservice.release.counties import LEVEL, Counties, county_codes
from geoservice.release.reader import Reader
from geoservice.release.sql import RELEASE_TABLE

if TYPE_CHECKING:
    from geoservice.release.protocols import FeatureReader

DESCRIPTION = "release.json"
"""The manifest of the release beside the datasets: titles and units of columns, inputs, the disclosure statement."""
LAYER_ID = re.compile("[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class ExportedDataset:
    """A dataset that was written: its name, rows, counties, and who may see its layer in the service."""

    name: str
    rows: int
    counties: int
    role: str = "public"


def export_release(reader: "FeatureReader", url: str, layers: Sequence[str], progress: Progress) -> list[ExportedDataset]:
    """Write layers of a release and the release table, and return what was written.

    Datasets of layers that an earlier export of the place names and the release no longer has are removed.

    Parameters
    ----------
    reader
        A release of a store.
    url
        A folder or ``s3://bucket/prefix``; each layer becomes a dataset of its id in it.
    layers
        Ids of layers; none are all of them and the release table.
    progress
        Called with a stage and a fraction from 0 to 1.

    Raises
    ------
    NotFound
        A layer or the bucket does not exist.
    InputError
        The release is that of a service; or the URL is not allowed.
    Conflict
        The place holds files that geoservice did not write.
    """
    if not isinstance(reader, Reader):
        raise InputError("export: got a running service; allowed is the release of a project folder or a database")
    store = open_store(url)
    chosen = [reader.layer(layer_id) for layer_id in layers]
    table, units = reader.table(), {layer.id: reader.unit_areas(layer.id) for layer in reader.manifest.layers}
    chosen = chosen or [layer for layer in reader.manifest.layers if not _is_table(layer, table)]
    counties = Counties(county_codes(table, units.values(), lambda code: chinese_level(code) == LEVEL))
    written: list[ExportedDataset] = []
    for number, layer in enumerate(chosen):
        progress(layer.id, number / len(chosen))
        parts = split_by(_features(reader, layer), counties.of_paths(units[layer.id]["area"]))
        written.append(_write(store, layer.id, parts, layer.role))
    if not layers:
        written.append(_write(store, RELEASE_TABLE, split_by(table, counties.of_rows(table, units.values()))))
    _remove_former(store, {layer.id for layer in reader.manifest.layers})
    store.write(DESCRIPTION, reader.manifest.model_dump_json(indent=1).encode())
    progress(RELEASE_TABLE, 1.0)
    return written


def _remove_former(store: Store, layers: set[str]) -> None:
    """Remove the datasets of layers that the description in the place names, but those of ``layers``."""
    try:
        former = orjson.loads(store.read(DESCRIPTION))
        ids = {str(layer["id"]) for layer in former["layers"]}
    except (NotFound, ValueError, TypeError, KeyError):  # there is none, or none of ours
        return
    for layer_id in sorted(filter(LAYER_ID.fullmatch, ids - layers)):
        remove_dataset(store, layer_id)


def _is_table(layer: PublishedLayer, table: pa.Table) -> bool:
    """Whether a layer is the release table, which is written anyway."""
    own = {"geography", "unit", *(column.name for column in layer.columns)}
    return layer.geometry == "none" and layer.features == table.num_rows and own.issuperset(table.column_names)


def _write(store: Store, name: str, parts: dict[str, pa.Table], role: str = "public") -> ExportedDataset:
    manifest = write_dataset(store, name, parts)
    return ExportedDataset(name, sum(part.rows for part in manifest.parts.values()), sum(1 for c in parts if c), role)


def _features(reader: Reader, layer: PublishedLayer) -> pa.Table:
    """Return the features of a layer in order of ``fid``, with the release and the layer's description as metadata."""
    table = pa.concat_tables(Batches(reader, layer.id, ItemQuery(limit=ALL)))
    about: dict[str, Any] = {"release": reader.manifest.hash, **layer.model_dump(include={"id", "title", "description"})}
    plain = table.drop_columns("geometry") if layer.geometry == "none" else table
    return plain.replace_schema_metadata({"geoservice": orjson.dumps(about)})
