"""A mountain country with its SRTM tiles, beside slopes from node to node on the tiles as they are."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from scipy.ndimage import map_coordinates

from geoservice.geo import haversine_m
from geoservice.network.dem import import_dem
from geoservice.network.osm import read_streets
from geoservice.network.profile import off_ground, street_slopes, without_slope
from geoservice.network.slope import slope_factors
from geoservice.network.terrain import load_terrain
from geoservice.progress import quiet


@pytest.mark.reference
@pytest.mark.parametrize(("smoothing", "longer", "like"), [(None, 1.484, 0.94), (0.01, 1.496, 0.999)], ids=["smoothed", "raw"])
def test_slopes_of_andorra(
    reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smoothing: float | None, longer: float, like: float
) -> None:
    if smoothing:
        monkeypatch.setattr("geoservice.network.dem.SMOOTHING_CELLS", smoothing)
        monkeypatch.setattr("geoservice.network.dem.SMOOTHING_M", smoothing)
    tiles = [reference / "andorra" / f"{name}.hgt.zip" for name in ("N41E001", "N42E001")]
    report = import_dem(tiles, tmp_path, None, None, quiet)
    assert (report.grid.rows, report.grid.columns) == (2401, 1201)
    assert report.filled + report.unknown == 7786  # voids of the tiles
    streets = read_streets(reference / "andorra" / "andorra.osm.pbf", quiet)
    slopes = street_slopes(streets, load_terrain(tmp_path))
    assert slopes.unknown == 0

    with rasterio.open(f"zip://{tiles[1]}!N42E001.hgt") as tile:  # all of the country is north of 42 degrees
        raw = tile.read(1).astype(float)
    elevation = map_coordinates(raw, [(43 - streets.lat) * 1200, (streets.lon - 1) * 1200], order=1)
    on_ground = np.array([not off_ground(tags) and not without_slope(tags) for tags in streets.kinds])
    segment = np.flatnonzero(np.diff(slopes.start) > 0)
    segment = segment[on_ground[np.repeat(streets.kind, np.diff(streets.start))[segment]]]
    a, b = segment, segment + 1
    segment = segment[(elevation[a] > 500) & (elevation[b] > 500)]  # away from voids
    a, b = segment, segment + 1
    metres = haversine_m(streets.lon[a], streets.lat[a], streets.lon[b], streets.lat[b])
    slope = (elevation[b] - elevation[a]) / np.maximum(metres, 0.1)
    tobler = [np.exp(3.5 * (np.abs(np.clip(s, -0.5, 0.5) + 0.05) - 0.05)) for s in (slope, -slope)]
    kmh = np.full(len(segment), 5.0)
    ours = slope_factors(slopes, segment, kmh, kmh, "hiking", 0.0)
    ratios = [float((metres * sum(factors) / 2).sum() / metres.sum()) for factors in (ours, tobler)]
    assert ratios == pytest.approx([longer, 1.493], abs=0.005)
    assert np.corrcoef(np.log(ours[0]), np.log(tobler[0]))[0, 1] > like
