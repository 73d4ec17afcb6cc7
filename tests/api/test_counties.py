"""Counties that are measured in processes of their own, and the region that takes their surfaces."""

import shutil
from pathlib import Path

import pytest

import geoservice
from geoservice.api.counties import CountyJob, load_all, measure_counties, take_surfaces
from geoservice.errors import UnreadableFile


def county(town: Path, home: Path) -> CountyJob:
    home.mkdir()
    shutil.copy(town / "study.toml", home)
    imports = [("areas", town / "areas.geojson", {}), ("network", town / "streets.osm.pbf", {})]
    return CountyJob("T", "Town", home, [*imports, ("households", town / "households.csv", {})], home / "T.surface")


def test_a_region_takes_the_surface_of_a_county(town: Path, tmp_path: Path) -> None:
    seen: list[float] = []
    job = county(town, tmp_path / "T")
    keys = measure_counties([job], 1, lambda _, fraction: seen.append(fraction))
    assert seen == [0.0, 1.0]
    shutil.copy(town / "study.toml", tmp_path)
    with geoservice.open_project(tmp_path) as region:
        load_all(region, [("areas", town / "areas.geojson", {})])
        for _ in range(2):
            take_surfaces(region, [job], keys)
        surfaces = region.surfaces()
        assert surfaces[["name", "areas", "key"]].to_numpy().tolist() == [["Town", ["T"], keys["T"]]]
        assert len(region.vintages()) == 1


def test_a_county_that_fails_is_named(town: Path, tmp_path: Path) -> None:
    job = county(town, tmp_path / "T")._replace(imports=[("areas", tmp_path / "no.geojson", {})])
    with pytest.raises(UnreadableFile, match=r"^county T: no\.geojson"):
        measure_counties([job], 1)
