"""The data of CQL2's abstract tests (OGC 21-065, Annex A) as a release of three layers, and what each test expects."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyogrio
import shapely

from geoservice.layer import Label, Style
from geoservice.release import LayerContent, Manifest, ReleaseContent
from geoservice.release.base import TABLE, PublishedColumn, PublishedLayer
from geoservice.release.layer_columns import TYPES

GEOMETRIES = {
    "ne_110m_admin_0_countries": "polygon",
    "ne_110m_populated_places_simple": "point",
    "ne_110m_rivers_lake_centerlines": "line",
}
"""The layers, named as the tests name the collections."""

_KINDS = {"string": "text", "int64": "integer", "double": "number", "bool": "boolean", "date32[day]": "date"}

ERRATA = {
    "ACCENTI(name) LIKE accenti('Ch%')": 3,
    "ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))": 1,
    "ACCENTI(CASEI(name)) LIKE accenti(casei('cHis%'))": 1,
}
"""Where the standard's table is wrong of its own data: Chișinău, Chicago and Chengdu begin with Ch, one of them with Chis.

The table says 2 for all three: numbers left over from older filters (opengeospatial/ogcapi-features, issue 1011).
"""


@dataclass(frozen=True)
class Case:
    """A filter and how many features it lets through."""

    layer: str
    text: str
    expected: int


def annex_cases(folder: Path) -> list[Case]:
    """Read the 274 predicates of ``folder/predicates.csv``, with the errata put right."""
    with (folder / "predicates.csv").open(encoding="utf-8", newline="") as file:
        rows = [(r["collection"], r["predicate"], int(r["expected_count"])) for r in csv.DictReader(file)]
    return [Case(layer, text, ERRATA.get(text, expected)) for layer, text, expected in rows]


def annex_content(folder: Path) -> ReleaseContent:
    """Read ``folder/ne110m4cql2.gpkg``; properties keep their names, ``unit`` is the row's number."""
    layers = [_layer(folder / "ne110m4cql2.gpkg", name, kind) for name, kind in GEOMETRIES.items()]
    manifest = Manifest(
        code_version="1",
        study={"id": "annex", "title": {"zh": "附录A", "en": "Annex A"}},
        inputs={},
        parameters={},
        table_digest="",
        layers=(),
        disclosure={},
    )
    return ReleaseContent(layers, TABLE.empty_table(), manifest)


def _layer(file: Path, name: str, geometry: str) -> LayerContent:
    meta, table = pyogrio.read_arrow(file, layer=name)
    shape = meta["geometry_name"] or "wkb_geometry"
    names = [n for n in table.column_names if n not in {shape, "fid"}]
    kinds = {n: _KINDS.get(str(table.schema.field(n).type), "timestamp") for n in names}
    count = table.num_rows
    columns = {
        "fid": pa.array(range(1, count + 1), pa.int64()),
        "geography": pa.array([name] * count, pa.string()),
        "unit": pa.array([str(i) for i in range(1, count + 1)], pa.string()),
        **{n: table[n].combine_chunks().cast(TYPES[kinds[n]]) for n in names},
        "geometry": table[shape].combine_chunks().cast(pa.binary()),
    }
    published = PublishedLayer(
        id=name,
        title=_label(name),
        description=_label(name),
        geometry=geometry,
        role="public",
        minzoom=0,
        maxzoom=2,
        zooms={name: 0},
        columns=tuple(PublishedColumn(name=n, title=_label(n), type=kinds[n]) for n in names),
        style=Style(kind={"polygon": "fill", "point": "circle", "line": "line"}[geometry]),
        bbox=tuple(shapely.total_bounds(shapely.from_wkb(columns["geometry"].to_numpy(zero_copy_only=False))).tolist()),
        features=count,
    )
    return LayerContent(published, pa.table(columns))


def _label(text: str) -> Label:
    return Label(zh=text, en=text)
