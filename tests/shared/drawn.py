"""Layers of all shapes and property types, for tests of tiles that are drawn on request."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.geo import BBox
from geoservice.layer import Label, Layer, LayerColumn
from geoservice.release import Manifest, ReleaseContent, ReleaseReader
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers

HERE = BBox(116.0, 30.0, 117.0, 31.0)
Readers = dict[str, ReleaseReader]


def label(text: str) -> Label:
    return Label(zh=text, en=text)


def units(shapes: Any, name: str) -> pa.Table:
    """Units with properties of each type that a tile holds, some of them null."""
    draw = np.random.default_rng(3)
    n = len(shapes)
    return pa.table(
        {
            "unit": [f"{name}{i:06d}" for i in range(n)],
            "name": [None if i % 7 == 0 else f"名字 {i % 100}" for i in range(n)],
            "kind": pa.array([None if i % 5 == 0 else i % 9 - 1 for i in range(n)], pa.int64()),
            "score": draw.uniform(0, 100, n),
            "open": [None if i % 3 == 0 else i % 2 == 0 for i in range(n)],
            "day": pa.array([None if i % 4 == 0 else i for i in range(n)], pa.int32()).cast(pa.date32()),
            "at": pa.array([None if i % 4 == 1 else i * 10**12 + i for i in range(n)], pa.int64()).cast(pa.timestamp("us")),
            "geometry": pa.array(shapely.to_wkb(shapes).tolist(), pa.binary()),
        }
    )


def layer_of(name: str, geography: tuple[str, ...], geometry: Any) -> Layer:
    kinds: dict[str, Any] = {
        "name": "text",
        "kind": "integer",
        "score": "number",
        "open": "boolean",
        "day": "date",
        "at": "timestamp",
    }
    columns = tuple(LayerColumn(name=n, title=label(n), type=kind) for n, kind in kinds.items())
    texts: dict[str, Any] = {"title": label("图层"), "description": label("说明")}
    return Layer(id=name, geography=geography, geometry=geometry, maxzoom=6, columns=columns, **texts)


def shapes_of_all_kinds() -> dict[str, Any]:
    draw = np.random.default_rng(11)
    x, y = draw.uniform(HERE.west, HERE.east, 800), draw.uniform(HERE.south, HERE.north, 800)
    points = np.concatenate([shapely.points(x, y), shapely.points([180, -180, 116.5, 0, 10], [0, 0, 30.5, 89, -90])])
    edges = np.linspace(HERE.west, HERE.east, 21)
    west, south = (a.ravel() for a in np.meshgrid(edges[:-1], edges[:-1] - 86))
    cells = shapely.box(west, south, west + 0.05, south + 0.05)
    odd = [
        shapely.Polygon([(116, 30), (116.5, 30.5), (116.5, 30), (116, 30.5)]),  # a bow tie
        shapely.box(116.2, 30.2, 116.2 + 1e-9, 30.2 + 1e-9),
        shapely.box(116, 30.7, 117, 30.7 + 1e-9),
        shapely.MultiPolygon([shapely.box(116.1, 30.1, 116.2, 30.2), shapely.box(150, -30, 151, -29)]),
    ]
    counties = shapely.box([116.0, 116.5], [30, 30], [116.5, 117], [31, 31])
    lines = [shapely.LineString(draw.uniform((116, 30), (117, 31), (3, 2))) for _ in range(30)]
    lines.append(shapely.LineString([(116.3, 30.3), (116.3, 30.3 + 1e-9)]))
    return {"place": points, "county": counties, "cell": np.array([*cells, *odd]), "road": np.array(lines)}


def content_of(layers: list[Layer], shapes: dict[str, Any]) -> ReleaseContent:
    table = TABLE.empty_table()
    tables = {name: units(of, name) for name, of in shapes.items()}
    study = {"id": "t", "title": {"zh": "研究"}, "source": {"zh": "来源", "en": "Source"}}
    manifest = Manifest(
        code_version="1", study=study, inputs={}, parameters={}, table_digest="", layers=(), disclosure={"profile": "planner"}
    )
    return ReleaseContent(list(build_layers(layers, tables, table)), table, manifest)
