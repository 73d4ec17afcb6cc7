"""A release in Yixiu, China, with times, several shapes, nulls and hostile text, and a layer that only planners read."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
import shapely

from geoservice.layer import Label, Layer, LayerColumn
from geoservice.release.base import TABLE, Manifest, ReleaseContent
from geoservice.release.layers import build_layers

TOWNS = ("340811100", "340811101")
ROWS = 30


def label(text: str) -> Label:
    return Label(zh=text + "（中）", en=text)


def columns() -> tuple[LayerColumn, ...]:
    kinds: dict[str, Any] = {
        "name": "text",
        "beds": "integer",
        "rate": "number",
        "open": "boolean",
        "opened": "date",
        "checked": "timestamp",
    }
    return tuple(LayerColumn(name=n, title=label(n), type=t, unit="person" if n == "beds" else "") for n, t in kinds.items())


def clinics(n: int = ROWS) -> pa.Table:
    """Clinic ``i`` (``fid`` i + 1) lies on a grid; every seventh has no value, the fifth no place, the sixth two places."""

    def some(value: Any, i: int) -> Any:
        return None if i % 7 == 6 else value

    places = [shapely.Point(117.0 + (i % 10) / 100, 30.6 + (i // 10) / 100) for i in range(n)]
    shapes: list[Any] = [*places[:4], None, shapely.MultiPoint([places[5], (117.2, 30.5)]), *places[6:]]
    return pa.table(
        {
            "unit": [f"c{i:03d}" for i in range(n)],
            "name": [some(("=1+1", '村,"卫"\n室', "@x", "诊所")[i % 4], i) for i in range(n)],
            "beds": pa.array([some(i % 5 - 2, i) for i in range(n)], pa.int64()),
            "rate": pa.array([some(i / 8, i) for i in range(n)], pa.float64()),
            "open": pa.array([some(i % 2 == 0, i) for i in range(n)], pa.bool_()),
            "opened": pa.array([some(dt.date(2020, 1, 1 + i), i) for i in range(n)], pa.date32()),
            "checked": pa.array(
                [some(dt.datetime(2024, 1, 1, i % 24, 30, tzinfo=dt.UTC), i) for i in range(n)], pa.timestamp("us")
            ),
            "area_path": pa.array([f"/34/3408/340811/{TOWNS[i % 2]}/" for i in range(n)]),
            "geometry": pa.array([None if s is None else shapely.to_wkb(s) for s in shapes], pa.binary()),
        }
    )


def release_content() -> ReleaseContent:
    common: dict[str, Any] = {"geography": ("clinic",), "geometry": "point", "maxzoom": 6}
    layers = [
        Layer(id="clinics", title=label("Clinics"), description=label("d"), columns=columns(), **common),
        Layer(id="visits", title=label("Visits"), description=label("d"), columns=columns()[:2], role="planner", **common),
    ]
    table = pa.Table.from_pandas(pd.DataFrame(columns=TABLE.names), TABLE, preserve_index=False)
    built = list(build_layers(layers, {"clinic": clinics()}, table))
    manifest = Manifest(
        code_version="1",
        study={"id": "yixiu", "title": {"zh": "宜秀", "en": "Yixiu"}, "source": {"zh": "来源", "en": "Source"}},
        inputs={}, parameters={}, table_digest="", layers=(), disclosure={"profile": "planner"},
    )  # fmt: skip
    return ReleaseContent(built, table, manifest)


def content_with_role(role: str | None) -> Any:
    """A release in which the layer of clinics has a role, or is not there."""
    full = release_content()
    layers = [
        replace(c, layer=c.layer.model_copy(update={"role": role or "public"})) if c.layer.id == "clinics" else c
        for c in full.layers
        if role or c.layer.id != "clinics"
    ]
    return replace(full, layers=layers, manifest=full.manifest.model_copy(update={"layers": tuple(c.layer for c in layers)}))
