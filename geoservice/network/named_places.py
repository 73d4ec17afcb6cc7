"""Names of places in the OSM extract, such as villages and neighbourhoods: they say where something is.

They are stored beside the places where people may live, as ``<folder>/<build>/places/names.json``: ``[lon, lat, zh, en]`` each.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from geoservice.network.graph import read_index

NAMES = "names.json"
NAMED = frozenset({"city", "town", "suburb", "quarter", "neighbourhood", "village", "hamlet", "isolated_dwelling"})
"""Values of ``place`` with a name that people know."""


class NamedPlace(NamedTuple):
    """A named place: degrees, and its name in both languages, the local one where there is no other."""

    lon: float
    lat: float
    zh: str
    en: str


def encode_names(names: Sequence[NamedPlace]) -> bytes:
    """Return the names as JSON, in an order independent of the extract's."""
    return json.dumps(sorted(names), ensure_ascii=False, separators=(",", ":")).encode()


def load_named_places(folder: Path) -> tuple[NamedPlace, ...]:
    """Return the named places of the current network; none for one that was built before names were stored.

    Raises :class:`geoservice.errors.NotFound` if no network was built.
    """
    file = folder / read_index(folder)["build"] / "places" / NAMES
    try:
        return tuple(NamedPlace(*row) for row in json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
