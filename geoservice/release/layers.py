"""Layers made out of the release table: what a layer file asks for becomes features with properties."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geoservice.errors import ReleaseError
from geoservice.geo import BBox, Floats
from geoservice.layer import Label, Layer, LayerColumn, Style
from geoservice.measures import REASONS, measure_of
from geoservice.release.base import TABLE, LayerContent, PublishedColumn, PublishedLayer
from geoservice.release.layer_columns import DimensionLabels, Property, attribute, codes, measured, positions, refuse_clashes
from geoservice.release.manifest import sorted_table
from geoservice.release.mercator import to_mercator
from geoservice.release.spatial_order import in_order
from geoservice.release.value_status import status_of
from geoservice.release.zooms import first_zooms, last_zoom

Shapes = NDArray[Any]
PLAIN = DimensionLabels()
AREA = "area"
"""The column of units that says where they lie."""
_OF_TABLE = ("text", "text", "text", "text", "text", "text", "integer", "text", "integer", "number", "number", "text")


def build_layers(
    layers: Sequence[Layer], units: Mapping[str, pa.Table], table: pa.Table, wording: DimensionLabels = PLAIN
) -> Iterator[LayerContent]:
    """Turn the release table into features, one layer after the other.

    Parameters
    ----------
    layers
        Layer files. A layer without geography is the release table itself: a feature a row, no geometry.
    units
        For each geography: ``unit``, ``geometry`` (WKB or null) and public attributes. A missing geography has no units.
        ``area`` is no attribute but says where a unit lies, as ``areas`` of :class:`LayerContent`.
    table
        The release table, in any order of rows.
    wording
        Words for the values of dimensions, and which of them a style's property shows.

    Yields
    ------
    LayerContent
        Features in order of geography (coarse to fine) and unit, ``fid`` from 1; many thousand units of one geography lie along
        a curve through the plane instead, so that a page or a map of neighbours is read from one place. A measure with margins
        is followed by ``<property>_margin``. A value that cannot exist is null; of the property that the style shows, and of
        columns with ``status``, ``<property>_status`` says why, and which values are uncertain. A placeholder is filled with
        every combination of values that the table has for the measure and ``where``, sorted.

    Raises
    ------
    StudyError
        When a layer file asks for what is not there, or would give a unit two values of one property.
    ReleaseError
        When a unit is there twice, the table speaks of a unit that has no row among the units, or a measure is not declared.
    """
    frame = _frame(table)
    for layer in layers:
        yield _of_units(layer, units, frame, wording) if layer.geography else _of_table(layer, units, table)


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return the release table with each text column as numbers of its distinct texts, which sort as these do."""
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type):
            encoded = column.combine_chunks().dictionary_encode()
            order = pc.sort_indices(encoded.dictionary).to_numpy()
            codes = np.argsort(order)[encoded.indices.to_numpy()]
            texts = pd.Index(encoded.dictionary.take(pa.array(order)).to_pylist())
            columns[name] = pd.Categorical.from_codes(codes, texts)
        else:
            columns[name] = column.to_numpy()
    return pd.DataFrame(columns)


def _of_units(layer: Layer, units: Mapping[str, pa.Table], frame: pd.DataFrame, wording: DimensionLabels) -> LayerContent:
    names = [g for g in layer.geography if g in units]
    ordered = [in_order(units[g]) for g in names]
    areas = pa.concat_arrays([pa.nulls(0, pa.string()), *map(_areas, ordered)])
    tables = [t.drop_columns([AREA]) if AREA in t.column_names else t for t in ordered]
    index = _index(layer, names, tables)
    rows = frame[frame["geography"].isin(layer.geography)]
    rows = rows.assign(at=positions(rows, index))
    if (rows["at"] < 0).any():
        lost = rows[rows["at"] < 0].iloc[0]
        raise ReleaseError(f"layer {layer.id}: the table has unit {lost['unit']} of {lost['geography']}, the units have not")
    made = [(c.name, p) for c in layer.columns for p in _properties(layer, c, tables, rows, len(index), wording)]
    properties = [p for _, p in made]
    styled = wording.chosen(layer.style.property, [(template, column) for template, (column, _) in made])
    column = next((c for c, _ in properties if c.name == styled), None)
    status = status_of(column, rows, len(index))
    if status and status[0].name not in {c.name for c, _ in properties}:
        properties.append(status)
    layer = layer.model_copy(update={"style": _style(layer.style.model_copy(update={"property": styled}), column, status)})
    geometry = [t.column("geometry").combine_chunks().cast(pa.binary()) for t in tables]
    shapes = [np.asarray(shapely.from_wkb(g.to_numpy(zero_copy_only=False))) for g in geometry]
    features = _features(layer, index, properties, pa.concat_arrays(geometry) if geometry else pa.nulls(0, pa.binary()))
    return LayerContent(_published(layer, names, shapes, [p for p, _ in properties], features.num_rows), features, areas)


def placed(content: LayerContent) -> LayerContent:
    """Return a layer without features that have no geometry, where it promises one; ``fid`` goes from 1 without a gap.

    Clients take a layer of points or polygons at its word, and some read none of it where one geometry is null.
    """
    if content.layer.geometry == "none":
        return content
    shapes = shapely.from_wkb(content.features.column("geometry").to_numpy(zero_copy_only=False))
    known = pa.array(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    features = content.features.filter(known)
    lost = content.features.num_rows - features.num_rows
    if not lost:
        return content
    fid = features.schema.get_field_index("fid")
    features = features.set_column(fid, "fid", pa.array(np.arange(1, features.num_rows + 1)))
    layer = content.layer.model_copy(update={"features": features.num_rows})
    return LayerContent(layer, features, None if content.areas is None else content.areas.filter(known), lost)


def _style(style: Style, column: PublishedColumn | None, status: Property | None) -> Style:
    """Return a style that knows where its status stands, and which reasons are given there."""
    if column is None or column.measure is None or status is None:
        return style
    known = set(pc.unique(status[1]).to_pylist())
    timed = measure_of(column.measure).kind == "minutes" and style.colours
    beyond = style.beyond or (style.colours[-1] if timed else None)
    return style.model_copy(
        update={"status": status[0].name, "beyond": beyond, "reasons": tuple(r for r in REASONS if r in known)}
    )


def _areas(table: pa.Table) -> "pa.Array[Any]":
    """Return where each unit lies; nowhere if its table does not say."""
    return table.column(AREA).combine_chunks() if AREA in table.column_names else pa.nulls(table.num_rows, pa.string())


def _properties(
    layer: Layer, column: LayerColumn, tables: Sequence[pa.Table], rows: pd.DataFrame, size: int, wording: DimensionLabels
) -> Iterator[Property]:
    """Return the properties of a column: each number, its margin, and its status where the layer file asks for that."""
    if column.measure is None:
        yield attribute(layer, column, tables)
        return
    status = None
    for made in measured(layer, column, rows, size, wording):
        yield made
        if made[0].margin_of is None:
            status = status_of(made[0], rows, size) if column.status else None
        if status and (made[0].margin_of or not measure_of(column.measure).has_margin):
            yield status


def _index(layer: Layer, names: Sequence[str], tables: Sequence[pa.Table]) -> pd.MultiIndex:
    geography = np.repeat(np.array(names, object), [t.num_rows for t in tables])
    unit = np.concatenate([np.empty(0, object), *(t.column("unit").to_numpy() for t in tables)])
    index = pd.MultiIndex.from_arrays([geography, unit])
    if twice := index[index.duplicated()].tolist():
        raise ReleaseError(f"layer {layer.id}: unit {twice[0][1]} of {twice[0][0]} is there twice")
    return index


def _features(layer: Layer, index: pd.MultiIndex, properties: Sequence[Property], geometry: "pa.Array[Any]") -> pa.Table:
    refuse_clashes(layer, [p.name for p, _ in properties])
    fid = pa.array(np.arange(1, len(index) + 1))
    names = [pa.array(index.get_level_values(i), pa.string()) for i in (0, 1)]
    values: list[pa.Array[Any]] = [fid, *names, *(v for _, v in properties), geometry]
    return pa.table(values, names=["fid", "geography", "unit", *(p.name for p, _ in properties), "geometry"])


def _published(
    layer: Layer, names: Sequence[str], shapes: Sequence[Shapes], columns: Sequence[PublishedColumn], features: int
) -> PublishedLayer:
    bbox = _bbox(shapes)
    last = last_zoom(bbox, layer.minzoom, max(layer.minzoom, layer.maxzoom))
    zooms = first_zooms(names, [_widths(s) for s in shapes], layer.minzoom, last) if bbox else {}
    known = layer.model_dump(include={"id", "title", "description", "geometry", "role", "minzoom", "style"})
    here = {"geographies": tuple(names), "bbox": bbox, "features": features}
    return PublishedLayer(**known, **here, maxzoom=last, zooms=zooms, columns=tuple(columns))


def _bbox(shapes: Sequence[Shapes]) -> BBox | None:
    bounds = [shapely.total_bounds(s) for s in shapes if s.size]
    known = [b for b in bounds if not np.isnan(b).any()]
    if not known:
        return None
    low, high = np.min(known, axis=0), np.max(known, axis=0)
    return BBox(float(low[0]), float(low[1]), float(high[2]), float(high[3]))


def _widths(shapes: Shapes) -> Floats:
    """Square roots of the areas of polygons in Web-Mercator metres; empty for points and lines, which need no room."""
    areas = shapely.area(to_mercator(shapes))
    return np.asarray(np.sqrt(areas[areas > 0]), float)


def _of_table(layer: Layer, units: Mapping[str, pa.Table], table: pa.Table) -> LayerContent:
    ordered = sorted_table(table)
    given = {c.name: c for c in layer.columns}
    kinds = dict(zip(TABLE.names, _OF_TABLE, strict=True))
    chosen = [n for n in TABLE.names if n in given or not given]
    columns = [given.get(n) or LayerColumn(name=n, title=Label(zh=n, en=n), type=kinds[n]) for n in chosen]
    own = [c for c in columns if c.name not in {"geography", "unit"}]
    properties = [attribute(layer, c, [ordered]) for c in own]
    for unknown in sorted(set(given) - set(TABLE.names)):
        attribute(layer, given[unknown], [ordered])  # raises: names what there is
    index = pd.MultiIndex.from_arrays([ordered.column(n).to_numpy() for n in ("geography", "unit")])
    features = _features(layer, index, properties, pa.nulls(len(index), pa.binary()))
    areas = _areas_of_rows(layer, units, ordered)
    published = _published(layer, [], [], [p for p, _ in properties], features.num_rows)
    here = codes(ordered.column("geography").combine_chunks())
    return LayerContent(published.model_copy(update={"geographies": here}), features, areas)


def _areas_of_rows(layer: Layer, units: Mapping[str, pa.Table], rows: pa.Table) -> "pa.Array[Any]":
    """Return where each row's unit lies; nowhere if the unit is not known."""
    names, tables = list(units), list(units.values())
    known = pa.concat_arrays([*map(_areas, tables), pa.nulls(1, pa.string())])  # the last answers for position -1
    at = positions(rows.select(["geography", "unit"]).to_pandas(), _index(layer, names, tables))
    return known.take(np.where(at < 0, len(known) - 1, at))
