"""Names of service gaps: the nearest named place, and the township."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from geoservice.analysis.base import Context, NamedPlaces
from geoservice.geo import Floats, Int32s, Ints


def nearest_places(context: Context, x: Floats, y: Floats) -> Ints:
    """Return the named place nearest to each position, in metres of the study's plane; -1 if there are no named places."""
    places = context.named_places
    if not len(places.lon):
        return np.full(len(x), -1, np.int64)
    tree = cKDTree(np.column_stack(context.projection.forward(places.lon, places.lat)))
    return np.asarray(tree.query(np.column_stack([x, y]))[1], np.int64)


def main_areas(area: Int32s, areas: int, gap: Int32s, gaps: int, people: Floats) -> Ints:
    """Return the area in which most people of each gap live; of equal ones the first, -1 if all are outside.

    >>> main_areas(np.array([0, 1, 1], np.int32), 2, np.zeros(3, np.int32), 1, np.array([5.0, 3.0, 3.0])).tolist()
    [1]
    """
    inside = (gap >= 0) & (area >= 0)
    count = np.bincount(gap[inside] * np.int64(areas) + area[inside], people[inside], gaps * areas).reshape(gaps, areas)
    return np.where(count.sum(axis=1) > 0, np.argmax(count, axis=1), -1)


def gap_names(places: NamedPlaces, place: Ints, area: Sequence[dict[str, str]], language: str) -> list[str]:
    """Return a name for each gap, from its nearest place and its township; a name that occurs again has a number.

    ``place`` are positions in ``places``, -1 for none; ``area`` are the names of areas in both languages, "" for none.

    >>> places = NamedPlaces(np.zeros(1), np.zeros(1), ["张家湾"], ["Zhangjiawan"])
    >>> areas = [{"zh": "杨桥镇", "en": "Yangqiao"}] * 2
    >>> gap_names(places, np.array([0, 0]), areas, "zh"), gap_names(places, np.array([0, -1]), areas, "en")
    (['杨桥镇张家湾附近', '杨桥镇张家湾附近（2）'], ['Near Zhangjiawan, Yangqiao', 'Yangqiao'])
    """
    seen: dict[str, int] = {}
    names = []
    for p, a in zip(place.tolist(), area, strict=True):
        name = _name((places.zh if language == "zh" else places.en)[p] if p >= 0 else "", a[language], language)
        seen[name] = seen.get(name, 0) + 1
        repeat = f"（{seen[name]}）" if language == "zh" else f" ({seen[name]})"
        names.append(name + (repeat if seen[name] > 1 else ""))
    return names


def _name(place: str, area: str, language: str) -> str:
    if language == "zh":
        return f"{area}{place}附近" if place else area or "空白区"
    return ", ".join(part for part in (f"Near {place}" if place else "", area) if part) or "Gap"
