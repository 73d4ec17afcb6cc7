"""Rows of a release as GeoJSON, CSV or a table: the only place where Arrow becomes text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import pyarrow as pa
import shapely

from geoservice.publish.links import Link
from geoservice.release.base import SUPPRESSED, PublishedLayer

KEYS = ("fid", "geometry")
Fragment = orjson.Fragment


def geometries(table: pa.Table) -> list[Any]:
    """Return the geometries as ready pieces of GeoJSON, ``None`` where there is none."""
    if "geometry" not in table.column_names:
        return [None] * table.num_rows
    shapes = shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False))
    return [None if text is None else Fragment(text) for text in shapely.to_geojson(shapes)]


def properties(table: pa.Table) -> list[dict[str, Any]]:
    """Return the properties of each row, in the order of the columns."""
    rows: list[dict[str, Any]] = table.select([n for n in table.column_names if n not in KEYS]).to_pylist()
    return rows or [{} for _ in range(table.num_rows)]


def features(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows as GeoJSON features whose ``id`` is the ``fid``."""
    parts = zip(table.column("fid").to_pylist(), geometries(table), properties(table), strict=True)
    return [{"type": "Feature", "id": fid, "geometry": shape, "properties": values} for fid, shape, values in parts]


def measures(table: pa.Table, layer: PublishedLayer) -> dict[str, bool]:
    """Tell for each property whether it is a measure, whose null means suppressed."""
    named = {c.name for c in layer.columns if c.measure is not None}
    return {name: name in named for name in table.column_names if name not in KEYS}


def plain(text: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: text that looks like one gets an apostrophe before it.

    >>> plain("=1+1"), plain("Kallio"), plain(-3.5)
    ("'=1+1", 'Kallio', -3.5)
    """
    return "'" + text if isinstance(text, str) and text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def points(table: pa.Table) -> list[tuple[float | None, float | None]]:
    """Return longitude and latitude of each row, of a point inside where the geometry is not a point."""
    if "geometry" not in table.column_names:
        return [(None, None)] * table.num_rows
    inside = shapely.point_on_surface(shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)))
    pairs = zip(shapely.get_x(inside).tolist(), shapely.get_y(inside).tolist(), strict=True)
    return [(round(x, 6), round(y, 6)) if x == x else (None, None) for x, y in pairs]  # noqa: PLR0124 - NaN is a missing shape


def to_csv(table: pa.Table, layer: PublishedLayer, geometry: bool) -> str:
    """Return the rows as CSV with a byte-order mark, which spreadsheets need to read Chinese; suppressed is written out."""
    kinds = measures(table, layer)
    places = points(table) if geometry and layer.geometry != "none" else None
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["fid", *(("lon", "lat") if places else ()), *kinds])
    for at, (fid, row) in enumerate(zip(table.column("fid").to_pylist(), properties(table), strict=True)):
        cells = [SUPPRESSED if row[n] is None and measure else plain(row[n]) for n, measure in kinds.items()]
        writer.writerow([fid, *(places[at] if places else ()), *cells])
    return out.getvalue()


def collection(table: pa.Table, links: Sequence[Link], matched: int | None, stamp: str) -> bytes:
    """Return a GeoJSON feature collection; ``numberMatched`` is left out where it is not known."""
    head: dict[str, Any] = {"type": "FeatureCollection", "timeStamp": stamp, "links": links, "numberReturned": table.num_rows}
    if matched is not None:
        head["numberMatched"] = matched
    return orjson.dumps({**head, "features": features(table)})


def titles(table: pa.Table, layer: PublishedLayer, language: str) -> list[str]:
    """Return the heading of each property: its title and unit in a language, or its name."""
    named = {c.name: getattr(c.title, language) + (f" ({c.unit})" if c.unit else "") for c in layer.columns}
    return [named.get(n, n) for n in table.column_names if n not in KEYS]


def cells(table: pa.Table) -> Iterable[list[Any]]:
    """Return rows of values for a page, ``fid`` first."""
    for fid, row in zip(table.column("fid").to_pylist(), properties(table), strict=True):
        yield [fid, *row.values()]
