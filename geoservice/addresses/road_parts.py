"""The parts of roads that are in one village each: where a number on a road without door plates may be."""

from bisect import bisect_left
from typing import NamedTuple

import pyarrow as pa

ROAD_PARTS = "road_parts.arrow"
_FIELDS: dict[str, pa.DataType] = {
    "road": pa.int32(),
    "village": pa.int32(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "radius_m": pa.float32(),
    "share": pa.float32(),
}
ROAD_PART_SCHEMA = pa.schema(_FIELDS)
"""Parts of roads by ``road`` and ``village``, rows of the table of places. The position is on the part; ``radius_m`` is half of
its extent; ``share`` that of the length of the road, from 0 to 1."""
_WHOLE = 0.95


class RoadPart(NamedTuple):
    """The part of a road in a village; see :data:`ROAD_PART_SCHEMA`."""

    village: int
    lon: float
    lat: float
    radius_m: float
    share: float

    @property
    def is_whole(self) -> bool:
        """Whether the road is in no other village, but for a short end of it."""
        return self.share >= _WHOLE


class RoadParts:
    """The parts of the roads of a gazetteer.

    Parameters
    ----------
    table : pa.Table
        As :data:`ROAD_PART_SCHEMA`.
    """

    def __init__(self, table: pa.Table) -> None:
        self._road = table.column("road").to_numpy().data
        self._columns = [table.column(name).to_numpy().data for name in RoadPart._fields]

    def of(self, road: int) -> list[RoadPart]:
        """Return the parts of a road, by village; empty if they are not known."""
        start = bisect_left(self._road, road)
        stop = bisect_left(self._road, road + 1, start)
        return [RoadPart(*(column[i] for column in self._columns)) for i in range(start, stop)]
