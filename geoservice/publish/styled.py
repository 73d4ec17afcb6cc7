"""How a layer is coloured: its property, classes and MapLibre expressions, out of the style in its file."""

from typing import Any

from geoservice.layer import Style
from geoservice.release.base import PublishedLayer

SUPPRESSED_LABEL = {"zh": "未公布", "en": "suppressed or no data"}


def classes(style: Style) -> list[dict[str, Any]]:
    """Return the classes of a style: from (inclusive), to (exclusive), colour; None is open.

    >>> classes(Style(breaks=(20,), colours=("#a", "#b")))
    [{'from': None, 'to': 20.0, 'colour': '#a'}, {'from': 20.0, 'to': None, 'colour': '#b'}]
    """
    edges: list[float | None] = [None, *style.breaks, None]
    return [{"from": edges[i], "to": edges[i + 1], "colour": c} for i, c in enumerate(style.colours[: len(edges) - 1])]


def colour(layer: PublishedLayer) -> Any:
    """Return the MapLibre colour expression; what has no value gets the colour of the suppressed, never that of zero."""
    style, name = layer.style, layer.style.property
    if not style.colours:
        return "#3366aa"
    if name is None or len(style.colours) != len(style.breaks) + 1:
        return style.colours[0]
    steps: list[Any] = ["step", ["to-number", ["get", name]], style.colours[0]]
    for at, edge in enumerate(style.breaks):
        steps += [edge, style.colours[at + 1]]
    return ["case", ["==", ["typeof", ["get", name]], "number"], steps, style.suppressed]


def legend(layer: PublishedLayer) -> dict[str, Any]:
    """Return a layer's legend."""
    name = layer.style.property
    column = next((c for c in layer.columns if c.name == name), None)
    return {
        "layer": layer.id,
        "title": layer.title.model_dump(),
        "kind": layer.style.kind,
        "property": name,
        "propertyTitle": column.title.model_dump() if column else None,
        "unit": column.unit if column else "",
        "classes": classes(layer.style),
        "suppressed": {"colour": layer.style.suppressed, "label": SUPPRESSED_LABEL},
    }
