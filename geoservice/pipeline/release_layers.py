"""The layers of a release: their features and tiles, and the units of the surface's leaves."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import UNIT_SCHEMA
from geoservice.analysis.frames import stack
from geoservice.analysis.frames import table as release_rows
from geoservice.demand import DemandSurface, region_sums
from geoservice.layer import Label, Layer
from geoservice.pipeline.other_codes import with_code_columns
from geoservice.pipeline.study_surface import StudySurface
from geoservice.release.base import LayerContent
from geoservice.release.layer_columns import DimensionLabels
from geoservice.release.layers import build_layers, drop_missing_geometries, shown_geographies
from geoservice.release.vector_tiles.archives import TileArchives


def make_layers(
    layers: Sequence[Layer], units: Mapping[str, pa.Table], table: pa.Table, labels: DimensionLabels, archives: TileArchives
) -> dict[str, LayerContent]:
    """Return the contents of layers by id, and start making their tiles.

    A layer is left out if the study has no numbers for it, for instance of migrants from a population without them. Layers of
    areas also have the codes of other systems.
    """
    content_by_id: dict[str, LayerContent] = {}
    measured = table.select(["geography", "measure"]).group_by(["geography", "measure"]).aggregate([])
    pairs = set(zip(*(measured.column(c).to_pylist() for c in ("geography", "measure")), strict=True))
    layers = [_with_codes(layer, units, pairs) for layer in layers if has_numbers(layer, units, pairs)]
    for layer, build in zip(layers, build_layers(layers, units, table, labels), strict=True):
        content = drop_missing_geometries(build)
        if content.layer.style.property or not layer.style.property:
            content_by_id[layer.id] = content
            archives.draw(content)
    return content_by_id


def has_numbers(layer: Layer, units: Mapping[str, pa.Table], measured: set[tuple[str, str]]) -> bool:
    """Return whether a layer has geographies of the study, and rows of its measures unless it has no units at all.

    ``measured`` are the pairs of geography and measure in the release table.
    A layer without units, such as one of service gaps where there are none, says something; one of units without numbers not.
    """
    names = [g for g in layer.geography if g in units]
    measures = [c.measure for c in layer.columns if c.measure]
    if not layer.geography or not names or not measures or not any(units[g].num_rows for g in names):
        return bool(names) or not layer.geography
    return any(pair in measured for pair in product(names, measures))


def _with_codes(layer: Layer, units: Mapping[str, pa.Table], measured: set[tuple[str, str]]) -> Layer:
    """Return a layer with the codes of other systems that the areas among its units have."""
    measures = {c.measure for c in layer.columns if c.measure}
    shown = shown_geographies(layer, units, {geography for geography, measure in measured if measure in measures})
    return with_code_columns(layer, [units[g] for g in shown])


def unplaced_notes(contents: Sequence[LayerContent]) -> tuple[Label, ...]:
    """Return a note for each layer with units without geometry, which are not among its features."""
    return tuple(
        Label(
            zh=f"图层“{content.layer.title.zh}”中有 {content.unplaced} 个单元没有几何图形，未列入该图层；其数值见结果总表。",
            en=f"Layer “{content.layer.title.en}”: {content.unplaced} units have no geometry and are left out; their numbers "
            "are in the release table.",
        )
        for content in contents
        if content.unplaced
    )


def leaf_units(surface: DemandSurface) -> pa.Table:
    """Return the leaves of the surface as units of the geography ``leaf``."""
    ids = pa.array(list(surface.ids), pa.string())
    shapes = pa.array(list(surface.geometry), pa.binary())
    return pa.table([ids, ids, ids, pa.nulls(len(ids), pa.string()), shapes], schema=UNIT_SCHEMA)


def leaf_rows(source: StudySurface) -> pa.Table:
    """Return persons of each leaf, in total and by group of the study, and households in total."""
    surface = source.surface
    sums = region_sums(surface, surface.point_leaf, surface.leaves)
    ids = np.array(surface.ids, object)
    tables = [
        release_rows(sums.value(q), sums.margin(q), geography="leaf", unit=ids, measure=q.unit, group=q.group)
        for q in surface.values
        if q.group in source.groups and (q.unit == "persons" or q.group == "all")
    ]
    return stack(tables)
