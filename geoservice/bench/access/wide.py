"""A release of a grid of 2 M junctions with 5 000 stations, 500 000 points of people and 400 areas, for live questions."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.bench.network import SIDE, STATIONS, random_stations, street_grid
from geoservice.demand import DemandSurface, Quantity
from geoservice.layer import Label, Style
from geoservice.live.files import LiveArrays, area_table, point_positions, write_live
from geoservice.network.graph import FORMAT, INDEX, Graph, save_graph
from geoservice.release import open_store
from geoservice.release.base import TABLE, LayerContent, Manifest, PublishedColumn, PublishedLayer, ReleaseContent

SERVICE, MODE = "clinic", "drive"
LEAVES, POINTS_A_LEAF, REPLAYS, AREAS_A_SIDE = 62_500, 8, 200, 20
STUDY: dict[str, Any] = {
    "id": "grid",
    "title": {"zh": "网格", "en": "Grid"},
    "synthetic": True,
    "services": [{"id": SERVICE, "title": {"zh": "诊所", "en": "Clinic"}, "standard_minutes": 15}],
    "tiers": ["village"],
    "modes": [MODE],
    "minutes": [5, 10, 15, 20, 30],
    "direction": "to",
    "snap_metres": 500.0,
    "disclosure": {},
}


def publish_grid(home: Path, side: int = SIDE, leaves: int = LEAVES) -> None:
    """Publish the release; ``side`` is the number of junctions on a side of the grid, ``leaves`` that of small places."""
    graph = street_grid(side)
    with TemporaryDirectory() as name:
        network, live = Path(name) / "network", Path(name) / "live"
        live.mkdir()
        _save(graph, network)
        stations = _stations(graph, min(STATIONS, graph.edges // 10))
        surface, areas = _people(graph, leaves), {"county": _whole(graph), "township": _squares(graph)}
        levels = {"county": np.zeros(len(surface.point_lon), np.int32), "township": _square_of(graph, surface)}
        tables = {level: _units(shapes) for level, shapes in areas.items()}
        arrays = LiveArrays(surface, area_table(tables), point_positions(tables, levels), stations, network)
        write_live(arrays, [MODE], live)
        _write(home, stations, tables["township"], live)


def _save(graph: Graph, network: Path) -> None:
    save_graph(graph, network / "build" / MODE)
    mode = {"projection": list(graph.projection), "access_ms": graph.access_ms, "digest": "", "report": {}}
    index = {"format": FORMAT, "digest": "", "build": "build", "source": "", "places": {}, "modes": {MODE: mode}}
    (network / INDEX).write_text(json.dumps(index), encoding="utf-8")


def _stations(graph: Graph, count: int) -> pa.Table:
    placed = random_stations(graph, count)
    u, v = graph.u[placed.edge], graph.v[placed.edge]
    lon, lat = (a[u] + placed.fraction * (a[v] - a[u]) for a in (graph.lon, graph.lat))
    names = [f"s{n:05}" for n in range(count)]
    columns: dict[str, Any] = {
        "id": names, "name": names, "lon": lon, "lat": lat, "tier": ["village"] * count, "services": [[SERVICE]] * count,
        "capacity": np.full(count, 2000.0), "start_delay_s": np.zeros(count), "active": np.ones(count, np.bool_),
    }  # fmt: skip
    return pa.table(columns)


def _people(graph: Graph, leaves: int) -> DemandSurface:
    """Return leaves of eight points each on neighbouring junctions, which are in Hilbert order."""
    random, count = np.random.default_rng(22), leaves * POINTS_A_LEAF
    at = np.linspace(0, graph.junctions - 1, count).astype(np.int64)
    people = random.gamma(2.0, 40.0, leaves)
    quantity = Quantity("persons")
    return DemandSurface(
        ids=[str(n) for n in range(leaves)],
        geometry=np.full(leaves, shapely.to_wkb(shapely.Point(0, 0)), object),
        values={quantity: people},
        positive={quantity: people},
        noise=random.normal(size=(leaves, REPLAYS)).astype(np.float32),
        scales={quantity: np.array([5.0])},
        deviations={},
        point_leaf=np.repeat(np.arange(leaves, dtype=np.int32), POINTS_A_LEAF),
        point_weight=np.full(count, 1 / POINTS_A_LEAF),
        point_lon=graph.lon[at],
        point_lat=graph.lat[at],
        description={"kind": "synthetic"},
    )


def _edges(graph: Graph) -> tuple[np.ndarray, np.ndarray]:
    box = graph.bbox
    return np.linspace(box.west, box.east, AREAS_A_SIDE + 1), np.linspace(box.south, box.north, AREAS_A_SIDE + 1)


def _whole(graph: Graph) -> Any:
    return np.array([shapely.box(*graph.bbox)], object)


def _squares(graph: Graph) -> Any:
    x, y = _edges(graph)
    left, bottom = (a.ravel() for a in np.meshgrid(np.arange(AREAS_A_SIDE), np.arange(AREAS_A_SIDE)))
    return shapely.box(x[left], y[bottom], x[left + 1], y[bottom + 1])


def _square_of(graph: Graph, surface: DemandSurface) -> np.ndarray:
    column, row = (
        np.clip(np.searchsorted(edges, values, "right") - 1, 0, AREAS_A_SIDE - 1)
        for edges, values in zip(_edges(graph), (surface.point_lon, surface.point_lat), strict=True)
    )
    return np.asarray(row * AREAS_A_SIDE + column, np.int32)


def _units(shapes: Any) -> pa.Table:
    level = "w" if len(shapes) == 1 else "a"
    names = [f"{level}{n:03}" for n in range(len(shapes))]
    parents = pa.array([None if level == "w" else "w000"] * len(shapes), pa.string())
    return pa.table(
        {"unit": names, "name_zh": names, "name_en": names, "parent": parents, "geometry": pa.array(shapely.to_wkb(shapes))}
    )


def _write(home: Path, stations: pa.Table, areas: pa.Table, live: Path) -> None:
    places = shapely.points(stations.column("lon").to_numpy(), stations.column("lat").to_numpy())
    shapes = shapely.from_wkb(areas.column("geometry").to_numpy(zero_copy_only=False))
    services = PublishedColumn(name="services", title=Label(zh="服务", en="Services"), type="text")
    contents = [
        _layer("coverage", "polygon", [str(u) for u in areas.column("unit").to_pylist()], shapes),
        _layer("stations", "point", [str(u) for u in stations.column("id").to_pylist()], places, services),
    ]
    manifest = Manifest(
        code_version="bench", study=STUDY, inputs={}, parameters={"coverage": {"groups": ["all"]}}, table_digest="", layers=(),
        disclosure={},
    )  # fmt: skip
    store = open_store(home / "releases", None, "bench", read_only=False)
    store.write(ReleaseContent(contents, TABLE.empty_table(), manifest, live=live))
    store.close()


def _layer(name: str, geometry: str, units: list[str], shapes: Any, *columns: PublishedColumn) -> LayerContent:
    count, title, box = len(units), Label(zh=name, en=name), shapely.total_bounds(shapes)
    rows: dict[str, Any] = {"fid": np.arange(1, count + 1), "geography": [name] * count, "unit": units}
    rows |= {column.name: [SERVICE] * count for column in columns}
    layer = PublishedLayer(
        id=name, title=title, description=title, geometry=geometry, role="public", minzoom=5, maxzoom=10, zooms={name: 5},
        columns=columns, style=Style(), bbox=(float(box[0]), float(box[1]), float(box[2]), float(box[3])), features=count,
    )  # fmt: skip
    return LayerContent(layer, pa.table({**rows, "geometry": pa.array(shapely.to_wkb(shapes), pa.binary())}))
