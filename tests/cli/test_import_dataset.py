"""geoservice import of datasets by county."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from geoservice.datasets import open_store, write_dataset
from geoservice.project import open_project

ROW = {"name": "站", "tier": "village", "services": "checkup", "lon": 116.95, "lat": 30.6}


def test_one_county_of_a_dataset(cli: Any, home: Path, tmp_path: Path) -> None:
    tables = {c: pa.Table.from_pylist([{"id": f"S{c}", **ROW}]) for c in ("340811", "340822")}
    write_dataset(open_store(str(tmp_path)), "stations", tables)
    ended = cli("import", "stations", tmp_path / "stations", "--county", "340822", "-C", home)
    assert ended.code == 0, ended.err
    assert "stations from stations: dataset" in ended.out
    assert open_project(home / "project", None, "geoservice").read("stations")["id"].to_pylist() == ["S340822"]


def test_a_source_that_does_not_exist(cli: Any, home: Path) -> None:
    ended = cli("import", "stations", "no-such-file.csv", "-C", home)
    assert ended.code == 2
    assert "'no-such-file.csv' does not exist" in ended.err
    ended = cli("import", "stations", "gs://bucket/stations", "-C", home)
    assert ended.code == 10
    assert "gs://: this scheme is not supported; allowed are a folder and s3://bucket/prefix" in ended.err.replace("\n", " ")
