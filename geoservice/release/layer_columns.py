"""Columns of a layer file turned into columns of features: placeholders filled in, released values pivoted."""

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
from geoservice.geo import Ints
from geoservice.layer import Label, Layer, LayerColumn
from geoservice.measures import measure_of
from geoservice.release.base import DIMENSIONS, PublishedColumn

MAX_COLUMNS = 900
"""Properties of a layer, margins included: PostgreSQL keeps a row on one page of 8 kB, which holds some 960 numbers."""

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
"""Arrow types by the layer file's word; a timestamp is in UTC, and says so by its name alone."""

CODED = frozenset({"measure", "status", *DIMENSIONS})
"""Properties whose values are codes, each with a meaning of its own."""
MAX_CODES = 100
"""Values of a property that are listed; those of more are not."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")

Property = tuple[PublishedColumn, "pa.Array[Any]"]


@dataclass(frozen=True)
class DimensionLabels:
    """How the values of dimensions are called in titles, and which values a layer's colour shows first.

    ``labels[dimension][value]`` has the words of a value; one without is shown as it is. ``first[dimension]`` is the value that
    a style's property takes where its name has placeholders.
    """

    labels: Mapping[str, Mapping[str | int, Label]] = field(default_factory=dict)
    first: Mapping[str, str | int] = field(default_factory=dict)

    def title(self, title: Label, values: Mapping[str, str | int]) -> Label:
        """Fill the placeholders of a title in; a brace that is none of them stays as it is."""
        words = {d: self.labels.get(d, {}).get(v) or Label(zh=str(v), en=str(v)) for d, v in values.items()}
        zh, en = {d: w.zh for d, w in words.items()}, {d: w.en for d, w in words.items()}
        return Label(zh=_filled(title.zh, zh), en=_filled(title.en, en))

    def chosen(self, name: str | None, columns: Sequence[tuple[str, PublishedColumn]]) -> str | None:
        """Return the property that a style's ``name`` stands for, among ``(name in the layer file, column)``."""
        made = [c for template, c in columns if name in (template, c.name)]
        fits = [sum(c.dimensions.get(d) == v for d, v in self.first.items()) for c in made]
        return made[fits.index(max(fits))].name if made else None


def placeholders(column: LayerColumn, layer: str) -> list[str]:
    """Return the dimensions that a column's name asks for, in order; raises :class:`StudyError` for any other word."""
    names = [field for _, field, _, _ in Formatter().parse(column.name) if field is not None]
    if unknown := [n for n in names if n not in DIMENSIONS]:
        raise StudyError(
            f"layer {layer}: column {column.name}: placeholder {unknown} is unknown, allowed are {list(DIMENSIONS)}"
        )
    return list(dict.fromkeys(names))


def measured(layer: Layer, column: LayerColumn, rows: pd.DataFrame, size: int, wording: DimensionLabels) -> Iterator[Property]:
    """One property for each combination of the placeholders' values in ``rows``, sorted, each with its margin behind it.

    ``rows`` are those of the release table at the layer's geographies, with ``at``: the position of the feature of ``size``.
    """
    if column.type not in {"number", "integer"}:
        raise StudyError(f"layer {layer.id}: column {column.name}: a measure is a number or an integer, got {column.type}")
    asked = placeholders(column, layer.id)
    mine = rows[rows["measure"] == column.measure]
    for dimension, value in column.where.items():
        mine = mine[mine[dimension] == value]
    groups = mine.groupby(asked, sort=True, observed=True) if asked else [((), mine)]
    for key, part in groups:
        values: dict[str, str | int] = {str(k): v for k, v in column.where.items()}
        values.update(zip(asked, map(_plain, key), strict=True))
        property_ = _published(layer, column, values, wording)
        yield property_, typed(_spread(layer, column, part, size, "value"), column, layer.id)
        if measure_of(str(column.measure)).has_margin:
            yield margin_column(layer, property_), _spread(layer, column, part, size, "margin")


def _plain(value: Any) -> str | int:
    return value if isinstance(value, str) else int(value)


def margin_column(layer: Layer, of: PublishedColumn) -> PublishedColumn:
    """Return the property that holds the margin of another."""
    title = Label(zh=f"{of.title.zh}：误差范围（90%）", en=f"{of.title.en}: margin (90 %)")
    changed = {
        "name": _checked(layer, f"{of.name}_margin"),
        "title": title,
        "type": "number",
        "measure": None,
        "margin_of": of.name,
    }
    return of.model_copy(update=changed)


def _spread(layer: Layer, column: LayerColumn, part: pd.DataFrame, size: int, name: str) -> "pa.Array[Any]":
    if part["at"].duplicated().any():
        loose = [d for d in DIMENSIONS if len(part[d].unique()) > 1]
        raise StudyError(
            f"layer {layer.id}: column {column.name}: a unit has several values, they differ in {loose}; "
            "fix these in where or name them in the column"
        )
    out = np.full(size, np.nan)
    out[part["at"].to_numpy()] = part[name].to_numpy(float)
    if name == "value" and column.type == "integer":
        out = np.round(out)
    values: pa.Array[Any] = pa.array(out, from_pandas=True)
    return values


def typed(values: "pa.Array[Any]", column: LayerColumn, layer: str) -> "pa.Array[Any]":
    """Return values in the type that the layer file states; raises :class:`StudyError` where they do not fit."""
    try:
        return values.cast(TYPES[column.type])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
        raise StudyError(f"layer {layer}: column {column.name}: values of type {values.type} are not {column.type}") from e


def _published(layer: Layer, column: LayerColumn, values: dict[str, str | int], wording: DimensionLabels) -> PublishedColumn:
    return PublishedColumn(
        name=_checked(layer, column.name.format(**values)),
        title=wording.title(column.title, values),
        type=column.type,
        unit=column.unit,
        measure=column.measure,
        dimensions=values,
    )


def _checked(layer: Layer, name: str) -> str:
    if not _NAME.match(name):
        raise StudyError(f"layer {layer.id}: column {name!r}: allowed are lower-case letters, digits and _, at most 63")
    return name


def _filled(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: words.get(m.group(1), m.group(0)), text)


def attribute(layer: Layer, column: LayerColumn, tables: Sequence[pa.Table]) -> Property:
    """A public attribute of the units, stacked over the tables; null where a table does not have it."""
    if tables and not any(column.name in t.column_names for t in tables):
        allowed = sorted({n for t in tables for n in t.column_names} - {"geometry"})
        raise StudyError(f"layer {layer.id}: column {column.name}: the units have no such attribute, they have {allowed}")
    parts = [
        typed(t.column(column.name).combine_chunks(), column, layer.id)
        if column.name in t.column_names
        else _nulls(t.num_rows, column.type)
        for t in tables
    ]
    values = pa.concat_arrays(parts) if parts else _nulls(0, column.type)
    published = _published(layer, column, {}, DimensionLabels())
    return published.model_copy(update={"values": codes(values)}) if column.name in CODED else published, values


def codes(values: "pa.Array[Any]") -> tuple[Any, ...]:
    """Return the distinct values in order, nothing for more than ``MAX_CODES``.

    >>> codes(pa.array(["walk", None, "drive", "walk"]))
    ('drive', 'walk')
    """
    distinct = [value for value in pc.unique(values).to_pylist() if value is not None]
    return tuple(sorted(distinct)) if len(distinct) <= MAX_CODES else ()


def _nulls(size: int, kind: str) -> "pa.Array[Any]":
    return pa.array([None] * size, TYPES[kind])


def refuse_clashes(layer: Layer, names: Sequence[str]) -> None:
    """Raise :class:`StudyError` when names of properties clash or are too many."""
    taken = ["fid", "geography", "unit", "geometry", *names]
    if twice := sorted({n for n in taken if taken.count(n) > 1}):
        raise StudyError(f"layer {layer.id}: columns {twice} are there twice (fid, geography, unit and geometry always are)")
    if len(names) > MAX_COLUMNS:
        raise StudyError(f"layer {layer.id}: {len(names)} columns, at most {MAX_COLUMNS}; fix more dimensions in where")


def positions(rows: pd.DataFrame, index: pd.MultiIndex) -> Ints:
    """Return the feature that each row speaks of, -1 for none."""
    keys = pd.MultiIndex.from_arrays([rows["geography"], rows["unit"]])
    return np.asarray(index.get_indexer(keys), np.int64)
