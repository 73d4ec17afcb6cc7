"""Elevation models become a terrain: place, unit, holes, tiles, smoothing, and what is refused."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from geoservice.errors import InputError, NetworkError, NotFound, TooLarge, UnreadableFile, WrongPlace
from geoservice.geo import BBox, Floats, LocalProjection
from geoservice.network.dem import import_dem
from geoservice.network.terrain import INDEX, Terrain, TerrainReport, load_terrain
from geoservice.progress import quiet

from .dem_files import CELL, NORTH, WEST, write_dem, write_hgt

LON, LAT = np.array([116.995, 117.0, 117.0101]), np.array([30.513, 30.5, 30.51])
METRES_PER_DEGREE = 111_195.08


def plane(x: Any, y: Any) -> Any:
    """Climb 20 m in 0.01 degree to the east, and 10 m to the north, from 100 m at 117 east, 30.5 north."""
    return 100 + 2_000 * (x - 117) + 1_000 * (y - 30.5)


def imported(tmp_path: Path, *files: Path, crs: str | None = None, near: BBox | None = None) -> TerrainReport:
    return import_dem(files, tmp_path / "terrain", crs, near, quiet)


def elevations(tmp_path: Path, lon: Floats = LON, lat: Floats = LAT) -> Floats:
    return load_terrain(tmp_path / "terrain").elevations(lon, lat)


def test_a_plane_stays_a_plane_to_its_edges(tmp_path: Path) -> None:
    report = imported(tmp_path, write_dem(tmp_path / "a.tif", plane))
    terrain = load_terrain(tmp_path / "terrain")
    assert (report.filled, report.unknown, terrain.sources, terrain.digest) == (0, 0, ("a.tif",), report.digest)
    assert terrain.step_m == pytest.approx(METRES_PER_DEGREE / 3600, rel=1e-5)
    box = terrain.grid.bbox
    lon, lat = np.append(LON, [box.west, box.east]), np.append(LAT, [box.north, box.south])
    assert terrain.elevations(lon, lat) == pytest.approx(plane(lon, lat), abs=0.001)
    outside = terrain.elevations(np.array([116.98, 117.0]), np.array([30.5, 30.53]))
    assert np.isnan(outside).all()


@pytest.mark.parametrize("crs", ["EPSG:32650", "EPSG:4490", "EPSG:3857"])
def test_a_model_in_another_crs(tmp_path: Path, crs: str) -> None:
    from rasterio.warp import reproject, transform_bounds

    flat = write_dem(tmp_path / "a.tif", plane)
    with rasterio.open(flat) as source:
        bounds = transform_bounds(source.crs, crs, *source.bounds)
        there = np.full((150, 150), -9999.0, np.float32)
        west, south, east, north = bounds
        target = rasterio.Affine((east - west) / 150, 0, west, 0, (south - north) / 150, north)
        reproject(rasterio.band(source, 1), there, dst_transform=target, dst_crs=crs, dst_nodata=-9999.0)
        with rasterio.open(tmp_path / "b.tif", "w", "GTiff", 150, 150, 1, crs, target, dtype="float32", nodata=-9999.0) as out:
            out.write(there, 1)
    imported(tmp_path, tmp_path / "b.tif")
    assert elevations(tmp_path) == pytest.approx(plane(LON, LAT), abs=1.0)  # nearest neighbour: a cell is 0.6 m higher


def test_the_crs_of_a_file_that_states_none(tmp_path: Path) -> None:
    file = write_dem(tmp_path / "a.tif", plane, crs=None)
    with pytest.raises(InputError, match=r"a\.tif: the raster states no CRS; state it with --crs"):
        imported(tmp_path, file)
    with pytest.raises(InputError, match=r"--crs: got 'EPSG:x', allowed is EPSG:<number>"):
        imported(tmp_path, file, crs="EPSG:x")
    imported(tmp_path, file, crs="EPSG:4326")
    assert elevations(tmp_path) == pytest.approx(plane(LON, LAT), abs=0.001)


@pytest.mark.parametrize("packed", [False, True])
def test_two_srtm_tiles_are_one_terrain(tmp_path: Path, packed: bool) -> None:
    y = np.linspace(1, 0, 1201)[:, None]  # of the corner posts
    x = np.linspace(0, 1, 1201)[None, :]
    files = [write_hgt(tmp_path, f"N30E{116 + i}.hgt", np.rint(1000 + 1200 * (x + i) + 600 * y)) for i in (0, 1)]
    if packed:
        with zipfile.ZipFile(tmp_path / "tiles.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, f"tiles/{file.name}")
        files = [tmp_path / "tiles.zip"]
    report = imported(tmp_path, *files)
    assert (report.grid.rows, report.grid.columns) == (1201, 2401)
    assert report.sources == (
        ("tiles.zip/tiles/N30E116.hgt", "tiles.zip/tiles/N30E117.hgt") if packed else ("N30E116.hgt", "N30E117.hgt")
    )
    lon, lat = np.array([116.25, 117.0, 117.0004, 117.75]), np.array([30.5, 30.25, 30.5, 30.75])
    assert elevations(tmp_path, lon, lat) == pytest.approx(1000 + 1200 * (lon - 116) + 600 * (lat - 30), abs=0.51)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float64"])
def test_whole_metres(tmp_path: Path, dtype: str) -> None:
    imported(tmp_path, write_dem(tmp_path / "a.tif", lambda x, y: np.rint(plane(x, y)), dtype=dtype))
    assert elevations(tmp_path) == pytest.approx(plane(LON, LAT), abs=0.5)


@pytest.mark.parametrize(("units", "scale"), [("m", 1), ("metre", 1), ("ft", 0.3048), (None, 1)])
def test_units_of_the_file(tmp_path: Path, units: str | None, scale: float) -> None:
    imported(tmp_path, write_dem(tmp_path / "a.tif", plane, units=units))
    assert elevations(tmp_path) == pytest.approx(plane(LON, LAT) * scale, abs=0.001)


def test_a_finer_model_is_averaged(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 1, (600, 600))
    write_dem(tmp_path / "a.tif", 100 + noise, corner=(116.999, 30.501), cell=1e-5)
    report = imported(tmp_path, tmp_path / "a.tif")
    assert report.grid.cell_m == pytest.approx(10, rel=0.001)
    assert report.grid.parallel_m == pytest.approx(10, rel=0.001)
    terrain = load_terrain(tmp_path / "terrain")
    assert terrain.step_m == 20
    assert np.abs(terrain.elevation - 100).max() < 0.25


def test_noise_of_a_model_makes_no_slopes(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).normal(0, 2, (108, 144))
    imported(tmp_path, write_dem(tmp_path / "a.tif", np.rint(100 + noise)))
    terrain = load_terrain(tmp_path / "terrain")
    rise = np.abs(np.diff(terrain.elevation, axis=0)).mean() / terrain.grid.cell_m
    assert rise < 0.02  # 7 % in the file


@pytest.mark.parametrize(("nodata", "hole"), [(-32768, -32768), (None, -9999), (None, -3.4e38), (None, np.nan)])
def test_holes(tmp_path: Path, nodata: float | None, hole: float) -> None:
    def pitted(x: Any, y: Any) -> Any:
        z = plane(x, y)
        z[50:53, 50:53] = hole  # 90 m wide
        z[:, 100:] = hole  # the sea
        return z

    report = imported(tmp_path, write_dem(tmp_path / "a.tif", pitted, nodata=nodata))
    terrain = load_terrain(tmp_path / "terrain")
    lon, lat = np.array([WEST + 51.5 * CELL, WEST + 140 * CELL]), np.array([NORTH - 51.5 * CELL] * 2)
    inside, sea = terrain.elevations(lon, lat)
    assert inside == pytest.approx(plane(lon, lat)[0], abs=1.0)
    assert np.isnan(sea)
    assert report.unknown == pytest.approx(108 * (44 - 17), abs=108)  # 500 m are 17 cells
    assert report.filled + report.unknown == 9 + 108 * 44


def test_of_models_that_overlap_the_first_counts(tmp_path: Path) -> None:
    low, high = (write_dem(tmp_path / f"{z}.tif", np.full((108, 144), float(z))) for z in (100, 500))
    imported(tmp_path, low, high)
    assert elevations(tmp_path) == pytest.approx([100] * 3, abs=0.001)
    imported(tmp_path, high, low)
    assert elevations(tmp_path) == pytest.approx([500] * 3, abs=0.001)
    assert len(list((tmp_path / "terrain").glob("*.npy"))) == 1


def test_strips_leave_no_seams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hills = np.random.default_rng(3).normal(100, 30, (108, 144))
    hills[40:60, 20:90] = -32768
    file = write_dem(tmp_path / "a.tif", hills, nodata=-32768)
    whole = imported(tmp_path, file)
    monkeypatch.setattr("geoservice.network.dem._STRIP_CELLS", 144 * 25)
    assert imported(tmp_path, file) == whole


def test_the_same_models_have_the_same_digest(tmp_path: Path) -> None:
    first = imported(tmp_path, write_dem(tmp_path / "a.tif", plane))
    assert imported(tmp_path, tmp_path / "a.tif").digest == first.digest
    assert imported(tmp_path, write_dem(tmp_path / "a.tif", lambda x, y: plane(x, y) + 1)).digest != first.digest


def refusals(folder: Path) -> dict[str, tuple[Path, type[Exception], str]]:
    text = folder / "a.tif"
    text.write_text("no raster", encoding="utf-8")
    renamed = write_hgt(folder, "tile.hgt", np.zeros((1201, 1201)))
    empty = folder / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    broken = folder / "broken.zip"
    broken.write_bytes(b"PK\3\4 nothing")
    short = write_dem(folder / "short.tif", plane)
    short.write_bytes(short.read_bytes()[:30_000])
    flat = np.zeros((108, 144))
    return {
        "text": (text, UnreadableFile, r"a\.tif: not readable as an elevation model; expected a GeoTIFF, or an SRTM tile"),
        "name": (renamed, UnreadableFile, r"tile\.hgt: .* such as N30E116\.hgt"),
        "empty": (empty, UnreadableFile, r"empty\.zip: the archive has no elevation model; expected \.tif"),
        "zip": (broken, UnreadableFile, r"broken\.zip: not readable as a ZIP archive"),
        "short": (short, UnreadableFile, r"short\.tif: the raster is damaged or incomplete"),
        "bands": (write_dem(folder / "rgb.tif", plane, count=3), InputError, r"rgb\.tif: the raster has 3 bands"),
        "unit": (
            write_dem(folder / "u.tif", plane, units="fathom"),
            InputError,
            r"u\.tif: elevations are in 'fathom', allowed",
        ),
        "deep": (
            write_dem(folder / "d.tif", lambda x, y: plane(x, y) - 5000),
            InputError,
            r"d\.tif: a value is -\d+\.?\d*, allowed are elevations of -500 to 9000 m and one value for no data",
        ),
        "void": (write_dem(folder / "v.tif", flat, nodata=0), InputError, r"v\.tif: no cell has an elevation"),
    }


def test_what_is_no_elevation_model_is_refused(tmp_path: Path) -> None:
    report = imported(tmp_path, write_dem(tmp_path / "good.tif", plane))
    for file, error, message in refusals(tmp_path).values():
        with pytest.raises(error, match=message):
            imported(tmp_path, file)
        assert sorted(p.name for p in (tmp_path / "terrain").iterdir()) == [f"{report.digest[:16]}.npy", INDEX]
    assert load_terrain(tmp_path / "terrain").digest == report.digest


def test_a_raster_without_a_position_is_refused(tmp_path: Path) -> None:
    with (
        pytest.warns(rasterio.errors.NotGeoreferencedWarning),
        rasterio.open(tmp_path / "p.tif", "w", "GTiff", 9, 9, 1, "EPSG:4326", dtype="float32") as out,
    ):
        out.write(np.zeros((1, 9, 9), np.float32))
    with (
        pytest.warns(rasterio.errors.NotGeoreferencedWarning),
        pytest.raises(InputError, match=r"p\.tif: the raster has no position"),
    ):
        imported(tmp_path, tmp_path / "p.tif")


def test_models_far_from_the_streets_or_from_each_other_are_refused(tmp_path: Path) -> None:
    here = write_dem(tmp_path / "here.tif", plane)
    far = write_dem(tmp_path / "far.tif", np.zeros((108, 144)), corner=(-60.0, -10.0))
    with pytest.raises(WrongPlace, match=r"no elevation model meets the streets .*117\.000 to 117\.020 east.*: far\.tif \(-60"):
        imported(tmp_path, far, near=BBox(117, 30.5, 117.02, 30.52))
    with pytest.raises(TooLarge, match=r"here\.tif, far\.tif: one grid for all has .* cells, allowed are 1,073,741,824"):
        imported(tmp_path, here, far)
    assert not list((tmp_path / "terrain").glob("*")) if (tmp_path / "terrain").exists() else True


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 0, "grid": {}, "digest": "", "sources": []}'])
def test_a_damaged_index(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotFound, match="geoservice import terrain DEM"):
        load_terrain(tmp_path / "terrain")
    imported(tmp_path, write_dem(tmp_path / "a.tif", plane))
    (tmp_path / "terrain" / INDEX).write_text(text, encoding="utf-8")
    with pytest.raises(NetworkError, match=r"terrain .*import it again"):
        load_terrain(tmp_path / "terrain")


@pytest.mark.parametrize("share", [0.0, 0.5, -1])
def test_damaged_elevations(tmp_path: Path, share: float) -> None:
    report = imported(tmp_path, write_dem(tmp_path / "a.tif", plane))
    file = tmp_path / "terrain" / f"{report.digest[:16]}.npy"
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)] if share >= 0 else data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(NetworkError, match=r"the terrain is damaged: .* import it again"):
        load_terrain(tmp_path / "terrain")


def test_elevations_between_cells_are_bilinear() -> None:
    terrain = Terrain(report_grid(), np.array([[10.0, 20.0], [30.0, 60.0]], np.float32), "", ())
    lon, lat = np.array([0.5, 1.5, 1.0, 1.0, 1.0]), np.array([1.5, 0.5, 1.5, 0.5, 1.0])
    assert terrain.elevations(lon, lat).tolist() == [10, 60, 15, 45, 30]


def report_grid() -> Any:
    from geoservice.network.terrain import Grid

    return Grid(0.0, 2.0, 1.0, 1.0, 2, 2)


def test_cells_are_measured_in_metres() -> None:
    grid = report_grid()
    x, _ = LocalProjection(0.0, 0.0).forward(np.array([1.0]), np.array([0.0]))
    assert grid.cell_m == pytest.approx(METRES_PER_DEGREE, rel=1e-6)
    assert grid.parallel_m == pytest.approx(float(x[0]) * np.cos(np.radians(1)), rel=0.002)
