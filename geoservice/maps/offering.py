"""Stations of a selection: those of its tier that offer its service."""

from collections.abc import Mapping
from typing import Any

from geoservice.labels import service_label, tier_label
from geoservice.layer import Label
from geoservice.maps.selection import Selection
from geoservice.release.base import PublishedLayer

SERVICES, TIER = "services", "tier"
"""Attributes of stations: the ids of the services offered, separated by spaces, and the tier."""


def is_station_layer(layer: PublishedLayer) -> bool:
    """Whether a layer's features are stations."""
    return {SERVICES, TIER} <= {c.name for c in layer.columns if c.measure is None}


def offers(station: Mapping[str, Any], selection: Selection) -> bool:
    """Whether a station offers a selection's service and has its tier.

    >>> station = {"services": "clinic dentist", "tier": "village"}
    >>> [offers(station, s) for s in (Selection(), Selection("clinic"), Selection("dent"), Selection("clinic", tier="county"))]
    [True, True, False, False]
    """
    offered = str(station.get(SERVICES) or "").split()
    has_tier = selection.tier in {None, "any", station.get(TIER)}
    return has_tier and (selection.service is None or selection.service in offered)


def with_station_title(layer: PublishedLayer, selection: Selection, study: Mapping[str, Any]) -> PublishedLayer:
    """Return a layer of stations with the selection's service and tier in its title; any other layer unchanged."""
    if not is_station_layer(layer):
        return layer
    labels = [service_label(selection.service, study)] if selection.service else []
    labels += [tier_label(selection.tier)] if selection.tier and selection.tier != "any" else []
    if not labels:
        return layer
    zh, en = "，".join(x.zh for x in labels), ", ".join(x.en for x in labels)
    return layer.model_copy(update={"title": Label(zh=f"{layer.title.zh}：{zh}", en=f"{layer.title.en}: {en}")})
