"""Rows of tables of OSM tags, and what the rules make of them in letters."""

from geoservice.modes import MODES
from geoservice.network.access import Tags
from geoservice.network.rules import Passage, node_passage, way_use
from geoservice.network.speeds import Speeds

LETTERS = {"open": "o", "last_mile": "l", "closed": "x"}


def tags_of(text: str) -> dict[str, str]:
    """Return the tags of ``highway=path foot=yes``; ``~`` is a space in a value."""
    return dict(pair.replace("~", " ").split("=", 1) for pair in text.split())


def way_letters(text: str, speeds: Speeds, modes: tuple[str, ...] = tuple(MODES)) -> str:
    """Return for each mode two letters, along the way and against it: o open, l at the ends of a trip only, x closed."""
    uses = [way_use(tags_of(text), mode, speeds) for mode in modes]
    return " ".join(_letter(use.forward) + _letter(use.backward) for use in uses)


def _letter(passage: Passage) -> str:
    if not passage.kmh:
        return "x"
    return "l" if passage.last_mile else "o"


def node_letters(text: str, speeds: Speeds) -> str:
    """Return a letter for each mode: o open, l at the ends of a trip only, x closed."""
    return "".join(LETTERS[node_passage(tags_of(text), mode, speeds)] for mode in ("walk", "cycle", "drive"))


def travel_kmh(tags: Tags, mode: str, speeds: Speeds) -> tuple[float, float]:
    """Return the speed along a way and against it, in km/h; 0 where the mode may not go."""
    use = way_use(tags, mode, speeds)
    return use.forward.kmh, use.backward.kmh
