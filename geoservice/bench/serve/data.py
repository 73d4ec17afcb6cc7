"""A layer of a million points, as in a release; both servers serve it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.geo import BBox, Floats, hilbert_index
from geoservice.layer import Label, Style
from geoservice.release.base import TABLE, LayerContent, Manifest, PublishedColumn, PublishedLayer, ReleaseContent
from geoservice.release.paging_keys import encode_key

LAYER, POINTS, GROUPS = "points", 1_000_000, 400
BOX = BBox(116.0, 29.5, 118.0, 31.5)
MINZOOM, MAXZOOM = 8, 14
COLUMNS = {"name": "text", "kind": "text", "value": "number", "rank": "integer"}
KINDS = ("clinic", "school", "hall", "stop", "shop")


def places(count: int, seed: int = 30) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes along a curve, half of them around towns, half uniform in the bounding box."""
    random = np.random.default_rng(seed)
    lon, lat = random.uniform(BOX.west, BOX.east, count), random.uniform(BOX.south, BOX.north, count)
    town = random.integers(0, min(GROUPS, count), count // 2)
    offset = random.normal(0, 0.02, (2, count // 2))
    lon[: count // 2] = np.clip(lon[town] + offset[0], BOX.west, BOX.east)
    lat[: count // 2] = np.clip(lat[town] + offset[1], BOX.south, BOX.north)
    order = np.argsort(hilbert_index(lon, lat), kind="stable")  # the order of build_layers for many features
    return lon[order].round(6), lat[order].round(6)


def features(count: int = POINTS, seed: int = 30) -> pa.Table:
    """Return the layer's rows; ``rank`` is 1..n shuffled, ``value`` uniform from 0 to 100."""
    random = np.random.default_rng(seed + 1)
    names: list[Any] = [f"站点 {i}" for i in range(count)]
    kinds = pa.array(np.array(KINDS, object)[random.integers(0, len(KINDS), count)], pa.string())
    columns: dict[str, Any] = {
        "fid": pa.array(np.arange(1, count + 1)),
        "geography": pa.array(np.full(count, "point", object), pa.string()),
        "unit": pa.array([f"p{i:07}" for i in range(count)]),
        "name": pa.array(names),
        "kind": kinds,
        "value": pa.array(random.uniform(0, 100, count).round(3)),
        "rank": pa.array(random.permutation(count) + 1),
        "geometry": pa.array(shapely.to_wkb(shapely.points(*places(count, seed))), pa.binary()),
    }
    return pa.table(columns)


def layer(count: int = POINTS) -> PublishedLayer:
    """Return the layer's description."""
    columns = tuple(PublishedColumn(name=n, title=Label(zh=n, en=n), type=t) for n, t in COLUMNS.items())
    return PublishedLayer(
        id=LAYER, title=Label(zh="点", en="Points"), description=Label(zh="", en=""), geometry="point", role="public",
        minzoom=MINZOOM, maxzoom=MAXZOOM, zooms={"point": MINZOOM}, columns=columns,
        style=Style(kind="circle", colours=("#d55e00",)), bbox=BOX, features=count,
    )  # fmt: skip


def content(rows: pa.Table, note: str = "") -> ReleaseContent:
    """Return a release with the layer only."""
    study: dict[str, Any] = {"id": "bench", "title": {"zh": "基准", "en": "Bench"}, "synthetic": True, "note": note}
    manifest = Manifest(
        code_version="bench", study=study, inputs={}, parameters={}, table_digest="", layers=(), disclosure={},
    )  # fmt: skip
    return ReleaseContent([LayerContent(layer(rows.num_rows), rows)], TABLE.empty_table(), manifest)


def after(fid: int) -> str:
    """Return the paging token of a ``next`` link after a feature."""
    return encode_key(layer(), (), (fid,))


def copy_rows(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield ``(id, name, kind, value, rank, wkb)`` for another database."""
    for batch in rows.select(["fid", *COLUMNS, "geometry"]).to_batches(50_000):
        yield from zip(*(c.to_pylist() for c in batch.columns), strict=True)
