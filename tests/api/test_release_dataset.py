"""A release as datasets by county."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pytest

from geoservice import Release
from geoservice.api.release_dataset import export_release
from geoservice.datasets import open_store, read_dataset, write_dataset
from geoservice.errors import Conflict, InputError, NotFound
from geoservice.progress import quiet
from geoservice.release.base import Manifest


def test_every_layer_and_the_release_table(release: Release, tmp_path: Path) -> None:
    written = release.export_dataset(tmp_path / "data")
    ids = [layer.id for layer in release.manifest.layers if layer.id != "table"]
    assert [dataset.name for dataset in written] == [*ids, "release_table"]
    store = open_store(str(tmp_path / "data"))
    for name in ids:
        frame = release.layer(name).reset_index()
        rows = read_dataset(store, name)
        assert sorted(rows["fid"].to_pylist()) == frame["fid"].tolist()
        assert set(rows.column_names) - {"county"} >= set(frame.columns) - {"geometry"}
    coverage = gpd.read_parquet(tmp_path / "data" / "coverage")
    assert dict(zip(coverage["unit"], coverage["county"], strict=True)) == {"T": "T", "E": "T", "W": "T"}
    assert Manifest.model_validate_json(store.read("release.json")) == release.manifest


def test_rows_of_the_table_are_in_the_county_of_their_unit(release: Release, tmp_path: Path) -> None:
    rows = release.export_dataset(tmp_path)[-1].rows
    table = read_dataset(open_store(str(tmp_path)), "release_table").to_pandas()
    assert len(table) == rows == len(release.layer("table", columns=["unit"]))
    county = table.groupby("geography")["county"]
    assert county.unique()["township"].tolist() == ["T"]
    assert county.unique()["county"].tolist() == ["T"]
    assert table["value"].notna().any()


def test_the_same_release_gives_the_same_bytes(release: Release, tmp_path: Path) -> None:
    for name in ("a", "b"):
        release.export_dataset(tmp_path / name, ["coverage"])
    files = [p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file()]
    assert len(files) == 3
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)


def test_a_layer_that_the_release_no_longer_has_is_removed(release: Release, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = open_store(str(folder))
    for name in ("old", "own", "../near"):
        write_dataset(store, name, {"": pa.table({"id": [1]})})
    layers = [{"id": name} for name in ("old", "../near", "stations", "absent")]
    store.write("release.json", json.dumps({"layers": layers}).encode())
    release.export_dataset(folder, ["coverage"])
    assert {path.name for path in folder.iterdir()} == {"coverage", "own", "release.json"}
    assert (tmp_path / "near" / "_manifest.json").exists()
    assert Manifest.model_validate_json(store.read("release.json")) == release.manifest


def test_what_is_refused(release: Release, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="layer 'roads' does not exist"):
        release.export_dataset(tmp_path, ["roads"])
    (tmp_path / "coverage").mkdir()
    (tmp_path / "coverage" / "own.txt").touch()
    with pytest.raises(Conflict, match="coverage: it has files that are no dataset of geoservice"):
        release.export_dataset(tmp_path, ["coverage"])


def test_a_service_has_no_datasets(tmp_path: Path) -> None:
    service: Any = object()
    with pytest.raises(InputError, match="export: got a running service"):
        export_release(service, str(tmp_path), (), quiet)
