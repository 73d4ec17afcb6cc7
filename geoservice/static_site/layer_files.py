"""The features of a layer as files, and its tiles as a PMTiles file, as the server writes them."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from geoservice.release.base import ALL, ItemQuery, PublishedLayer
from geoservice.release.batches import Batches
from geoservice.release.protocols import ReleaseReader
from geoservice.server.features import geojson
from geoservice.server.features.crs import STORAGE
from geoservice.server.features.downloads import content_of
from geoservice.server.features.file_formats import WRITERS
from geoservice.server.features.writers import write_indexed_flatgeobuf
from geoservice.static_site.links import archive_file

EVERYTHING = ItemQuery(limit=ALL)
CHUNK_BYTES = 4 * 2**20


def write_items(path: Path, reader: ReleaseReader, layer: PublishedLayer, suffix: str) -> None:
    """Write all features of a layer in the format of a suffix; a calendar's suffix may name its language."""
    batches = Batches(reader, layer.id, EVERYTHING)
    if suffix == ".geojson":
        return write_geojson(path, batches)
    language = "zh" if suffix.startswith(".zh.") else "en"
    content = content_of(reader, layer, EVERYTHING, STORAGE, batches, language)
    writer = WRITERS[suffix.rpartition(".")[2]]
    if suffix == ".fgb" and all_placed(reader, layer):
        writer = write_indexed_flatgeobuf
    return writer(path, content)


def all_placed(reader: ReleaseReader, layer: PublishedLayer) -> bool:
    """Whether every feature has a geometry: only then can a FlatGeobuf have a spatial index."""
    batches = Batches(reader, layer.id, ItemQuery(limit=ALL, properties=()))
    return all(table.column("geometry").null_count == 0 for table in batches)


def write_geojson(path: Path, batches: Batches) -> None:
    """Write a GeoJSON feature collection, one feature a line."""
    with path.open("wb") as out:
        out.write(b'{"type": "FeatureCollection", "features": [')
        for number, line in enumerate(_lines(batches)):
            out.write((b",\n" if number else b"\n") + line)
        out.write(b"\n]}\n")


def _lines(batches: Batches) -> Iterator[bytes]:
    for table in batches:
        yield from (orjson.dumps(feature, option=geojson.TIME_OPTIONS) for feature in geojson.features(table))


def write_archive(folder: Path, reader: ReleaseReader, layer_id: str) -> None:
    """Write the tiles of a layer, or of the base map, as one file."""
    size = reader.archive(layer_id)
    with (folder / archive_file(layer_id)).open("wb") as out:
        for at in range(0, size, CHUNK_BYTES):
            out.write(reader.read_archive(layer_id, at, min(CHUNK_BYTES, size - at)))
