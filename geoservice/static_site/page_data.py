"""The numbers of a copy's page: rows of each layer by column, in files of which a view needs few.

A layer has one or more parts, by the values of its key columns, and the columns of a part may be in several groups: those of
every trip (service and mode) in a group of its own. Part 3, group 1 of layer ``coverage`` is ``data/coverage/3.1.json``, the
shapes of its features are ``data/coverage/3.shapes.json``, and ``data/coverage/index.json`` says which part and group to take.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.release.base import ALL, ItemQuery, PublishedLayer
from geoservice.release.batches import Batches
from geoservice.release.properties import property_types
from geoservice.release.protocols import ReleaseReader
from geoservice.server.features.geojson import TIME_OPTIONS, geometries

TABLE_KEYS = ("geography", "measure", "service", "mode")
"""Keys of the release table, of whose rows a view needs those of few measures; of other layers the first alone is one."""
SPLIT_VALUES = 200_000
"""A layer with more values than this has its columns in several groups."""


def write_page_data(folder: Path, reader: ReleaseReader, layer: PublishedLayer) -> None:
    """Write all rows of a layer into a folder; the files get their version by :func:`stamp_page_data`."""
    keys = TABLE_KEYS if layer.id == "table" else TABLE_KEYS[:1]
    groups = column_groups(layer)
    parts: list[Sequence[Any]] = []
    for values, rows in layer_parts(reader, layer, keys):
        for number, group in enumerate(groups):
            _write(folder / f"{len(parts)}.{number}.json", columns_of(rows.select(group)))
        if layer.geometry != "none":
            _write(folder / f"{len(parts)}.shapes.json", {"shapes": geometries(rows)})
        parts.append(values)
    shapes = layer.geometry != "none"
    _write(folder / "index.json", {"keys": keys, "groups": groups, "shapes": shapes, "parts": parts})


def stamp_page_data(folder: Path, version: str) -> None:
    """Write the version into every file of a folder, so that the page can refuse those of another copy than its own."""
    for path in folder.rglob("*.json"):
        path.write_bytes(orjson.dumps({"version": version})[:-1] + b"," + path.read_bytes()[1:])


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
