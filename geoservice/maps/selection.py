"""The selection of a map: the numbers of one service, mode, tier, group, number of minutes and area level, or one property."""

import builtins
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from geoservice.errors import NotFound
from geoservice.maps.table_numbers import dimensions_text, with_table_number
from geoservice.measures import BEYOND, UNCERTAIN, measure_of, uncertain
from geoservice.release.base import PublishedColumn, PublishedLayer


class Selection(NamedTuple):
    """Values of dimensions, or the property that colours the layers that have it; None is the default of the layer's file."""

    service: str | None = None
    mode: str | None = None
    minutes: int | None = None
    level: str | None = None
    tier: str | None = None
    group: str | None = None
    property: str | None = None

    @builtins.property
    def dimensions(self) -> dict[str, str | int]:
        """Return the dimensions of the release table that have a value."""
        values = {
            "service": self.service, "mode": self.mode, "tier": self.tier, "group": self.group, "minutes": self.minutes,
        }  # fmt: skip
        return {k: v for k, v in values.items() if v is not None}


TOTALS = {"tier": "any", "group": "all"}
"""The value of a dimension that is the total over it."""
DEFAULT = Selection()


def styled_column(layer: PublishedLayer) -> PublishedColumn | None:
    """Return the column that colours a layer."""
    return next((c for c in layer.columns if c.name == layer.style.property), None)


def select(layer: PublishedLayer, selection: Selection, study: Mapping[str, Any]) -> PublishedLayer:
    """Return a layer coloured by the numbers of a selection; raises :class:`NotFound` if it has none.

    Dimensions that the layer's numbers do not have are ignored, but totals are never shown for one tier or group. Numbers of a
    tier or group that the features do not have are read from the release table.
    """
    column = styled_column(layer)
    if column is None:
        return layer
    if selection.property in colouring_properties(layer):
        return _coloured_by(layer, str(selection.property))
    changed = {k: v for k, v in selection.dimensions.items() if k in column.dimensions}
    undivided = [k for k, v in TOTALS.items() if k not in column.dimensions and selection.dimensions.get(k, v) != v]
    if undivided and column.measure is not None:
        raise NotFound(f"layer {layer.id}: its numbers are not divided by {' or '.join(undivided)}")
    dimensions = {**column.dimensions, **changed}
    if column.dimensions == dimensions:
        return layer
    match = _find_column(layer, column.measure, dimensions)
    if match is None:
        totals = {k: column.dimensions[k] for k in TOTALS if k in column.dimensions}
        total = _find_column(layer, column.measure, {**dimensions, **totals})
        if total is None:
            raise NotFound(f"layer {layer.id}: no numbers for {dimensions_text(changed.items())}")
        return with_table_number(layer, total, dimensions, study)
    return _coloured_by(layer, match.name)


def _coloured_by(layer: PublishedLayer, name: str) -> PublishedLayer:
    style = layer.style.model_copy(update={"property": name, "status": f"{name}_status"})
    return layer.model_copy(update={"style": style})


def colouring_properties(layer: PublishedLayer) -> list[str]:
    """Return the properties that the classes of a layer's style are meant for: the numbers of the same measure."""
    column = styled_column(layer)
    if column is None or column.measure is None:
        return []
    return [c.name for c in layer.columns if c.measure == column.measure and c.margin_of is None]


def _find_column(layer: PublishedLayer, measure: str | None, dimensions: Mapping[str, str | int]) -> PublishedColumn | None:
    matches = (c for c in layer.columns if c.measure == measure and c.dimensions == dimensions and c.margin_of is None)
    return next(matches, None)


def attributes(layer: PublishedLayer, selection: Selection) -> dict[str, Any]:
    """Return the equalities that select the features of a selection, if each feature has one service and mode."""
    own = {c.name for c in layer.columns if c.measure is None}
    values = {"service": selection.service, "mode": selection.mode}
    return {k: v for k, v in values.items() if v is not None and k in own}


def class_properties(layer: PublishedLayer) -> list[str]:
    """Return the properties that determine the class of a feature: the number, its margin and its status, if it has them."""
    name = layer.style.property
    if name is None:
        return []
    names = {c.name for c in layer.columns}
    return [n for n in (name, f"{name}_margin", layer.style.status) if n in names]


def has_status(layer: PublishedLayer) -> bool:
    """Whether features have the status of the number that colours them; only the default number of a layer has one."""
    return layer.style.status in {c.name for c in layer.columns}


def statuses(layer: PublishedLayer, rows: Sequence[Mapping[str, Any]]) -> list[str | None] | None:
    """Return the status of each feature, derived from number and margin if features do not have it."""
    status, column = layer.style.status, styled_column(layer)
    if status is None or column is None:
        return None
    if has_status(layer) or column.measure is None:
        return [row.get(status) for row in rows]
    kind = measure_of(column.measure).kind
    missing = BEYOND if kind == "minutes" else None

    def derived(value: float | None, margin: float | None) -> str | None:
        if value is None:
            return missing
        return UNCERTAIN if margin is not None and bool(uncertain(kind, value, margin)) else "ok"

    return [derived(row.get(column.name), row.get(f"{column.name}_margin")) for row in rows]
