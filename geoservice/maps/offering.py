"""Stations of a selection: those that offer its service, at its tier."""

from collections.abc import Mapping
from typing import Any

from geoservice.labels import service_label, tier_label
from geoservice.layer import Label
from geoservice.maps.selection import Selection
from geoservice.release.base import PublishedLayer

SERVICES, TIER = "services", "tier"
"""Attributes of stations: the services offered, as words with spaces between, and the tier."""


def has_offers(layer: PublishedLayer) -> bool:
    """Whether a layer's features are stations."""
    return {SERVICES, TIER} <= {c.name for c in layer.columns if c.measure is None}


def offers(station: Mapping[str, Any], selection: Selection) -> bool:
    """Whether a station offers a selection's service at its tier.

    >>> station = {"services": "clinic dentist", "tier": "village"}
    >>> [offers(station, s) for s in (Selection(), Selection("clinic"), Selection("dent"), Selection("clinic", tier="county"))]
    [True, True, False, False]
    """
    offered = str(station.get(SERVICES) or "").split()
    at_tier = selection.tier in {None, "any", station.get(TIER)}
    return at_tier and (selection.service is None or selection.service in offered)


def with_offer_title(layer: PublishedLayer, selection: Selection, study: Mapping[str, Any]) -> PublishedLayer:
    """Return a layer of stations with the selection's service and tier in its title; any other layer as it is."""
    if not has_offers(layer):
        return layer
    words = [service_label(selection.service, study)] if selection.service else []
    words += [tier_label(selection.tier)] if selection.tier and selection.tier != "any" else []
    if not words:
        return layer
    zh, en = "，".join(w.zh for w in words), ", ".join(w.en for w in words)
    return layer.model_copy(update={"title": Label(zh=f"{layer.title.zh}：{zh}", en=f"{layer.title.en}: {en}")})
