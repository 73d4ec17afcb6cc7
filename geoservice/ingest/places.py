"""Which area holds a point, and what is wrong when many points lie in none."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoservice.errors import InputError, WrongPlace
from geoservice.geo import BBox, Bools, Floats, Int32s, Objects
from geoservice.ingest.cells import Cells
from geoservice.ingest.crs import to_wgs84
from geoservice.ingest.geometry import named
from geoservice.ingest.values import numbers
from geoservice.schema import LEVELS

_SAMPLE = 2000
_CANDIDATES = (
    *(f"EPSG:{n}" for n in range(4513, 4555)),
    "EPSG:3857",
    *(f"EPSG:{n}" for n in (*range(32601, 32661), *range(32701, 32761))),
)


@dataclass(frozen=True)
class Areas:
    """Areas with a border, lowest level first and then by code; ``shapes`` and ``codes`` have shape ``(a,)``."""

    codes: Objects
    shapes: Objects

    @classmethod
    def of(cls, table: pa.Table) -> "Areas":
        """Take the areas of the levels (not grids) out of the table."""
        frame = table.select(["code", "level", "geometry"]).to_pandas()
        frame = frame[frame["geometry"].notna() & frame["level"].isin(LEVELS)]
        depth = frame["level"].map({level: -i for i, level in enumerate(LEVELS)})
        frame = frame.assign(depth=depth).sort_values(["depth", "code"], kind="stable")
        return cls(frame["code"].to_numpy(object), shapely.from_wkb(frame["geometry"].to_numpy(object)))

    def locate(self, lon: Floats, lat: Floats) -> Int32s:
        """Return the position of the lowest area that covers each point, -1 if none does; shape ``(n,)``.

        Points are sorted by longitude once, so that an area looks only at those within its own box. A point on a border, or in
        two areas of one level, belongs to the lower code.
        """
        order = np.argsort(lon, kind="stable")
        x, y = lon[order], lat[order]
        found = np.full(len(x), -1, np.int32)
        for i, (shape, (west, south, east, north)) in enumerate(zip(self.shapes, shapely.bounds(self.shapes), strict=True)):
            strip = slice(np.searchsorted(x, west), np.searchsorted(x, east, side="right"))
            near = np.flatnonzero((found[strip] < 0) & (y[strip] >= south) & (y[strip] <= north)) + strip.start
            if len(near):
                shapely.prepare(shape)
                found[near[shapely.intersects_xy(shape, x[near], y[near])]] = i
        back = np.empty(len(x), np.int32)
        back[order] = found
        return back

    def share(self, lon: Floats, lat: Floats) -> float:
        """Return the share of points that any area covers."""
        return float((self.locate(lon, lat) >= 0).mean()) if len(lon) else 0.0


def no_areas() -> InputError:
    """Return the error of a file that needs areas to be placed in."""
    return InputError("no areas with borders are loaded yet; load them first: geoservice import areas FILE")


def box_of(table: pa.Table) -> BBox:
    """Return the box around the areas; raises :class:`InputError` where none with a border is loaded."""
    areas = Areas.of(table)
    if not len(areas.codes):
        raise no_areas()
    return BBox(*(float(v) for v in shapely.total_bounds(areas.shapes)))


def check_inside(cells: Cells, areas: Areas, lon: Floats, lat: Floats, crs: str, *, required: bool) -> Int32s:
    """Return the area of each point, -1 outside all; raise or note what is wrong when many are outside.

    Parameters
    ----------
    cells
        The file, for its notes and faults.
    areas
        What has been loaded.
    lon, lat
        WGS 84 degrees, NaN where already refused; shape ``(n,)``.
    crs
        What the coordinates were read as.
    required
        Whether a point outside every area is refused.

    Raises
    ------
    WrongPlace
        More than half of the points are outside every area; the message holds a diagnosis, no coordinate.
    """
    there = np.isfinite(lon) & np.isfinite(lat)
    found = np.full(len(lon), -1, np.int32)
    found[there] = areas.locate(lon[there], lat[there])
    outside = there & (found < 0)
    share = outside.sum() / max(there.sum(), 1)
    said = diagnose(areas, lon[there], lat[there], cells, there) if share > 0.002 else ""
    if share > 0.5:
        raise WrongPlace(
            f"{cells.faults.file}: {share:.0%} of the points, read as {crs}, are outside every area; "
            f"{said or 'are these the right areas, and is this the right CRS?'}"
        )
    if outside.any():
        cells.notes.append(f"{int(outside.sum())} points ({share:.2%}) are outside every area" + (f"; {said}" if said else ""))
    if required:
        name = named(cells, "lon")
        cells.refuse(outside, name, "outside every area", "a point in one of the areas loaded", kind=WrongPlace, private=True)
    return found


def diagnose(areas: Areas, lon: Floats, lat: Floats, cells: Cells, there: Bools) -> str:
    """Say which other reading of the coordinates puts clearly more points into areas; empty if none does."""
    pick = np.unique(np.linspace(0, len(lon) - 1, min(len(lon), _SAMPLE)).astype(int))
    x, y = lon[pick], lat[pick]
    base = areas.share(x, y)
    readings = {
        "they look swapped: exchange longitude and latitude with --map": (y, x),
        "they look like GCJ-02: read them with --crs gcj02": to_wgs84("gcj02", x, y),
        "they look like BD-09: read them with --crs bd09": to_wgs84("bd09", x, y),
    }
    shares = {said: areas.share(*pair) for said, pair in readings.items()}
    best = max(shares, key=lambda k: shares[k])
    if shares[best] > base + max(0.02 * (1 - base), 0.001) and shares[best] - base > 0.3 * (1 - base):
        return f"{best} ({shares[best]:.0%} of a sample would be inside, now {base:.0%})"
    if base < 0.5 and (crs := find_projected(areas, *_as_in_file(cells, there, pick))):
        return f"the numbers look like {crs}: read them with --crs {crs}"
    return ""


def _as_in_file(cells: Cells, there: Bools, pick: NDArray[np.intp]) -> tuple[Floats, Floats]:
    if not (cells.has("lon") and cells.has("lat")):
        return np.empty(0), np.empty(0)
    return numbers(cells.column("lon")).values[there][pick], numbers(cells.column("lat")).values[there][pick]


def find_projected(areas: Areas, x: Floats, y: Floats) -> str:
    """Return the projected CRS under which most points lie in areas, of the Chinese 3-degree zones, UTM and web Mercator."""
    if not len(x) or np.abs(x).max() < 1000:
        return ""
    scores: dict[str, float] = {}
    for crs in _CANDIDATES:
        lon, lat = to_wgs84(crs, x[:200], y[:200])
        good = np.isfinite(lon) & np.isfinite(lat)
        scores[crs] = areas.share(lon[good], lat[good]) if good.any() else 0.0
    best = max(scores, key=lambda k: scores[k])
    return best if scores[best] > 0.5 else ""
