"""A small release with hostile names."""

from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from geoservice.layer import Label, Layer, LayerColumn, Style
from geoservice.release import open_store
from geoservice.release.base import TABLE, Manifest, ReleaseContent
from geoservice.release.layers import build_layers
from geoservice.release.manifest import table_digest
from geoservice.release.protocols import ReleaseReader

EVIL = "<img src=http://evil.test/x onerror=document.title='村'></script><script>document.title='owned'</script>"


def label(text: str) -> Label:
    return Label(zh=f"{text}中", en=text)


def units(shapes: list[shapely.Geometry]) -> pa.Table:
    ids = [f"u{i}" for i in range(len(shapes))]
    names = [EVIL, *["{{ 7*7 }} 宜秀"] * (len(shapes) - 1)]
    wkb = pa.array([shapely.to_wkb(s) for s in shapes], pa.binary())
    return pa.table({"unit": ids, "name_zh": names, "name_en": names, "geometry": wkb})


def table(n: int) -> pa.Table:
    rows = [
        ("township", f"u{i}", "covered_share", "clinic", "any", "walk", 1, "all", 15, None if i == 1 else 30.0 * i)
        for i in range(n)
    ]
    rows = [(*r, *((None, "nobody") if r[9] is None else (3.0, "ok"))) for r in rows]
    return pa.Table.from_pylist([dict(zip(TABLE.names, r, strict=True)) for r in rows], TABLE)


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> ReleaseReader:
    name = [LayerColumn(name=n, title=label("Name"), type="text") for n in ("name_zh", "name_en")]
    share = LayerColumn(name="share_{minutes}", title=label("{minutes} min"), unit="%", measure="covered_share")
    fill = Style(property="share_{minutes}", breaks=(20, 50), colours=("#440154", "#21918c", "#fde725"))
    layers = [
        Layer(id="coverage", title=label("Coverage"), description=label("d"), geography=("township",), geometry="polygon",
              columns=(*name, share), style=fill, maxzoom=4),
        Layer(id="stations", title=label(EVIL), description=label("d"), geography=("station",), geometry="point",
              columns=tuple(name), style=Style(kind="circle", colours=("#d55e00",)), maxzoom=4),
        Layer(id="hidden", title=label("Hidden"), description=label("d"), geography=("station",), geometry="point",
              columns=tuple(name), style=Style(kind="circle"), role="steward", maxzoom=4),
    ]  # fmt: skip
    boxes = [shapely.box(25 + i / 10, 60, 25.1 + i / 10, 60.1) for i in range(3)]
    places = [shapely.Point(25.05 + i / 10, 60.05) for i in range(3)]
    content = list(build_layers(layers, {"township": units(boxes), "station": units(places)}, table(3)))
    manifest = Manifest(
        code_version="0", study={"title": {"zh": "研究", "en": EVIL}, "synthetic": True}, inputs={}, parameters={},
        table_digest=table_digest(table(3)), layers=tuple(c.layer for c in content), disclosure={},
    )  # fmt: skip
    folder: Path = tmp_path_factory.mktemp("maps")
    open_store(folder, None, "geoservice", read_only=False).write(ReleaseContent(content, table(3), manifest))
    return open_store(folder, None, "geoservice").open()
