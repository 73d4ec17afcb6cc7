"""Points and polygons out of a file: into WGS 84, into the area that holds them, and a diagnosis when they are elsewhere."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from geoservice.errors import BadGeometry, WrongPlace
from geoservice.geo import Bools, Floats, Int32s, Objects
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import require
from geoservice.ingest.crs import crs_title, is_degrees, parse_crs, to_wgs84
from geoservice.ingest.report import Options
from geoservice.ingest.values import numbers
from geoservice.schema import LEVELS, TableName

_DEGREES = "degrees, longitude -180 to 180 and latitude -90 to 90"
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
        """Take the current areas of the levels (not grids) out of the workspace's table."""
        frame = table.select(["code", "level", "geometry", "valid_to"]).to_pandas()
        frame = frame[frame["geometry"].notna() & frame["valid_to"].isna() & frame["level"].isin(LEVELS)]
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


def choose_crs(cells: Cells, options: Options) -> str:
    """Return the CRS of a file's coordinates: the one said, the file's own, WGS 84; noted where it is an assumption."""
    own = cells.raw.meta.crs
    if options.crs is not None:
        chosen = parse_crs(options.crs)
        if own and crs_title(parse_crs(own)) != crs_title(chosen):
            cells.notes.append(f"the file says {crs_title(parse_crs(own))}, read as {chosen} as you asked")
        return chosen
    if own:
        return parse_crs(own)
    cells.notes.append("no CRS stated: coordinates were read as WGS 84 (EPSG:4326)")
    words = " ".join(cells.raw.columns.column_names).lower()
    for hint, crs in (
        ("gcj", "gcj02"),
        ("火星", "gcj02"),
        ("高德", "gcj02"),
        ("bd09", "bd09"),
        ("bd-09", "bd09"),
        ("百度", "bd09"),
    ):
        if hint in words:
            cells.notes.append(f"a header says {hint!r}: if the coordinates are shifted, read them with --crs {crs}")
            break
    return "EPSG:4326"


def _geometries(cells: Cells) -> tuple[Objects, Bools] | None:
    """Return the file's geometries and which cells held something that is none; None if the file has no geometry at all."""
    if cells.raw.geometry is not None:
        wkb = cells.raw.geometry.to_numpy(zero_copy_only=False)
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
        return shapes, np.array([w is not None for w in wkb]) & shapely.is_missing(shapes)
    if cells.has("wkt"):
        text = cells.text("wkt").to_numpy(zero_copy_only=False)
        shapes = shapely.from_wkt(text, on_invalid="ignore")
        return shapes, np.array([t is not None for t in text]) & shapely.is_missing(shapes)
    return None


def read_points(cells: Cells, table: TableName, options: Options, *, surfaces: bool = False) -> tuple[Floats, Floats, str]:
    """Return WGS 84 longitudes and latitudes (NaN where refused) and the CRS they were read in.

    ``surfaces`` says that a polygon may stand for a point inside it, as mapped buildings do.

    Raises
    ------
    MissingColumn
        Neither geometry nor a pair of coordinate columns.
    WrongPlace
        Most coordinates are no degrees where degrees were expected; the message says what they look like.
    """
    crs = choose_crs(cells, options)
    found = None if cells.has("lon") and cells.has("lat") and cells.raw.geometry is None else _geometries(cells)
    if found is None:
        hint = "; addresses without coordinates are for: geoservice geocode" if cells.has("address") else ""
        require(table, cells.mapping, cells.raw.columns.column_names, ("lon", "lat"), hint)
        x, y = _pair(cells)
    else:
        x, y = _of_shapes(cells, *found, surfaces=surfaces)
    _check_degrees(cells, crs, x, y)
    lon, lat = to_wgs84(crs, x, y)
    with np.errstate(invalid="ignore"):
        good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    outside = ~good & np.isfinite(x) & np.isfinite(y)
    cells.refuse(
        outside,
        _named(cells, "lat"),
        f"no place on Earth in {crs_title(crs)}",
        _DEGREES,
        kind=WrongPlace,
        private=table == "households",
    )
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan), crs_title(crs)


def _named(cells: Cells, name: str) -> str:
    return name if cells.has(name) else ("wkt" if cells.has("wkt") else "geometry")


def _pair(cells: Cells) -> tuple[Floats, Floats]:
    values = []
    for name in ("lon", "lat"):
        parsed = numbers(cells.column(name))
        cells.refuse(parsed.bad, name, "not a number", _DEGREES, private=True)
        cells.refuse(parsed.empty, name, "empty", "a coordinate", private=True)
        values.append(parsed.values)
    return values[0], values[1]


def _of_shapes(cells: Cells, shapes: Objects, broken: Bools, *, surfaces: bool) -> tuple[Floats, Floats]:
    kinds = shapely.get_type_id(shapes)
    single = (kinds == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes = np.where(single, shapely.get_geometry(shapes, 0), shapes)
    areal = np.isin(kinds, (3, 6)) & ~shapely.is_empty(shapes)
    if surfaces and areal.any():
        shapes = np.where(areal, shapely.point_on_surface(shapes), shapes)
        cells.notes.append(f"{int(areal.sum())} polygons were read as a point inside them")
    good = (shapely.get_type_id(shapes) == 0) & ~shapely.is_empty(shapes)
    name = _named(cells, "geometry")
    cells.refuse(broken, name, "geometry cannot be read", "a point", kind=BadGeometry)
    cells.refuse(shapely.is_missing(shapes) & ~broken, name, "no geometry", "a point", kind=BadGeometry)
    cells.refuse(~good & ~shapely.is_missing(shapes), name, "no point", "a point", kind=BadGeometry)
    shapes = np.where(good, shapes, None)
    return shapely.get_x(shapes), shapely.get_y(shapes)


def _check_degrees(cells: Cells, crs: str, x: Floats, y: Floats) -> None:
    """Raise when most coordinates cannot be degrees although they are read as degrees."""
    there = np.isfinite(x) & np.isfinite(y)
    if not there.any() or not is_degrees(crs):
        return
    x, y = x[there], y[there]
    if ((np.abs(x) > 180) | (np.abs(y) > 90)).mean() <= 0.5:
        return
    if ((np.abs(y) <= 180) & (np.abs(x) <= 90)).mean() > 0.5:
        said = "they look swapped: longitude stands in the latitude column; exchange the two with --map"
    else:
        said = "they look like projected metres; say which with --crs EPSG:<number>"
    raise WrongPlace(
        f"{cells.faults.file}: most coordinates are no degrees; {said}. Read as {crs_title(crs)}; allowed: {_DEGREES}"
    )


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
            f"{cells.faults.file}: {share:.0%} of the points, read as {crs}, are outside every area; {said or 'other areas, or another CRS?'}"
        )
    if outside.any():
        cells.notes.append(f"{int(outside.sum())} points ({share:.2%}) are outside every area" + (f"; {said}" if said else ""))
    if required:
        name = _named(cells, "lon")
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
    if base < 0.5 and (crs := _projected(areas, *_as_in_file(cells, there, pick))):
        return f"the numbers look like {crs}: read them with --crs {crs}"
    return ""


def _as_in_file(cells: Cells, there: Bools, pick: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> tuple[Floats, Floats]:
    if not (cells.has("lon") and cells.has("lat")):
        return np.empty(0), np.empty(0)
    return numbers(cells.column("lon")).values[there][pick], numbers(cells.column("lat")).values[there][pick]


def _projected(areas: Areas, x: Floats, y: Floats) -> str:
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


def read_polygons(cells: Cells, options: Options) -> tuple[list[bytes | None], str]:
    """Return WKB polygons in WGS 84 (None where the file has none) and the CRS they were read in; invalid ones are refused."""
    found = _geometries(cells)
    if found is None:
        return [None] * len(cells), ""
    shapes, broken = found
    crs = choose_crs(cells, options)
    name = _named(cells, "geometry")
    there = ~shapely.is_missing(shapes)
    wrong = there & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    allowed = "a valid polygon or multipolygon"
    cells.refuse(broken, name, "geometry cannot be read", allowed, kind=BadGeometry)
    cells.refuse(wrong | (there & shapely.is_empty(shapes)), name, "no polygon", allowed, kind=BadGeometry)
    faulty = there & ~wrong & ~shapely.is_valid(shapes)
    reasons = [f"invalid polygon: {r}" for r in shapely.is_valid_reason(shapes[faulty])]
    cells.faults.add(faulty, cells.mapping.get(name, name), [""] * int(faulty.sum()), reasons, allowed, kind=BadGeometry)
    good = there & ~wrong & ~faulty & ~shapely.is_empty(shapes)
    turned = _turn(cells, shapely.force_2d(np.where(good, shapes, None)), crs)
    return [None if s is None else bytes(w) for s, w in zip(turned, shapely.to_wkb(turned), strict=True)], crs_title(crs)


def _turn(cells: Cells, shapes: Objects, crs: str) -> Objects:
    corners = shapely.get_coordinates(shapes)
    _check_degrees(cells, crs, corners[:, 0], corners[:, 1])
    turned: Objects = shapely.transform(shapes, lambda xy: np.column_stack(to_wgs84(crs, xy[:, 0], xy[:, 1])))
    ends = shapely.bounds(turned)
    with np.errstate(invalid="ignore"):
        lost = ~shapely.is_missing(turned) & ~(
            (np.abs(ends[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(ends[:, [1, 3]]) <= 90).all(axis=1)
        )
    cells.refuse(lost, _named(cells, "geometry"), f"no place on Earth in {crs_title(crs)}", _DEGREES, kind=WrongPlace)
    return np.where(lost, None, turned)
