"""Publish a minimal release, to check that an installation serves it: release.py HOME."""

# ruff: noqa: INP001 - a script of the image, not a package

import sys
from pathlib import Path

import pyarrow as pa
import shapely

from geoservice import __version__
from geoservice.layer import Label, Layer, LayerColumn
from geoservice.release import Manifest, ReleaseContent, open_store
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers
from geoservice.release.manifest import table_digest

NAME = Label(zh="乡镇", en="Township")
LAYER = Layer(
    id="areas", title=NAME, description=NAME, geography=("township",), geometry="polygon", maxzoom=6,
    columns=(LayerColumn(name="name_zh", title=NAME, type="text"),),
)  # fmt: skip
SHAPE = pa.array([shapely.to_wkb(shapely.box(116, 30, 117, 31))], pa.binary())
UNITS = pa.table({"unit": ["t1"], "name_zh": ["宜秀"], "geometry": SHAPE})


def main(home: Path) -> None:
    """Write one release."""
    table = TABLE.empty_table()
    layers = list(build_layers([LAYER], {"township": UNITS}, table))
    study = {"id": "check", "title": {"zh": "检查", "en": "Check"}}
    manifest = Manifest(
        code_version=__version__, study=study, inputs={}, parameters={}, table_digest=table_digest(table),
        layers=tuple(made.layer for made in layers), disclosure={},
    )  # fmt: skip
    store = open_store(home / "releases", None, "check", read_only=False)
    store.write(ReleaseContent(layers, table, manifest))
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
