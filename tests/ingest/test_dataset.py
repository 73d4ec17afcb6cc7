"""Datasets by county as a source: the same rows, checks and rejects as from a file."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from s3_server import S3Server
from stations_file import ROWS, same

from geoservice.datasets import open_store, write_dataset
from geoservice.errors import BadValues, DuplicateKeys, InputError, NotFound, UnreadableFile
from geoservice.ingest import Options, Report, import_dataset, import_file
from geoservice.project import Project
from geoservice.schema import TableName
from geoservice.study import Study

WEST, EAST = "340811", "340822"


def stations(rows: list[dict[str, object]]) -> pa.Table:
    frame = pd.DataFrame(rows).astype({"床位": "Int64"})
    points = shapely.to_wkb(shapely.points(frame.pop("经度"), frame.pop("纬度")))
    return pa.Table.from_pandas(frame, preserve_index=False).append_column("geometry", pa.array(points, pa.binary()))


TABLES = {WEST: stations(ROWS[:1]), EAST: stations(ROWS[1:])}
LoadDataset = Callable[..., Report]


@pytest.fixture
def load_dataset(project: Project, study: Study) -> LoadDataset:
    def load(url: str | Path, table: TableName = "stations", **options: object) -> Report:
        return import_dataset(project, table, str(url), Options(**options), study, lambda stage, fraction: None)  # type: ignore[arg-type]

    return load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_dataset(open_store(str(tmp_path / "data")), "stations", TABLES)
    return tmp_path / "data" / "stations"


def test_a_folder_is_loaded(project: Project, load_dataset: LoadDataset, folder: Path) -> None:
    report = load_dataset(folder)
    same(project, report)
    assert (report.format, report.crs, report.file) == ("dataset", "OGC:CRS84", "stations")
    assert load_dataset(folder).already_loaded
    write_dataset(open_store(str(folder.parent)), "stations", {EAST: stations(ROWS[1:2])}, update=True)
    changed = load_dataset(folder).vintage
    assert changed is not None
    assert (changed.number, changed.removed) == (2, 1)


def test_a_bucket_is_loaded(project: Project, load_dataset: LoadDataset, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    bucket = s3.bucket()
    write_dataset(open_store(f"s3://{bucket}/安庆"), "stations", TABLES)
    same(project, load_dataset(f"s3://{bucket}/安庆/stations/"))
    with pytest.raises(NotFound, match=rf"s3://{bucket}/stations: there is no dataset"):
        load_dataset(f"s3://{bucket}/stations")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(InputError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"):
        load_dataset(f"s3://{bucket}/安庆/stations")


def test_selected_counties_are_a_source_of_their_own(project: Project, load_dataset: LoadDataset, folder: Path) -> None:
    assert load_dataset(folder, counties=(WEST,)).rows_accepted == 1
    assert load_dataset(folder, counties=(EAST,)).rows_accepted == 2
    assert project.read("stations").num_rows == 3
    assert [v.source.name for v in project.current("stations")] == [f"stations/county={WEST}", f"stations/county={EAST}"]
    with pytest.raises(DuplicateKeys, match="--replace 'stations/county=340811'"):
        load_dataset(folder)
    with pytest.raises(NotFound, match=f"it has no county 999999; it has {WEST}, {EAST}"):
        load_dataset(folder, counties=("999999",))


def test_counties_are_for_datasets(project: Project, study: Study, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("id\n1\n")
    with pytest.raises(InputError, match=r"s.csv: counties apply to datasets"):
        import_file(project, "stations", tmp_path / "s.csv", Options(counties=(WEST,)), study, lambda *_: None)


def test_rejects_name_the_file_and_its_row(load_dataset: LoadDataset, tmp_path: Path) -> None:
    wrong = [{**ROWS[1], "床位": -5}, ROWS[2]]
    write_dataset(open_store(str(tmp_path)), "stations", {WEST: stations(ROWS[:1]), EAST: stations(wrong)})
    with pytest.raises(BadValues, match=rf"stations: 1 of 3 rows .*county={EAST}/part-0.parquet, row \d, column 床位: .*-5"):
        load_dataset(tmp_path / "stations")
    report = load_dataset(tmp_path / "stations", accept_partial=True, rejects=tmp_path / "r.csv")
    (row,) = pd.read_csv(tmp_path / "r.csv").to_dict("records")
    assert row["file"] == f"stations/county={EAST}/part-0.parquet"
    assert gpd.read_parquet(tmp_path / row["file"])["床位"][row["row"] - 2] == -5
    assert report.samples[0].row == row["row"]


def test_files_with_different_columns_are_refused(load_dataset: LoadDataset, folder: Path) -> None:
    (folder / "_manifest.json").unlink()
    pd.DataFrame({"编号": ["9"]}).to_parquet(folder / f"county={EAST}" / "more.parquet")
    with pytest.raises(InputError, match=rf"stations: county={EAST}/more.parquet: its columns or CRS differ"):
        load_dataset(folder)


def test_a_changed_or_damaged_part_is_refused(load_dataset: LoadDataset, folder: Path) -> None:
    path = folder / f"county={EAST}" / "part-0.parquet"
    path.write_bytes(path.read_bytes()[:-4] + b"PAR0")
    with pytest.raises(
        UnreadableFile, match=rf"stations/county={EAST}/part-0.parquet: its SHA-256 is not that of the manifest"
    ):
        load_dataset(folder)
    (folder / "_manifest.json").unlink()
    with pytest.raises(UnreadableFile, match=rf"stations: county={EAST}/part-0.parquet: the Parquet file is damaged"):
        load_dataset(folder)


def test_a_dataset_of_geopandas_is_loaded(project: Project, load_dataset: LoadDataset, tmp_path: Path) -> None:
    points = gpd.points_from_xy([r["经度"] for r in ROWS], [r["纬度"] for r in ROWS], crs=4490)
    frame = gpd.GeoDataFrame(pd.DataFrame(ROWS).drop(columns=["经度", "纬度"]), geometry=points)
    for i in range(3):
        target = tmp_path / "stations" / f"county={WEST}" / f"{i}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        frame[i : i + 1].to_parquet(target)
    report = load_dataset(tmp_path / "stations")
    assert report.crs == "EPSG:4490"
    assert project.read("stations")["id"].to_pylist() == ["001", "002", "003"]


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        ("ftp://host/stations", InputError, r"ftp://: this scheme is not supported; allowed are a folder and s3://"),
        ("s3://user:word@bucket/stations", InputError, r"s3://: a URL may have no user, password"),
        ("s3://bucket", InputError, r"got a bucket alone, allowed is s3://bucket/name"),
    ],
)
def test_urls_that_are_refused(load_dataset: LoadDataset, url: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        load_dataset(url)
    assert "word@" not in str(caught.value)


def test_households_are_no_dataset(load_dataset: LoadDataset, folder: Path) -> None:
    with pytest.raises(InputError, match="households: got a dataset; allowed is a file"):
        load_dataset(folder, "households")


def test_the_county_of_a_partition_is_no_area_of_a_table(
    project: Project, load_dataset: LoadDataset, areas: None, tmp_path: Path
) -> None:
    rows = pa.table(
        {"area": ["340811100"], "period": ["2024"], "service": ["checkup"], "group": ["all"], "served": [90], "eligible": [200]}
    )
    write_dataset(open_store(str(tmp_path)), "uptake", {WEST: rows})
    assert load_dataset(tmp_path / "uptake", "uptake").rows_accepted == 1
    assert project.read("uptake")["area"].to_pylist() == ["340811100"]
