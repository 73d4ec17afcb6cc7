"""The numbers of a copy's page: rows of each layer by column, in files of which a view needs few.

A layer has one or more parts, by the values of its key columns and, of a level of many areas, by the areas above. The columns
of a part may be in several groups: those of every trip (service and mode) in a group of its own. Part 3, group 1 of layer
``coverage`` is ``data/coverage/3.1.json``, the shapes of its features are ``data/coverage/3.shapes.json``, and
``data/coverage/index.json`` says which part and group to take.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.release.base import ALL, ItemQuery, PublishedLayer
from geoservice.release.batches import Batches
from geoservice.release.layers import AREA
from geoservice.release.properties import property_types
from geoservice.release.protocols import ReleaseReader
from geoservice.server.features.geojson import TIME_OPTIONS, geometries

TABLE_KEYS = ("geography", "measure", "service", "mode")
"""Keys of the release table, of whose rows a view needs those of few measures; of other layers the first alone is one."""
SPLIT_VALUES = 200_000
"""A layer with more values than this has its columns in several groups."""
PART_ROWS, PART_SHAPES = 20_000, 2_000
"""A level with more rows than this, or more shapes, is in several parts."""


def write_page_data(folder: Path, reader: ReleaseReader, layer: PublishedLayer) -> None:
    """Write all rows of a layer into a folder; the files get their version by :func:`stamp_page_data`."""
    keys = TABLE_KEYS if layer.id == "table" else TABLE_KEYS[:1]
    groups, levels, shapes = column_groups(layer), reader.manifest.study.get("levels", ()), layer.geometry != "none"
    paths = reader.unit_areas(layer.id)["area"]
    groups[0].append(AREA)
    parts: list[Sequence[Any]] = []
    areas: list[str] = []
    for values, found in layer_parts(reader, layer, keys):
        rows = found.append_column(AREA, paths.take(pc.subtract(found["fid"], 1)))
        most = (PART_SHAPES if shapes else PART_ROWS) if values[0] in levels else rows.num_rows
        for area, part in by_area(rows, most):
            for number, group in enumerate(groups):
                _write(folder / f"{len(parts)}.{number}.json", columns_of(part.select(group)))
            if shapes:
                _write(folder / f"{len(parts)}.shapes.json", {"shapes": geometries(part)})
            parts.append(values)
            areas.append(area)
    index = {"keys": keys, "groups": groups, "shapes": shapes, "parts": parts, "areas": areas}
    _write(folder / "index.json", index)


def stamp_page_data(folder: Path, version: str) -> None:
    """Write the version into every file of a folder, so that the page can refuse those of another copy than its own."""
    for path in folder.rglob("*.json"):
        path.write_bytes(orjson.dumps({"version": version})[:-1] + b"," + path.read_bytes()[1:])


def by_area(rows: pa.Table, most: int) -> Iterator[tuple[str, pa.Table]]:
    """Yield the path of an area and the rows in it, for the largest areas that have at most so many rows on average.

    >>> rows = pa.table({AREA: ["/1/11/", "/1/12/", "/1/12/"]})
    >>> [[(area, part.num_rows) for area, part in by_area(rows, most)] for most in (3, 2)]
    [[('/', 3)], [('/1/11/', 1), ('/1/12/', 2)]]
    """
    column: Any = rows.column(AREA)
    paths = column.fill_null("/")
    for depth in range(pc.max(pc.count_substring(paths, "/")).as_py()):
        above = pc.replace_substring_regex(paths, rf"^((?:/[^/]*){{{depth}}}/).*$", r"\1")
        areas = sorted(above.unique().to_pylist())
        if rows.num_rows <= most * len(areas):
            break
    for area in areas:
        yield area, rows.filter(pc.equal(above, area))


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_bytes(orjson.dumps(content, option=TIME_OPTIONS))


def column_groups(layer: PublishedLayer) -> list[list[str]]:
    """Return the columns of each group; the first has ``fid``, what identifies a feature, and all that is of no trip."""
    first, trips = ["fid", *property_types(layer)], dict[tuple[Any, Any], list[str]]()
    if layer.features * len(first) <= SPLIT_VALUES or layer.id == "table":
        return [first]
    dimensions = {column.name: column.dimensions for column in layer.columns}
    for name, stated in dimensions.items():
        own = dimensions.get(name.removesuffix("_status"), stated)  # a status has none of its own
        if (trip := (own.get("service"), own.get("mode"))) != (None, None):
            trips.setdefault(trip, []).append(name)
    of_trips = {name for names in trips.values() for name in names}
    return [[name for name in first if name not in of_trips], *trips.values()]


def layer_parts(
    reader: ReleaseReader, layer: PublishedLayer, keys: Sequence[str]
) -> Iterator[tuple[tuple[Any, ...], pa.Table]]:
    """Yield the values of the keys and the rows of each part, in the order of the values; the rows in that of ``fid``."""
    for values in distinct(reader, layer, keys[:2]):
        query = ItemQuery(limit=ALL, equals=dict(zip(keys, values, strict=False)), geometry=layer.geometry != "none")
        rows = pa.concat_tables(Batches(reader, layer.id, query))
        for more in _distinct_rows(rows, keys[2:]):
            yield (*values, *more), _matching(rows, dict(zip(keys[2:], more, strict=True)))


def distinct(reader: ReleaseReader, layer: PublishedLayer, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the combinations of values of some columns that a layer has, in order."""
    query = ItemQuery(limit=ALL, properties=tuple(names), geometry=False)
    found = {row for table in Batches(reader, layer.id, query) for row in _distinct_rows(table, names)}
    return sorted(found)


def _distinct_rows(table: pa.Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
    if not names:
        return [()]
    rows = table.select(names).group_by(list(names)).aggregate([]).select(names).to_pydict()
    return sorted(zip(*rows.values(), strict=True))


def _matching(table: pa.Table, values: Mapping[str, Any]) -> pa.Table:
    for name, value in values.items():
        table = table.filter(pc.equal(table.column(name), value))
    return table


def columns_of(table: pa.Table) -> dict[str, Any]:
    """Return rows by column; a column with the same value in every row is that value in ``same``.

    >>> columns_of(pa.table({"unit": ["a", "b"], "mode": ["walk", "walk"]}))
    {'rows': 2, 'same': {'mode': 'walk'}, 'columns': {'unit': ['a', 'b']}}
    """
    values = table.to_pydict()
    same = {name: column[0] for name, column in values.items() if column and all(v == column[0] for v in column)}
    return {"rows": table.num_rows, "same": same, "columns": {n: c for n, c in values.items() if n not in same}}
