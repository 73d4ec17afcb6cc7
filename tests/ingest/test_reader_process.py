"""The reader process: the modules that it loads, and its conversion of types."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely

from geoservice.ingest import Report
from geoservice.ingest.sandbox import _environment
from geoservice.project import Project

Load = Callable[..., Report]


@pytest.mark.parametrize("suffix", ["geojson", "parquet"])
def test_geopandas_is_not_loaded_to_read_a_file(tmp_path: Path, suffix: Any) -> None:
    """pyogrio would load it if it is installed: needless, and one more library beside an untrusted file."""
    frame = geopandas.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(1, 2)], crs="EPSG:4326")
    path = tmp_path / f"s.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    request = {"path": str(path), "kind": suffix, "layer": None, "out": str(tmp_path), "memory_mb": 4096, "seconds": 60}
    words = [sys.executable, "-X", "importtime", "-m", "geoservice.ingest.reader_process", json.dumps(request)]
    done = subprocess.run(words, env=_environment(suffix), capture_output=True, text=True, check=True)
    assert json.loads((tmp_path / "answer.json").read_text())["meta"]["notes"] == []
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "pyarrow" in loaded
    assert "geopandas.geodataframe" not in loaded


@pytest.mark.parametrize("suffix", ["parquet", "gpkg"])
def test_codes_stored_as_floats_keep_all_digits(project: Project, load: Load, tmp_path: Path, suffix: str) -> None:
    square = shapely.box(116.9, 30.5, 117.1, 30.7)
    columns = {"code": [340811100001.0], "name": ["某村"], "level": ["village"]}
    frame = geopandas.GeoDataFrame(columns, geometry=[square], crs="EPSG:4326")
    path = tmp_path / f"a.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    load("areas", path.name)
    assert project.read("areas").column("code").to_pylist() == ["340811100001"]


def test_a_null_in_a_list_does_not_drop_the_others(project: Project, areas: None, load: Load, tmp_path: Path) -> None:
    columns = {"id": ["s"], "name": ["甲站"], "tier": ["county"], "services": [["checkup", None, "care"]], "lon": [116.95]}
    pd.DataFrame({**columns, "lat": [30.6]}).to_parquet(tmp_path / "s.parquet")
    load("stations", "s.parquet")
    assert project.read("stations").column("services").to_pylist() == [["checkup", "care"]]
