"""Positions of addresses as GeoJSON, without a text of the address itself."""

from collections.abc import Sequence
from typing import Any

from geoservice.addresses.faults import FAULTS, REASONS
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.geocoded import Geocoded
from geoservice.addresses.match import geocode
from geoservice.addresses.scope import scope_row
from geoservice.addresses.search_keys import HAN


def geocode_features(
    texts: Sequence[str], gazetteer: Gazetteer, country: str | None, scope: str | None, language: str
) -> dict[str, Any]:
    """Return a collection with a feature for each address, in their order; its id is the position in the list, from 0.

    Raises :class:`ParameterError` for a scope that is no code of an area, or the code of several.
    """
    row = scope_row(gazetteer, scope, "inputs.scope")
    features = [
        geocoded_feature(i, geocode(text, gazetteer, row, country if country is not None else country_of(text)), language)
        for i, text in enumerate(texts)
    ]
    return {"type": "FeatureCollection", "features": features, "numberReturned": len(features)}


def country_of(text: str) -> str:
    """Return the country of an address for which none is stated: China if it has Chinese characters, otherwise any."""
    return "CN" if HAN.search(text) else ""


def geocoded_feature(number: int, place: Geocoded, language: str) -> dict[str, Any]:
    """Return where an address is as a feature; the geometry is null if no position is known."""
    return {
        "type": "Feature",
        "id": number,
        "geometry": None if place.lon is None else {"type": "Point", "coordinates": [place.lon, place.lat]},
        "properties": {
            "status": place.status,
            "reason": place.reason or None,
            "reason_text": REASONS[place.reason][language != "zh"] if place.reason else None,
            "matched": place.matched,
            "areas": [area._asdict() for area in place.areas],
            "precision": place.precision,
            "score": place.score,
            "uncertainty_m": place.uncertainty_m,
            "faults": [{"code": code, "text": getattr(FAULTS[code], f"text_{language}")} for code in place.faults],
            "candidates": [candidate._asdict() for candidate in place.candidates],
            "addr_type": place.addr_type or None,
            "location_type": place.location_type or None,
        },
    }
