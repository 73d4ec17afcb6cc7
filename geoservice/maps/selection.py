"""Which numbers of a layer a map shows: those of one service, mode, tier, group, number of minutes and level of areas."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from geoservice.errors import NotFound
from geoservice.maps.table_numbers import named, with_table_number
from geoservice.measures import BEYOND, UNCERTAIN, measure_of, uncertain
from geoservice.release.base import PublishedColumn, PublishedLayer


class Selection(NamedTuple):
    """Values of dimensions; None is what the layer's file shows by default."""

    service: str | None = None
    mode: str | None = None
    minutes: int | None = None
    level: str | None = None
    tier: str | None = None
    group: str | None = None

    @property
    def dimensions(self) -> dict[str, str | int]:
        """Return the dimensions of numbers that have a value."""
        named = {
            "service": self.service, "mode": self.mode, "tier": self.tier, "group": self.group, "minutes": self.minutes,
        }  # fmt: skip
        return {k: v for k, v in named.items() if v is not None}


WHOLE = {"tier": "any", "group": "all"}
"""Of a dimension that divides numbers: the value that is all of them."""
DEFAULT = Selection()


def styled_column(layer: PublishedLayer) -> PublishedColumn | None:
    """Return the column that colours a layer."""
    return next((c for c in layer.columns if c.name == layer.style.property), None)


def select(layer: PublishedLayer, selection: Selection, study: Mapping[str, Any]) -> PublishedLayer:
    """Return a layer coloured by the numbers of a selection; raises :class:`NotFound` where there are none.

    Dimensions that the layer's numbers do not have are left alone, but a tier or a group alone is never shown by numbers of
    all of them. What features do not carry of a tier or group is taken from the release table.
    """
    column = styled_column(layer)
    if column is None:
        return layer
    changed = {k: v for k, v in selection.dimensions.items() if k in column.dimensions}
    undivided = [k for k, v in WHOLE.items() if k not in column.dimensions and selection.dimensions.get(k, v) != v]
    if undivided and column.measure is not None:
        raise NotFound(f"layer {layer.id}: its numbers are not divided by {' or '.join(undivided)}")
    wanted = {**column.dimensions, **changed}
    if column.dimensions == wanted:
        return layer
    match = _column_of(layer, column.measure, wanted)
    if match is None:
        own = {k: column.dimensions[k] for k in WHOLE if k in column.dimensions}
        whole = _column_of(layer, column.measure, {**wanted, **own})
        if whole is None:
            raise NotFound(f"layer {layer.id}: no numbers for {named(changed.items())}")
        return with_table_number(layer, whole, wanted, study)
    style = layer.style.model_copy(update={"property": match.name, "status": f"{match.name}_status"})
    return layer.model_copy(update={"style": style})


def _column_of(layer: PublishedLayer, measure: str | None, dimensions: Mapping[str, str | int]) -> PublishedColumn | None:
    alike = (c for c in layer.columns if c.measure == measure and c.dimensions == dimensions and c.margin_of is None)
    return next(alike, None)


def attributes(layer: PublishedLayer, selection: Selection) -> dict[str, Any]:
    """Return the equalities that leave the features of a selection, where each feature is of one service and mode."""
    own = {c.name for c in layer.columns if c.measure is None}
    named = {"service": selection.service, "mode": selection.mode}
    return {k: v for k, v in named.items() if v is not None and k in own}


def class_properties(layer: PublishedLayer) -> list[str]:
    """Return the properties that tell the class of a feature: the number, and its status or, without one, its margin."""
    name = layer.style.property
    if name is None:
        return []
    known = {c.name for c in layer.columns}
    return [n for n in (name, f"{name}_margin", layer.style.status) if n in known]


def has_status(layer: PublishedLayer) -> bool:
    """Whether features carry the status of the number that colours them: that of the layer's file does."""
    return layer.style.status in {c.name for c in layer.columns}


def statuses(layer: PublishedLayer, rows: Sequence[Mapping[str, Any]]) -> list[str | None] | None:
    """Return the status of each feature, worked out from number and margin where features do not carry it."""
    status, column = layer.style.status, styled_column(layer)
    if status is None or column is None:
        return None
    if has_status(layer) or column.measure is None:
        return [row.get(status) for row in rows]
    kind = measure_of(column.measure).kind
    missing = BEYOND if kind == "minutes" else None

    def one(value: float | None, margin: float | None) -> str | None:
        if value is None:
            return missing
        return UNCERTAIN if margin is not None and bool(uncertain(kind, value, margin)) else "ok"

    return [one(row.get(column.name), row.get(f"{column.name}_margin")) for row in rows]
