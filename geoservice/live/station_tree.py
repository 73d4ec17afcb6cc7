"""An R-tree of the positions of stations, which follows the edits of a scenario."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rtree.index import Index

from geoservice.geo import BBox
from geoservice.live.mode_streets import Rows

Box = tuple[float, float, float, float]


class StationTree:
    """The numbers of stations by position."""

    def __init__(self, rows: Rows) -> None:
        self._boxes = [_box(rows, number) for number in range(len(rows))]
        self._tree = Index(((number, box, None) for number, box in enumerate(self._boxes)) if rows else ())

    @contextmanager
    def edited(self, rows: Rows, numbers: Sequence[int]) -> Iterator[None]:
        """Move the stations of ``numbers`` to where they are in ``rows``, and add new ones; this is undone at the end."""
        known = len(self._boxes)
        for number in numbers:
            self._replace(number, _box(rows, number))
        try:
            yield
        finally:
            for number in numbers:
                self._tree.delete(number, _box(rows, number))
                if number < known:
                    self._tree.insert(number, self._boxes[number])

    def _replace(self, number: int, box: Box) -> None:
        if number < len(self._boxes):
            self._tree.delete(number, self._boxes[number])
        self._tree.insert(number, box)

    def inside(self, box: BBox) -> list[int]:
        """Return the stations in a box, ascending."""
        return sorted(self._tree.intersection(tuple(box)))


def _box(rows: Rows, number: int) -> Box:
    lon, lat = float(rows[number]["lon"]), float(rows[number]["lat"])
    return lon, lat, lon, lat
