"""Fit of an unknown plane to control points: a similarity or an affine map, as a CRS that PROJ reads.

Offices hold coordinates of Beijing-54, Xi'an-80 or a town's own grid whose parameters are not published. A few points that are
known in both systems are enough for a county, over which such grids differ from CGCS2000 by a shift, a turn and a scale.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer

from geoservice.errors import BadValues, InputError, MissingColumn
from geoservice.geo import WGS84, Floats
from geoservice.ingest.coordinates import angles
from geoservice.ingest.crs import parse_crs, to_wgs84
from geoservice.ingest.degrees import Axis
from geoservice.ingest.formats import format_of
from geoservice.ingest.header_names import normalize_header
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.sandbox import SCRATCH, read_file
from geoservice.ingest.values import numbers
from geoservice.scratch import scratch_folder

LEAST_POINTS = 3
"""Two points determine a similarity and leave no residual that could show an error."""
FOR_AFFINE = 6
"""Points from which an affine map, which has six parameters, is tried."""
_AFFINE_GAIN = 0.5
"""An affine map is used if its residuals, each without its own point, are at most this share of the similarity's."""
_EXACT_M = 0.5
"""A similarity with residuals below this is kept."""
TOLERANCE_M = 10.0
"""Largest residual of a point in metres."""
_LEAST_WIDTH = 0.02
"""Least ratio of the extents across and along the points; below it they are on a line."""
_NAMES: Mapping[str, tuple[str, ...]] = {
    "x": ("x", "easting", "east", "横坐标", "东坐标", "x坐标", "源x", "fromx"),
    "y": ("y", "northing", "north", "纵坐标", "北坐标", "y坐标", "源y", "fromy"),
    "lon": ("lon", "lng", "longitude", "经度", "knownx", "tox", "已知x", "目标x", "x2"),
    "lat": ("lat", "latitude", "纬度", "knowny", "toy", "已知y", "目标y", "y2"),
    "name": ("name", "id", "point", "点名", "点号", "名称", "编号"),
}
_ALLOWED = "columns x, y as in the file to import, and lon, lat (or known_x, known_y) in the CRS of --crs, by default WGS 84"


@dataclass(frozen=True)
class ControlFit:
    """A fitted CRS and how well it fits.

    Attributes
    ----------
    crs
        The CRS as text for ``--crs``.
    method
        ``similarity`` (shift, turn, scale; the axes may be exchanged) or ``affine``.
    names, residuals_m
        Control points and the distances between their known and their fitted places, in metres; shapes ``(n,)``.
    scale, turn_degrees
        Metres per unit of the file, and the turn counter-clockwise; of an affine map, their means.
    """

    crs: str
    method: str
    names: tuple[str, ...]
    residuals_m: tuple[float, ...]
    scale: float
    turn_degrees: float

    @property
    def rms_m(self) -> float:
        """Return the root mean square of the residuals in metres."""
        return float(np.sqrt(np.mean(np.square(self.residuals_m))))

    def lines(self) -> list[str]:
        """Return the fit as lines of text."""
        residuals = ", ".join(f"{name} {r:.2f}" for name, r in zip(self.names, self.residuals_m, strict=True))
        text = (
            f"{len(self.names)} control points: {self.method}, scale {self.scale:.7f}, turned by {self.turn_degrees:.5f} "
            f"degrees, root mean square of the residuals {self.rms_m:.2f} m; residuals in metres: {residuals}"
        )
        return [text]


def fit_control_points(path: Path, crs: str | None, folder: Path) -> ControlFit:
    """Return the CRS fitted to the control points of a file.

    Parameters
    ----------
    path
        A table in any format of an import, with the columns ``x`` and ``y``, coordinates in the unknown plane, and ``lon`` and
        ``lat`` or ``known_x`` and ``known_y``.
    crs
        CRS of the known coordinates; None for WGS 84.
    folder
        Where scratch files may be written.

    Raises
    ------
    MissingColumn, BadValues
        A column or a value is missing or wrong.
    InputError
        The points are too few, on a line, or do not fit.
    """
    kind = format_of(path)
    fields = {name: {"names": list(names)} for name, names in _NAMES.items()}
    with scratch_folder(SCRATCH, folder) as scratch:
        raw = read_file(path, kind, Path(scratch), fields=fields)  # type: ignore[arg-type]  # Names has only optional keys
    headers = _headers(path.name, raw.columns.column_names)
    known_crs = parse_crs(crs or WGS84)
    columns = [_column(path.name, raw, headers[name], name) for name in ("x", "y", "lon", "lat")]
    lon, lat = to_wgs84(known_crs, columns[2], columns[3])
    if not (np.isfinite(lon).all() and np.isfinite(lat).all() and (np.abs(lat) <= 90).all()):
        raise InputError(f"{path.name}: the known coordinates are not on Earth in {known_crs}; state their CRS with --crs")
    names = raw.columns.column(headers["name"]).to_pylist() if "name" in headers else raw.rows.to_pylist()
    try:
        return fit_plane(columns[0], columns[1], lon, lat, [str(name) for name in names], path.name)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error


def _headers(file: str, headers: Sequence[str]) -> dict[str, str]:
    """Return our columns -> the headers of a control point file; beside ``x`` and ``y``, ``X`` and ``Y`` are known."""
    names = {**_NAMES}
    if {"x", "y", "X", "Y"} <= set(headers):
        found = {"x": "x", "y": "y", "lon": "X", "lat": "Y"}
        names = {"name": _NAMES["name"]}
    else:
        found = {}
    for field, spellings in names.items():
        matches = [h for h in headers if normalize_header(h) in spellings and h not in found.values()]
        if matches:
            found[field] = matches[0]
    if missing := [field for field in ("x", "y", "lon", "lat") if field not in found]:
        raise MissingColumn(f"{file}: no column matches {missing}; its columns are {list(headers)}; allowed are {_ALLOWED}")
    return found


def _column(file: str, raw: RawTable, header: str, name: str) -> Floats:
    column = raw.columns.column(header)
    values = numbers(column, decimal_comma=raw.meta.delimiter == ";").values
    if name in {"lon", "lat"} and not np.isfinite(values).all():
        axis: Axis = "lon" if name == "lon" else "lat"
        values = angles(column, axis)[0]
    if not np.isfinite(values).all():
        row = raw.rows.to_pylist()[int(np.flatnonzero(~np.isfinite(values))[0])]
        raise BadValues(f"{file}: row {row}, column {header}: not a coordinate; allowed are {_ALLOWED}")
    return np.asarray(values, float)


def fit_plane(x: Floats, y: Floats, lon: Floats, lat: Floats, names: Sequence[str], title: str = "") -> ControlFit:
    """Return the CRS of a plane fitted to control points by least squares.

    The map goes to a transverse Mercator plane, whose central meridian is that of the 3-degree or 6-degree zone of the points
    or their mean longitude, whichever fits best, since the unknown grid has a meridian too.

    Parameters
    ----------
    x, y : float arrays, shape (n,)
        Coordinates in the unknown plane, in any unit; the axes may be exchanged.
    lon, lat : float arrays, shape (n,)
        WGS 84 degrees of the same points.
    names : sequence of str
        Names of the points for messages.
    title : str
        Name of the fit in messages.

    Raises
    ------
    InputError
        The points are fewer than three, on a line, or a residual is above 10 m.
    """
    if len(x) < LEAST_POINTS:
        raise InputError(f"{len(x)} control points; at least {LEAST_POINTS} are needed to fit and to check")
    if (np.abs(x) <= 180).all() and (np.abs(y) <= 180).all():
        raise InputError("x and y of the control points are degrees; control points are fitted in metres of a plane")
    source = np.column_stack([x, y])
    if _width(source) < _LEAST_WIDTH or _width(np.column_stack([lon * np.cos(np.radians(lat)), lat])) < _LEAST_WIDTH:
        raise InputError("the control points are on a line, which leaves the map undetermined; add points beside the line")
    fits = [_best_map(source, meridian, lon, lat) for meridian in _meridians(float(lon.mean()))]
    meridian, method, matrix, residuals = min(fits, key=lambda fit: float(np.square(fit[3]).sum()))
    if residuals.max() > TOLERANCE_M:
        raise InputError(_misfit(source, meridian, lon, lat, names, residuals))
    text = _crs_text(matrix, meridian, f"control points {title}".strip())
    linear = matrix[:, :2]
    turn = (
        np.degrees(np.arctan2(linear[1, 0], linear[0, 0]))
        if np.linalg.det(linear) > 0
        else np.degrees(np.arctan2(linear[1, 1], linear[0, 1]))
    )
    scale = float(np.sqrt(abs(np.linalg.det(linear))))
    return ControlFit(text, method, tuple(names), tuple(residuals.tolist()), scale, float(turn))


def _width(points: Floats) -> float:
    """Return the ratio of the extents of points across and along their main direction."""
    extents = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return float(extents[1] / extents[0]) if extents[0] > 0 else 0.0


def _meridians(lon: float) -> Iterable[float]:
    return dict.fromkeys((round(lon / 3) * 3.0, np.floor(lon / 6) * 6 + 3.0, round(lon, 2)))


def _plane(meridian: float, lon: Floats, lat: Floats) -> Floats:
    east, north = Transformer.from_crs(WGS84, _base(meridian), always_xy=True).transform(lon, lat)
    return np.column_stack([east, north])


def _base(meridian: float) -> CRS:
    return CRS.from_proj4(f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +no_defs")


Fit = tuple[float, str, Floats, Floats]


def _best_map(source: Floats, meridian: float, lon: Floats, lat: Floats) -> Fit:
    """Return the meridian, the method, the map of shape ``(2, 3)`` and the residuals in metres, shape ``(n,)``."""
    known = _plane(meridian, lon, lat)
    similar = min((_similarity(source, known, exchanged) for exchanged in (False, True)), key=lambda m: _sum(m, source, known))
    rms = _without_own(source, known, similar) if len(source) >= FOR_AFFINE else 0.0
    if rms > _EXACT_M and _without_own(source, known, None) <= _AFFINE_GAIN * rms:
        affine = _affine(source, known)
        return meridian, "affine", affine, _residuals(affine, source, known)
    return meridian, "similarity", similar, _residuals(similar, source, known)


def _similarity(source: Floats, known: Floats, exchanged: bool) -> Floats:
    """Return the least-squares map of shift, turn and scale, with exchanged axes if ``exchanged``; shape ``(2, 3)``."""
    points = source[:, ::-1] if exchanged else source
    a, b = points.mean(axis=0), known.mean(axis=0)
    p, q = points - a, known - b
    total = float(np.square(p).sum())
    u, v = float((p * q).sum()) / total, float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum()) / total
    linear = np.array([[u, -v], [v, u]])
    shift = b - linear @ a
    return np.column_stack([linear[:, ::-1] if exchanged else linear, shift])


def _affine(source: Floats, known: Floats) -> Floats:
    a, b = source.mean(axis=0), known.mean(axis=0)
    linear = np.linalg.lstsq(source - a, known - b, rcond=None)[0].T
    return np.column_stack([linear, b - linear @ a])


def _residuals(matrix: Floats, source: Floats, known: Floats) -> Floats:
    fitted = source @ matrix[:, :2].T + matrix[:, 2]
    distances: Floats = np.hypot(*(fitted - known).T)
    return distances


def _sum(matrix: Floats, source: Floats, known: Floats) -> float:
    return float(np.square(_residuals(matrix, source, known)).sum())


def _without_own(source: Floats, known: Floats, similar: Floats | None) -> float:
    """Return the root mean square distance of each point from the map fitted to the other points; affine if no ``similar``."""
    exchanged = similar is not None and np.linalg.det(similar[:, :2]) < 0
    squares = []
    for i in range(len(source)):
        others = np.arange(len(source)) != i
        fit = _affine if similar is None else lambda s, k: _similarity(s, k, exchanged)
        squares.append(_sum(fit(source[others], known[others]), source[[i]], known[[i]]))
    return float(np.sqrt(np.mean(squares)))


def _misfit(source: Floats, meridian: float, lon: Floats, lat: Floats, names: Sequence[str], residuals: Floats) -> str:
    """Return the message for control points that do not fit, naming the point without which the others do."""
    allowed = f"allowed are {TOLERANCE_M:g} m"
    known = _plane(meridian, lon, lat)
    if len(source) > LEAST_POINTS:
        for i in np.argsort(-residuals):
            others = np.arange(len(source)) != i
            if _width(source[others]) < _LEAST_WIDTH:
                continue
            matrix = min(
                (_similarity(source[others], known[others], e) for e in (False, True)),
                key=lambda m: _sum(m, source[others], known[others]),
            )
            if _residuals(matrix, source[others], known[others]).max() <= TOLERANCE_M:
                off = float(_residuals(matrix, source[[i]], known[[i]])[0])
                return f"control point {names[i]} is {off:.0f} m from where the others place it; {allowed}"
    worst = int(np.argmax(residuals))
    return (
        f"the control points do not fit: the residual of point {names[worst]} is {residuals[worst]:.0f} m, {allowed}; are "
        "x and y of one plane, and is --crs that of the known coordinates?"
    )


def _crs_text(matrix: Floats, meridian: float, title: str) -> str:
    """Return the WKT of the fitted plane: a derived projected CRS, whose coordinates are affine in those of its base."""
    linear = np.linalg.inv(matrix[:, :2])
    shift = -linear @ matrix[:, 2]
    base = _base(meridian).to_wkt()
    geographic, conversion = CRS.from_epsg(4326).to_wkt(), base[base.index("CONVERSION[") : base.index("CS[Cartesian")]
    values = {"A0": shift[0], "A1": linear[0, 0], "A2": linear[0, 1], "B0": shift[1], "B1": linear[1, 0], "B2": linear[1, 1]}
    codes = dict(zip(values, (8623, 8624, 8625, 8639, 8640, 8641), strict=True))
    parameters = ",".join(
        f'PARAMETER["{name}",{value:.15g},{_unit(name)},ID["EPSG",{codes[name]}]]' for name, value in values.items()
    )
    geographic = geographic.replace("GEOGCRS[", "BASEGEOGCRS[", 1)
    geographic = geographic[: geographic.index("CS[ellipsoidal")] + 'ID["EPSG",4326]]'
    name = title.replace('"', "'")
    text = (
        f'DERIVEDPROJCRS["{name}",BASEPROJCRS["plane",{geographic},{conversion.rstrip().rstrip(",")}],'
        f'DERIVINGCONVERSION["fit",METHOD["Affine parametric transformation",ID["EPSG",9624]],{parameters}],'
        'CS[Cartesian,2],AXIS["x",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["y",north,ORDER[2],LENGTHUNIT["metre",1]]]'
    )
    return CRS.from_wkt(text).to_wkt()


def _unit(name: str) -> str:
    return 'LENGTHUNIT["metre",1]' if name.endswith("0") else 'SCALEUNIT["coefficient",1]'
