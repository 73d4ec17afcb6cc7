"""Publishes the made-up release of a province or a county: areas, stations and gaps, without a study's inputs."""

from collections.abc import Mapping
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.bench.province.areas import SECOND, Size, made_up_areas, made_up_names
from geoservice.bench.province.numbers import MINUTES, MODES, SERVICES, STANDARDS, area_rows, gap_rows, station_rows
from geoservice.geo import Floats, Objects
from geoservice.labels import GROUPS, TIERS, mode_labels
from geoservice.layer import Label, read_layer
from geoservice.pipeline.release_layers import make_layers
from geoservice.release import open_store
from geoservice.release.base import Manifest, ReleaseContent
from geoservice.release.layer_columns import DimensionLabels
from geoservice.release.layers import AREA
from geoservice.release.vector_tiles.archives import TileArchives, attribution_of

LAYER_IDS = ("coverage", "uncovered", "stations", "gaps", "table")
VILLAGES_A_STATION, VILLAGES_A_GAP = 6, 40
TITLES = {"health": Label(zh="卫生服务", en="Health"), "care": Label(zh="养老服务", en="Care")}


def study_of(size: Size) -> dict[str, Any]:
    """Return the study's document, as a release has it."""
    services = [{"id": s, "title": TITLES[s].model_dump(), "standard_minutes": STANDARDS[s]} for s in SERVICES]
    return {
        "id": f"made-up-{size.levels[0]}", "title": {"zh": "虚构区域", "en": f"A made-up {size.levels[0]}"}, "synthetic": True,
        "source": {"zh": "虚构数据", "en": "Made-up data"}, "levels": list(size.levels), "services": services,
        "modes": list(MODES), "tiers": ["county", "township", "village"], "minutes": list(MINUTES), "nth": [1],
        "direction": "to", "groups": [], "migrants": True, "disclosure": {"hide_below": None},
    }  # fmt: skip


def publish_made_up(folder: Path, size: Size, dsn: str | None = None, prefix: str = "bench") -> None:
    """Write the release of a size to a folder, or to PostGIS if ``dsn`` is given."""
    areas = made_up_areas(size)
    villages = areas[size.levels[-1]]
    persons = _persons(areas)
    gaps, stations = _gaps(villages), _stations(villages)
    units = {**areas, "station": stations, "gap": pa.concat_tables(gaps)}
    parts = [area_rows(level, _ids(table), persons[level]) for level, table in areas.items()]
    parts += [station_rows(_ids(stations)), *(gap_rows(_ids(table)) for table in gaps)]
    _write(folder, study_of(size), units, pa.concat_tables(parts), dsn, prefix)


def _write(
    folder: Path, study: Mapping[str, Any], units: Mapping[str, pa.Table], table: pa.Table, dsn: str | None, prefix: str
) -> None:
    layers = [read_layer(Path(__file__).parents[3] / "layers" / f"{layer}.toml") for layer in LAYER_IDS]
    with closing(TileArchives(attribution_of(study))) as archives:
        contents = list(make_layers(layers, units, table, _labels(), archives).values())
        manifest = Manifest(
            code_version="bench", study=dict(study), inputs={}, parameters={"coverage": {"groups": ["all"]}}, table_digest="",
            layers=(), disclosure={},
        )  # fmt: skip
        with closing(open_store(folder, dsn, prefix, read_only=False)) as store:
            store.write(ReleaseContent(contents, table, manifest, archives=archives))


def _labels() -> DimensionLabels:
    first: dict[str, str | int] = {
        "service": SERVICES[0],
        "mode": MODES[0],
        "minutes": STANDARDS[SERVICES[0]],
        "group": "all",
    }
    labels: dict[str, Mapping[str | int, Label]] = {
        "service": {service: TITLES[service] for service in SERVICES},
        "mode": mode_labels({}),
        "tier": TIERS,
        "group": GROUPS,
    }
    return DimensionLabels(labels, first)


def _persons(areas: Mapping[str, pa.Table]) -> dict[str, Floats]:
    """Return the people of each area, those of a coarser one being those of its villages."""
    *_, finest = areas
    random = np.random.default_rng(1)
    people = random.gamma(3, 300, areas[finest].num_rows).round()
    return {level: people.reshape(table.num_rows, -1).sum(axis=1) for level, table in areas.items()}


def _points(villages: pa.Table) -> Objects:
    return np.asarray(shapely.point_on_surface(shapely.from_wkb(villages["geometry"].to_numpy())), object)


def _stations(villages: pa.Table) -> pa.Table:
    """Return a station in every sixth village."""
    some = villages.take(np.arange(0, villages.num_rows, VILLAGES_A_STATION))
    count = some.num_rows
    zh, en = made_up_names(count, ("卫生站", "Health Post"))
    nothing = pa.nulls(count, pa.string())
    columns: dict[str, Any] = {
        "unit": [f"s{n:05}" for n in range(count)], "name_zh": zh, "name_en": en, "parent": nothing,
        "geometry": pa.array(shapely.to_wkb(_points(some)), pa.binary()), AREA: some[AREA],
        "tier": ["county" if n % 100 == 0 else "township" if n % 4 == 0 else "village" for n in range(count)],
        "services": [SERVICES[0] if n % 3 else " ".join(SERVICES) for n in range(count)],
        "capacity": np.full(count, 2000.0),
    }  # fmt: skip
    missing = ("opening_hours", "shares_with", "readiness", "lacks_zh", "lacks_en", "unknown_zh", "unknown_en")
    return pa.table({**columns, **dict.fromkeys(missing, nothing)})


def _ids(units: pa.Table) -> list[str]:
    return [str(unit) for unit in units["unit"].to_pylist()]


def _gaps(villages: pa.Table) -> list[pa.Table]:
    """Return a gap near every fortieth village, one table for each service and mode: each has ranks of its own."""
    return [_gaps_of(villages, n, *trip) for n, trip in enumerate(product(SERVICES, MODES))]


def _gaps_of(villages: pa.Table, first: int, service: str, mode: str) -> pa.Table:
    some = villages.take(np.arange(first, villages.num_rows, VILLAGES_A_GAP))
    count, points = some.num_rows, _points(some)
    zh, en = made_up_names(count, (f"{SECOND[first][0]}边", "Side"))
    columns: dict[str, Any] = {
        "unit": [f"{service}-{mode}-{n + 1:05}" for n in range(count)], "name_zh": zh, "name_en": en,
        "parent": pa.nulls(count, pa.string()), "geometry": shapely.to_wkb(shapely.buffer(points, 0.004)), AREA: some[AREA],
        "area_zh": some["name_zh"], "area_en": some["name_en"], "service": [service] * count,
        "mode": [mode] * count, "minutes": np.full(count, STANDARDS[service]), "cells": np.full(count, 9),
        "site_zh": some["name_zh"], "site_en": some["name_en"], "site_lon": shapely.get_x(points),
        "site_lat": shapely.get_y(points), "site_is_tied": np.zeros(count, np.bool_),
    }  # fmt: skip
    return pa.table(columns)
