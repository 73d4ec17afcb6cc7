"""The properties of features from the columns of a layer file: placeholders are filled in and released values pivoted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.errors import StudyError
from geoservice.geo import Floats, Ints
from geoservice.layer import Label, Layer, LayerColumn
from geoservice.measures import measure_of
from geoservice.release.base import DIMENSIONS, PublishedColumn

MAX_COLUMNS = 900
"""Properties of a layer, including margins: PostgreSQL stores a row in one page of 8 kB, which holds some 960 numbers."""

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
"""Arrow types by the type names of layer files; timestamps are in UTC, without a time zone in their type."""

CODED = frozenset({"measure", "status", *DIMENSIONS})
"""Properties whose values are codes, each with a meaning of its own."""
MAX_CODES = 100
"""Values of a property that are listed; those of more are not."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")

Property = tuple[PublishedColumn, "pa.Array[Any]"]


@dataclass(frozen=True)
class DimensionLabels:
    """Labels of the values of dimensions for titles, and the values that a layer's style shows.

    ``labels[dimension][value]`` is the label of a value; a value without one is shown unchanged. ``first[dimension]`` is the
    value that fills a placeholder in the name of a style's property.
    """

    labels: Mapping[str, Mapping[str | int, Label]] = field(default_factory=dict)
    first: Mapping[str, str | int] = field(default_factory=dict)

    def title(self, title: Label, values: Mapping[str, str | int]) -> Label:
        """Return a title with its placeholders filled in; other braces stay unchanged."""
        labels = {d: self.labels.get(d, {}).get(v) or Label(zh=str(v), en=str(v)) for d, v in values.items()}
        zh, en = {d: label.zh for d, label in labels.items()}, {d: label.en for d, label in labels.items()}
        return Label(zh=_fill_placeholders(title.zh, zh), en=_fill_placeholders(title.en, en))

    def styled_property(self, name: str | None, columns: Sequence[tuple[str, PublishedColumn]]) -> str | None:
        """Return the property that a style's ``name`` refers to, among ``(name in the layer file, column)``."""
        candidates = [c for template, c in columns if name in (template, c.name)]
        scores = [sum(c.dimensions.get(d) == v for d, v in self.first.items()) for c in candidates]
        return candidates[scores.index(max(scores))].name if candidates else None


def placeholders(column: LayerColumn, layer: str) -> list[str]:
    """Return the dimensions in the placeholders of a column's name, in order; raises :class:`StudyError` for other names."""
    names = [field for _, field, _, _ in Formatter().parse(column.name) if field is not None]
    if unknown := [n for n in names if n not in DIMENSIONS]:
        raise StudyError(
            f"layer {layer}: column {column.name}: placeholder {unknown} is unknown, allowed are {list(DIMENSIONS)}"
        )
    return list(dict.fromkeys(names))


def measure_columns(
    layer: Layer, column: LayerColumn, rows: pd.DataFrame, size: int, labels: DimensionLabels
) -> Iterator[Property]:
    """Yield a property for each combination of the placeholders' values in ``rows``, sorted, each followed by its margin.

    ``rows`` are those of the column's measure at the layer's geographies; ``at`` is the position of their feature, of ``size``.
    """
    if column.type not in {"number", "integer"}:
        raise StudyError(f"layer {layer.id}: column {column.name}: a measure is a number or an integer, got {column.type}")
    dimensions = placeholders(column, layer.id)
    selected = rows
    for dimension, value in column.where.items():
        selected = selected[selected[dimension] == value]
    keys, group = _combinations(selected, dimensions)
    cell = group * size + selected["at"].to_numpy()
    _check_distinct(layer, column, selected, group, cell)
    numbers, margins = (_dense(cell, selected[name], len(keys), size) for name in ("value", "margin"))
    if column.type == "integer":
        numbers = np.round(numbers)
    for key, values_of_key, margins_of_key in zip(keys, numbers, margins, strict=True):
        values: dict[str, str | int] = {str(k): v for k, v in column.where.items()}
        values.update(zip(dimensions, map(_plain, key), strict=True))
        property_ = _published_column(layer, column, values, labels)
        yield property_, cast_values(pa.array(values_of_key, from_pandas=True), column, layer.id)
        if measure_of(str(column.measure)).has_margin:
            yield margin_column(layer, property_), pa.array(margins_of_key, from_pandas=True)


def _combinations(rows: pd.DataFrame, dimensions: list[str]) -> tuple[list[tuple[Any, ...]], Ints]:
    """Return the combinations of values of some dimensions, sorted, and the position of each row's; one without dimensions."""
    if not dimensions:
        return [()], np.zeros(len(rows), np.int64)
    groups = rows.groupby(dimensions, sort=True, observed=True)
    keys = groups.size().index
    return [key if isinstance(key, tuple) else (key,) for key in keys], np.asarray(groups.ngroup(), np.int64)


def _dense(cell: Ints, values: "pd.Series[Any]", rows: int, size: int) -> Floats:
    """Return values as a matrix of shape ``(rows, size)`` from their positions in it; NaN where there is none."""
    matrix = np.full(rows * size, np.nan)
    matrix[cell] = values.to_numpy(float)
    return matrix.reshape(rows, size)


def _plain(value: Any) -> str | int:
    return value if isinstance(value, str) else int(value)


def margin_column(layer: Layer, of: PublishedColumn) -> PublishedColumn:
    """Return the property for the margin of another."""
    title = Label(zh=f"{of.title.zh}：误差范围（90%）", en=f"{of.title.en}: margin (90 %)")
    update = {
        "name": _valid_name(layer, f"{of.name}_margin"),
        "title": title,
        "type": "number",
        "measure": None,
        "margin_of": of.name,
    }
    return of.model_copy(update=update)


def _check_distinct(layer: Layer, column: LayerColumn, rows: pd.DataFrame, group: Ints, cell: Ints) -> None:
    """Raise :class:`StudyError` if two rows have the same cell: a unit would have two values of one property."""
    if len(np.unique(cell)) == len(cell):
        return
    repeated = pd.Series(cell).duplicated(keep=False).to_numpy()
    part = rows[group == group[repeated][0]]
    free = [d for d in DIMENSIONS if len(part[d].unique()) > 1]
    raise StudyError(
        f"layer {layer.id}: column {column.name}: a unit has several values, they differ in {free}; "
        "fix these in where or name them in the column"
    )


def cast_values(values: "pa.Array[Any]", column: LayerColumn, layer: str) -> "pa.Array[Any]":
    """Return values in the type of the layer file; raises :class:`StudyError` if they do not fit it."""
    try:
        return values.cast(TYPES[column.type])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
        raise StudyError(f"layer {layer}: column {column.name}: values of type {values.type} are not {column.type}") from e


def _published_column(
    layer: Layer, column: LayerColumn, values: dict[str, str | int], labels: DimensionLabels
) -> PublishedColumn:
    return PublishedColumn(
        name=_valid_name(layer, column.name.format(**values)),
        title=labels.title(column.title, values),
        type=column.type,
        unit=column.unit,
        measure=column.measure,
        dimensions=values,
    )


def _valid_name(layer: Layer, name: str) -> str:
    if not _NAME.match(name):
        raise StudyError(f"layer {layer.id}: column {name!r}: allowed are lower-case letters, digits and _, at most 63")
    return name


def _fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: values.get(m.group(1), m.group(0)), text)


def attribute_column(layer: Layer, column: LayerColumn, tables: Sequence[pa.Table]) -> Property:
    """Return a public attribute of the units, stacked over the tables; null where a table does not have it."""
    if tables and not any(column.name in t.column_names for t in tables):
        allowed = sorted({n for t in tables for n in t.column_names} - {"geometry"})
        raise StudyError(f"layer {layer.id}: column {column.name}: the units have no such attribute, they have {allowed}")
    parts = [
        cast_values(t.column(column.name).combine_chunks(), column, layer.id)
        if column.name in t.column_names
        else _nulls(t.num_rows, column.type)
        for t in tables
    ]
    values = pa.concat_arrays(parts) if parts else _nulls(0, column.type)
    published = _published_column(layer, column, {}, DimensionLabels())
    return published.model_copy(update={"values": distinct_codes(values)}) if column.name in CODED else published, values


def distinct_codes(values: "pa.Array[Any]") -> tuple[Any, ...]:
    """Return the distinct values in order, nothing for more than ``MAX_CODES``.

    >>> distinct_codes(pa.array(["walk", None, "drive", "walk"]))
    ('drive', 'walk')
    """
    distinct = [value for value in pc.unique(values).to_pylist() if value is not None]
    return tuple(sorted(distinct)) if len(distinct) <= MAX_CODES else ()


def _nulls(size: int, kind: str) -> "pa.Array[Any]":
    return pa.array([None] * size, TYPES[kind])


def check_names(layer: Layer, names: Sequence[str]) -> None:
    """Raise :class:`StudyError` when names of properties clash or are too many."""
    columns = ["fid", "geography", "unit", "geometry", *names]
    if duplicates := sorted({n for n in columns if columns.count(n) > 1}):
        raise StudyError(
            f"layer {layer.id}: columns {duplicates} occur twice (every layer has fid, geography, unit and geometry)"
        )
    if len(names) > MAX_COLUMNS:
        raise StudyError(f"layer {layer.id}: {len(names)} columns, at most {MAX_COLUMNS}; fix more dimensions in where")


def feature_positions(geography: pd.Categorical, unit: pd.Categorical, index: pd.MultiIndex) -> Ints:
    """Return the position in the index of the feature of each row's geography and unit, -1 for none; shape ``(rows,)``."""
    units = max(len(unit.categories), 1)
    number, pairs = pd.factorize(geography.codes.astype(np.int64) * units + unit.codes)
    keys = pd.MultiIndex.from_arrays([geography.categories[pairs // units], unit.categories[pairs % units]])
    return np.asarray(index.get_indexer(keys)[number], np.int64)
