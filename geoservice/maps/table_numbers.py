"""Numbers of one tier or group that colour a layer and are read from the release table, as the features do not have them."""

from collections.abc import Iterable, Mapping
from typing import Any

from geoservice.errors import NotFound
from geoservice.labels import group_label, tier_label
from geoservice.layer import Label
from geoservice.release.base import ALL, ItemQuery, PublishedColumn, PublishedLayer
from geoservice.release.protocols import ReleaseReader

TABLE = "table"
"""The layer that is the release table itself."""
NUMBER, MARGIN = "table_number", "table_number_margin"
"""Properties that features get from the table."""


def with_table_number(
    layer: PublishedLayer, column: PublishedColumn, dimensions: Mapping[str, str | int], study: Mapping[str, Any]
) -> PublishedLayer:
    """Return a layer coloured by the measure of ``column`` at other dimensions; its title names tier and group."""
    labels = [tier_label(str(dimensions["tier"]))] if dimensions.get("tier", "any") != "any" else []
    labels += [group_label(str(dimensions["group"]), study)] if dimensions.get("group", "all") != "all" else []
    title = Label(
        zh="，".join([column.title.zh, *(x.zh for x in labels)]), en=", ".join([column.title.en, *(x.en for x in labels)])
    )
    number = column.model_copy(update={"name": NUMBER, "title": title, "dimensions": dict(dimensions)})
    margin = number.model_copy(update={"name": MARGIN, "margin_of": NUMBER})
    has_margin = any(c.margin_of == column.name for c in layer.columns)
    style = layer.style.model_copy(update={"property": NUMBER, "status": f"{NUMBER}_status"})
    return layer.model_copy(update={"style": style, "columns": (*layer.columns, number, *([margin] if has_margin else []))})


def coloured_by_table(layer: PublishedLayer) -> bool:
    """Whether a layer is coloured by numbers of the release table."""
    return layer.style.property == NUMBER


def table_numbers(reader: ReleaseReader, layer: PublishedLayer, geography: str) -> dict[str, dict[str, float | None]]:
    """Return the number that colours a layer, and its margin, by unit; raises :class:`NotFound` if the release has none."""
    column = next(c for c in layer.columns if c.name == NUMBER)
    query = ItemQuery(
        ALL, equals={"geography": geography, "measure": column.measure or "", **column.dimensions}, geometry=False,
        properties=["unit", "value", "margin"],
    )  # fmt: skip
    rows = reader.items(TABLE, query)
    if not rows.num_rows:
        raise NotFound(f"layer {layer.id}: no numbers for {dimensions_text(column.dimensions.items())}")
    return {row["unit"]: {NUMBER: row["value"], MARGIN: row["margin"]} for row in rows.to_pylist()}


def dimensions_text(dimensions: Iterable[tuple[str, str | int]]) -> str:
    """Return dimensions as text for an error message.

    >>> dimensions_text([("tier", "village"), ("minutes", 15)])
    'tier village, minutes 15'
    """
    return ", ".join(f"{name} {value}" for name, value in dimensions)
