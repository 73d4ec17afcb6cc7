"""The Helsinki demo's files."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geoservice.demo import import_plan, write_helsinki
from geoservice.demo.extract import extract_box, helsinki_extract
from geoservice.study import read_study


def shapes(folder: Path, level: str) -> dict[str, shapely.Geometry]:
    features = json.loads((folder / "areas.geojson").read_text("utf-8"))["features"]
    chosen = [f for f in features if f["properties"]["level"] == level]
    return {f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in chosen}


def test_the_study_says_that_households_are_made_up(helsinki: Path) -> None:
    study = read_study(helsinki / "study.toml")
    assert study.synthetic
    assert study.source is not None
    assert "households, capacities and tiers are made up" in study.source.en
    assert "虚构" in study.source.zh
    assert "OpenStreetMap" in study.source.en


def test_districts_tile_the_box_of_the_extract(helsinki: Path) -> None:
    """Districts by number (ref in OSM): Kruununhaka 1, Kluuvi 2, Kaartinkaupunki 3, Kamppi 4, Punavuori 5, Kallio 11."""
    districts = shapes(helsinki, "township")
    assert sorted(districts) == ["09101", "09102", "09103", "09104", "09105", "09111"]
    assert shapely.coverage_is_valid(np.array(list(districts.values())))
    box = shapely.box(*extract_box(helsinki_extract()))
    assert np.isclose(sum(d.area for d in districts.values()), box.area)
    assert shapes(helsinki, "county")["091"].symmetric_difference(box).area < 1e-12


def test_known_places_lie_in_their_districts(helsinki: Path) -> None:
    """Senate Square, the cathedral's foot, is in Kruununhaka; the main station in Kluuvi; Hakaniemi square in Kallio."""
    districts = shapes(helsinki, "township")
    for code, lon, lat in (
        ("09101", 24.9535, 60.1725),
        ("09102", 24.9414, 60.1719),
        ("09111", 24.9510, 60.1790),
        ("09103", 24.9475, 60.1655),
    ):
        nearest = min(districts, key=lambda c: districts[c].distance(shapely.Point(lon, lat)))
        assert nearest == code


def test_households_are_inside_and_consistent(helsinki: Path) -> None:
    register = pd.read_csv(helsinki / "households.csv", dtype={"registered_area": str})
    assert len(register) == 4000
    assert register["register_key"].is_unique
    assert (register["under_6"] + register["over_65"] <= register["persons"]).all()
    assert shapely.covers(shapes(helsinki, "county")["091"], shapely.points(register[["lon", "lat"]])).all()
    own = register["registered_area"].str.startswith("091")
    assert 0.1 < 1 - own.mean() < 0.35
    assert list(register.columns) == ["register_key", "lon", "lat", "persons", "under_6", "over_65", "registered_area"]


def test_stations_are_mapped_ones_of_all_services(helsinki: Path) -> None:
    stations = pd.read_csv(helsinki / "stations.csv")
    study = read_study(helsinki / "study.toml")
    assert stations["id"].is_unique
    assert stations["id"].str.fullmatch(r"[nw]\d+").all()
    assert set(stations["services"]) == {s.id for s in study.services}
    assert "Helsingin keskustakirjasto Oodi" in set(stations["name"])
    assert len(stations) == 29


def test_a_seed_writes_the_same_bytes_and_another_seed_other_households(helsinki: Path, tmp_path: Path) -> None:
    write_helsinki(tmp_path / "again")
    write_helsinki(tmp_path / "other", seed=2)

    def digest(folder: Path, name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()

    for step in import_plan(helsinki):
        assert digest(tmp_path / "again", step.path.name) == digest(helsinki, step.path.name)
    assert digest(tmp_path / "other", "households.csv") != digest(helsinki, "households.csv")
    assert digest(tmp_path / "other", "areas.geojson") == digest(helsinki, "areas.geojson")
