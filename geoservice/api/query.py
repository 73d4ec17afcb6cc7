"""The query of a release for the features that a caller of the Python interface requests."""

from collections.abc import Mapping, Sequence

from geoservice.cql2 import LANGS, parse_filter
from geoservice.errors import ParameterError
from geoservice.geo import BBox
from geoservice.release.base import ALL, ItemQuery, PublishedLayer
from geoservice.release.properties import queryables_of

Value = str | float | bool


def item_query(
    layer: PublishedLayer,
    where: str | Mapping[str, Value] | None,
    level: str | None,
    bbox: tuple[float, float, float, float] | None,
    columns: Sequence[str] | None,
) -> ItemQuery:
    """Return the query for all matching features; see :meth:`geoservice.api.release.Release.layer`.

    Raises :class:`ParameterError` for a filter or level that does not fit this layer.
    """
    return ItemQuery(
        ALL,
        bbox=None if bbox is None else BBox(*bbox),
        equals={**(where if isinstance(where, Mapping) else {}), **_level(layer, level)},
        properties=None if columns is None else _with_margins(layer, columns),
        geometry=layer.geometry != "none",
        filter=parse_filter(where, LANGS[0], queryables_of(layer)) if isinstance(where, str) else None,
    )


def _level(layer: PublishedLayer, level: str | None) -> dict[str, Value]:
    """Return the equality for a level; raises :class:`ParameterError` if the layer does not have it."""
    if level is None:
        return {}
    if layer.zooms and level not in layer.zooms:
        raise ParameterError(f"level: got {level!r:.40}, layer {layer.id} has {', '.join(layer.zooms)}")
    return {"geography": level}


def _with_margins(layer: PublishedLayer, columns: Sequence[str]) -> list[str]:
    """Return columns with their margins, which are never left out."""
    return [*columns, *(c.name for c in layer.columns if c.margin_of in columns and c.name not in columns)]
