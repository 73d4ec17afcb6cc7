"""Layers of features, built from the release table as the layer files describe them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geoservice.errors import ReleaseError
from geoservice.geo import BBox, Floats
from geoservice.layer import Label, Layer, LayerColumn
from geoservice.measures import measure_of
from geoservice.release.base import TABLE, LayerContent, PublishedColumn, PublishedLayer
from geoservice.release.layer_columns import (
    DimensionLabels,
    Property,
    attribute_column,
    check_names,
    distinct_codes,
    feature_positions,
    measure_columns,
)
from geoservice.release.manifest import sorted_table
from geoservice.release.mercator import to_mercator
from geoservice.release.spatial_order import sort_units
from geoservice.release.value_status import status_of, style_with_status
from geoservice.release.zooms import first_zooms, last_zoom

Shapes = NDArray[Any]
NO_LABELS = DimensionLabels()
AREA = "area_path"
"""The column of units with the path of the areas around them."""
_TABLE_TYPES = ("text", "text", "text", "text", "text", "text", "integer", "text", "integer", "number", "number", "text")


def build_layers(
    layers: Sequence[Layer], units: Mapping[str, pa.Table], table: pa.Table, labels: DimensionLabels = NO_LABELS
) -> Iterator[LayerContent]:
    """Yield the features of each layer, built from the release table.

    Parameters
    ----------
    layers
        Layer files. A layer without geography is the release table itself: one feature per row, without geometry.
    units
        For each geography: ``unit``, ``geometry`` (WKB or null) and public attributes. A missing geography has no units.
        ``area`` is not an attribute: it is the path of the areas around a unit, as ``areas`` of :class:`LayerContent`.
    table
        The release table, in any order of rows; texts may be dictionary-encoded.
    labels
        Labels of the values of dimensions, and the values that a style's property shows.

    Yields
    ------
    LayerContent
        Features in order of geography (coarse to fine) and unit, ``fid`` from 1; thousands of units of one geography are
        ordered along a space-filling curve instead, so that neighbours on a page or map are stored together. A measure with
        margins is followed by ``<property>_margin``. A value that cannot exist is null; for the styled property and columns
        with ``status``, ``<property>_status`` has the reason, and marks uncertain values. Placeholders are filled with every
        combination of values that the table has for the measure and ``where``, sorted.

    Raises
    ------
    StudyError
        When a layer file refers to something that does not exist, or would give a unit two values of one property.
    ReleaseError
        When a unit occurs twice, the table has a unit that is not among the units, or a measure is not declared.
    """
    frame = _frame(table if any(layer.geography for layer in layers) else table.slice(0, 0))
    for layer in layers:
        yield _units_layer(layer, units, frame, labels) if layer.geography else _table_layer(layer, units, table)


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return the release table with text columns as sorted categories."""
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type) or pa.types.is_dictionary(column.type):
            encoded = column.combine_chunks().dictionary_encode()
            order = pc.sort_indices(encoded.dictionary).to_numpy()
            codes = np.argsort(order)[encoded.indices.to_numpy()]
            texts = pd.Index(encoded.dictionary.take(pa.array(order)).to_pylist())
            columns[name] = pd.Categorical.from_codes(codes, texts)
        else:
            columns[name] = column.to_numpy()
    return pd.DataFrame(columns)


def _units_layer(layer: Layer, units: Mapping[str, pa.Table], frame: pd.DataFrame, labels: DimensionLabels) -> LayerContent:
    measures = {c.measure for c in layer.columns if c.measure}
    names = shown_geographies(layer, units, set(frame.loc[frame["measure"].isin(measures), "geography"]))
    ordered = [sort_units(units[g]) for g in names]
    areas = pa.concat_arrays([pa.nulls(0, pa.string()), *map(_areas, ordered)])
    tables = [t.drop_columns([AREA]) if AREA in t.column_names else t for t in ordered]
    index = _index(layer, names, tables)
    rows = frame[frame["geography"].isin(names)]
    rows = rows.assign(at=feature_positions(rows["geography"].array, rows["unit"].array, index))
    if (rows["at"] < 0).any():
        unknown = rows[rows["at"] < 0].iloc[0]
        raise ReleaseError(
            f"layer {layer.id}: the table has unit {unknown['unit']} of {unknown['geography']}, which is not among the units"
        )
    by_measure = defaultdict[str | None, pd.DataFrame](lambda: rows[:0])
    by_measure |= {str(measure): part for measure, part in rows.groupby("measure", observed=True)}
    named = [
        (c.name, p) for c in layer.columns for p in _properties(layer, c, tables, by_measure[c.measure], len(index), labels)
    ]
    properties = [p for _, p in named]
    styled = labels.styled_property(layer.style.property, [(template, column) for template, (column, _) in named])
    column = next((c for c, _ in properties if c.name == styled), None)
    status = None if column is None else status_of(column, by_measure[column.measure], len(index))
    if status and status[0].name not in {c.name for c, _ in properties}:
        properties.append(status)
    layer = layer.model_copy(
        update={"style": style_with_status(layer.style.model_copy(update={"property": styled}), column, status)}
    )
    shown = layer.geometry != "none"
    geometry = [t.column("geometry").combine_chunks().cast(pa.binary()) if shown else _no_geometry(t) for t in tables]
    shapes = [np.asarray(shapely.from_wkb(g.to_numpy(zero_copy_only=False))) for g in geometry]
    ids = [pa.array(index.get_level_values(i), pa.string()) for i in (0, 1)]
    features = _features(layer, ids, properties, pa.concat_arrays(geometry) if geometry else pa.nulls(0, pa.binary()))
    return LayerContent(_published_layer(layer, names, shapes, [p for p, _ in properties], features.num_rows), features, areas)


def shown_geographies(layer: Layer, units: Mapping[str, pa.Table], with_rows: Collection[str]) -> list[str]:
    """Return the geographies that have units, and rows of the layer's measures; all with units if none has rows.

    An analysis may leave out a geography, for instance one with too few units: a map of it would be empty.
    """
    names = [g for g in layer.geography if g in units]
    return [g for g in names if g in with_rows] or names


def drop_missing_geometries(content: LayerContent) -> LayerContent:
    """Return a layer without the features that have no geometry, unless it has none at all; ``fid`` is 1 to n again.

    Some clients read nothing of a layer of points or polygons if one geometry is null.
    """
    if content.layer.geometry == "none":
        return content
    shapes = shapely.from_wkb(content.features.column("geometry").to_numpy(zero_copy_only=False))
    present = pa.array(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    features = content.features.filter(present)
    dropped = content.features.num_rows - features.num_rows
    if not dropped:
        return content
    fid = features.schema.get_field_index("fid")
    features = features.set_column(fid, "fid", pa.array(np.arange(1, features.num_rows + 1)))
    layer = content.layer.model_copy(update={"features": features.num_rows})
    return LayerContent(layer, features, None if content.areas is None else content.areas.filter(present), dropped)


def _no_geometry(table: pa.Table) -> "pa.Array[Any]":
    """Return no geometry for each unit, for a layer of records."""
    return pa.nulls(table.num_rows, pa.binary())


def _areas(table: pa.Table) -> "pa.Array[Any]":
    """Return the path of the areas around each unit; null if the table has none."""
    return table.column(AREA).combine_chunks() if AREA in table.column_names else pa.nulls(table.num_rows, pa.string())


def _properties(
    layer: Layer, column: LayerColumn, tables: Sequence[pa.Table], rows: pd.DataFrame, size: int, labels: DimensionLabels
) -> Iterator[Property]:
    """Yield the properties of a column: each number, its margin, and its status if the layer file asks for it.

    ``rows`` are those of the column's measure.
    """
    if column.measure is None:
        yield attribute_column(layer, column, tables)
        return
    status = None
    for prop in measure_columns(layer, column, rows, size, labels):
        yield prop
        if prop[0].margin_of is None:
            status = status_of(prop[0], rows, size) if column.status else None
        if status and (prop[0].margin_of or not measure_of(column.measure).has_margin):
            yield status


def _index(layer: Layer, names: Sequence[str], tables: Sequence[pa.Table]) -> pd.MultiIndex:
    geography = np.repeat(np.array(names, object), [t.num_rows for t in tables])
    unit = np.concatenate([np.empty(0, object), *(t.column("unit").to_numpy() for t in tables)])
    index = pd.MultiIndex.from_arrays([geography, unit])
    if duplicates := index[index.duplicated()].tolist():
        raise ReleaseError(f"layer {layer.id}: unit {duplicates[0][1]} of {duplicates[0][0]} occurs twice")
    return index


def _features(
    layer: Layer, ids: "Sequence[pa.Array[Any]]", properties: Sequence[Property], geometry: "pa.Array[Any]"
) -> pa.Table:
    """Return the features of a layer; ``ids`` are their geography and unit."""
    check_names(layer, [p.name for p, _ in properties])
    fid = pa.array(np.arange(1, len(geometry) + 1))
    values: list[pa.Array[Any]] = [fid, *ids, *(v for _, v in properties), geometry]
    return pa.table(values, names=["fid", "geography", "unit", *(p.name for p, _ in properties), "geometry"])


def _published_layer(
    layer: Layer, names: Sequence[str], shapes: Sequence[Shapes], columns: Sequence[PublishedColumn], features: int
) -> PublishedLayer:
    bbox = _bbox(shapes)
    last = last_zoom(bbox, layer.minzoom, max(layer.minzoom, layer.maxzoom))
    stated = {name: min(zoom, last) for name, zoom in layer.first_zooms.items()}
    zooms = first_zooms(names, [_widths(s) for s in shapes], layer.minzoom, last, stated) if bbox else {}
    shared = layer.model_dump(include={"id", "title", "description", "geometry", "role", "minzoom", "visible", "style"})
    content = {"geographies": tuple(names), "bbox": bbox, "features": features}
    return PublishedLayer(**shared, **content, maxzoom=last, zooms=zooms, columns=tuple(columns))


def _bbox(shapes: Sequence[Shapes]) -> BBox | None:
    bounds = [shapely.total_bounds(s) for s in shapes if s.size]
    finite = [b for b in bounds if not np.isnan(b).any()]
    if not finite:
        return None
    low, high = np.min(finite, axis=0), np.max(finite, axis=0)
    return BBox(float(low[0]), float(low[1]), float(high[2]), float(high[3]))


def _widths(shapes: Shapes) -> Floats:
    """Return the square roots of the areas of polygons in Web-Mercator metres; empty for points and lines."""
    areas = shapely.area(to_mercator(shapes))
    return np.asarray(np.sqrt(areas[areas > 0]), float)


def _table_layer(layer: Layer, units: Mapping[str, pa.Table], table: pa.Table) -> LayerContent:
    ordered = sorted_table(table)
    columns_by_name = {c.name: c for c in layer.columns}
    kinds = dict(zip(TABLE.names, _TABLE_TYPES, strict=True))
    names = [n for n in TABLE.names if n in columns_by_name or not columns_by_name]
    columns = [columns_by_name.get(n) or LayerColumn(name=n, title=Label(zh=n, en=n), type=kinds[n]) for n in names]
    own = [c for c in columns if c.name not in {"geography", "unit"}]
    properties = [attribute_column(layer, c, [ordered]) for c in own]
    for unknown in sorted(set(columns_by_name) - set(TABLE.names)):
        attribute_column(layer, columns_by_name[unknown], [ordered])  # raises with the names of the existing columns
    ids = [ordered.column(n).combine_chunks() for n in ("geography", "unit")]
    features = _features(layer, ids, properties, pa.nulls(ordered.num_rows, pa.binary()))
    areas = _areas_of_rows(layer, units, ordered)
    published = _published_layer(layer, [], [], [p for p, _ in properties], features.num_rows)
    geographies = distinct_codes(ordered.column("geography").combine_chunks())
    return LayerContent(published.model_copy(update={"geographies": geographies}), features, areas)


def _areas_of_rows(layer: Layer, units: Mapping[str, pa.Table], rows: pa.Table) -> "pa.Array[Any]":
    """Return the path of the areas around each row's unit; null if the unit is unknown."""
    names, tables = list(units), list(units.values())
    areas = pa.concat_arrays([*map(_areas, tables), pa.nulls(1, pa.string())])  # the last is for position -1
    geography, unit = (rows.column(n).combine_chunks().dictionary_encode().to_pandas().array for n in ("geography", "unit"))
    positions = feature_positions(geography, unit, _index(layer, names, tables))
    return areas.take(np.where(positions < 0, len(areas) - 1, positions))
