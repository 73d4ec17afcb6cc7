"""A small release for scenarios: three stations, one of them without a position, in a study with tiers and services."""

import pyarrow as pa
import shapely

from geoservice.layer import Label, Layer, LayerColumn, Style
from geoservice.release.base import TABLE, Manifest, ReleaseContent
from geoservice.release.layers import build_layers
from geoservice.release.manifest import table_digest

ROWS = [
    ("c1", "县医院", "County hospital", "county", "clinic maternity", 500.0, shapely.Point(117.0, 30.5)),
    ("v/1 村", "红岭卫生室", None, "village", "clinic", None, shapely.Point(117.25, 30.625)),
    ("n1", None, "Nowhere", "village", "clinic", 20.0, None),
]


def _label(text: str) -> Label:
    return Label(zh=text, en=text)


def release_content(rows: list[tuple[object, ...]] = ROWS, role: str = "public") -> ReleaseContent:  # type: ignore[assignment]  # rows of several types
    """Return the release; ``role`` is that of the layer of stations."""
    unit, zh, en, tier, services, capacity, shapes = zip(*rows, strict=True)
    wkb = pa.array([None if s is None else shapely.to_wkb(s) for s in shapes], pa.binary())
    count = len(rows)
    table = pa.table(
        {
            "unit": unit,
            "name_zh": pa.array(zh, pa.string()),
            "name_en": pa.array(en, pa.string()),
            "parent": pa.nulls(count, pa.string()),
            "tier": tier,
            "services": services,
            "capacity": pa.array(capacity, pa.float64()),
            "area_path": [f"/34/3408{i}/" for i in range(count)],
            "geometry": wkb,
        }
    )
    texts = [LayerColumn(name=n, title=_label(n), type="text") for n in ("name_zh", "name_en", "tier", "services")]
    layer = Layer(
        id="stations", title=_label("Stations"), description=_label("d"), geography=("station",), geometry="point", maxzoom=5,
        columns=(*texts, LayerColumn(name="capacity", title=_label("capacity"), unit="person")), role=role,
        style=Style(kind="circle", colours=("#d55e00",)),
    )  # fmt: skip
    built = list(build_layers([layer], {"station": table}, TABLE.empty_table()))
    study = {
        "id": "s", "title": {"zh": "情景", "en": "Scenarios"}, "synthetic": True, "source": {"zh": "来源", "en": "Source"},
        "tiers": ["county", "village"], "services": [{"id": "clinic"}, {"id": "maternity"}],
    }  # fmt: skip
    manifest = Manifest(
        code_version="0.1.0", study=study, inputs={}, parameters={}, table_digest=table_digest(TABLE.empty_table()),
        layers=tuple(c.layer for c in built), disclosure={"profile": "planner"},
    )  # fmt: skip
    return ReleaseContent(built, TABLE.empty_table(), manifest)
