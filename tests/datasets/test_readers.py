"""Datasets read by other programs: geopandas, DuckDB, pyarrow and dask-geopandas."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from county_tables import TABLES, county_table, grid

from geoservice.datasets import open_store, read_dataset, write_dataset
from geoservice.db.duckdb import spatial_extension
from geoservice.geo import BBox

WEST = BBox(116.4, 30.4, 116.6, 30.6)
"""A box that meets the western county and the city, and none of the eastern county."""
EXPECTED = {*TABLES["340822"]["id"].to_pylist(), *TABLES[""]["id"].to_pylist()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("datasets")
    write_dataset(open_store(str(root)), "stations", TABLES)
    return root / "stations"


def test_geopandas_reads_a_box(folder: Path) -> None:
    frame = gpd.read_parquet(folder, bbox=WEST)
    assert set(frame["id"]) == EXPECTED
    assert set(frame["county"]) == {"340822", "__none__"}
    assert frame.crs == "OGC:CRS84"
    whole = gpd.read_parquet(folder / "county=340811" / "part-0.parquet")
    assert whole.sort_values("id").geometry.to_wkb().tolist() == TABLES["340811"]["geometry"].to_pylist()
    assert "bbox" not in whole


def test_duckdb_reads_a_box_and_a_county(folder: Path) -> None:
    with duckdb.connect() as session:
        session.load_extension(str(spatial_extension()))
        files = f"read_parquet('{folder}/*/*.parquet', hive_types = {{'county': VARCHAR}})"
        where = "bbox.xmin <= 116.6 AND bbox.xmax >= 116.4 AND bbox.ymin <= 30.6 AND bbox.ymax >= 30.4"
        assert {i for (i,) in session.sql(f"SELECT id FROM {files} WHERE {where}").fetchall()} == EXPECTED
        rows = session.sql(f"SELECT id, ST_X(ST_Centroid(geometry)) FROM {files} WHERE county = '340822'").fetchall()
    assert sorted(i for i, _ in rows) == TABLES["340822"]["id"].to_pylist()
    assert all(116.4 < x < 116.6 for _, x in rows)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # dask with the newest pandas
def test_dask_geopandas_has_a_partition_a_county(folder: Path) -> None:
    dask_geopandas = pytest.importorskip("dask_geopandas")
    frame = dask_geopandas.read_parquet(folder)
    assert frame.npartitions == len(TABLES)
    assert frame.spatial_partitions.total_bounds.tolist() == [116.0, 30.0, 118.0, 31.0]
    assert frame.cx[116.4:116.6, 30.4:30.6].npartitions == 2
    assert sorted(frame.compute(scheduler="sync")["id"]) == sorted(i for t in TABLES.values() for i in t["id"].to_pylist())


def test_the_metadata_of_geoparquet(folder: Path) -> None:
    schema = pq.read_schema(folder / "county=340822" / "part-0.parquet")
    geo = json.loads(schema.metadata[b"geo"])
    assert geo == {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Polygon"],
                "bbox": pytest.approx([116.498, 30.498, 116.522, 30.522]),
                "covering": {"bbox": {corner: ["bbox", corner] for corner in ("xmin", "ymin", "xmax", "ymax")}},
            }
        },
    }
    assert schema.field("bbox").type == pa.struct([(corner, pa.float64()) for corner in ("xmin", "ymin", "xmax", "ymax")])


def test_a_box_skips_row_groups(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    write_dataset(store, "grid", {"340811": county_table(grid(150, step=0.001))})
    metadata = pq.ParquetFile(tmp_path / "grid" / "county=340811" / "part-0.parquet").metadata
    columns = [metadata.schema.column(i).path for i in range(metadata.num_columns)]

    def bound(group: int, corner: str, of: Callable[[object], float]) -> float:
        return of(metadata.row_group(group).column(columns.index(f"bbox.{corner}")).statistics)

    box = BBox(117.0, 30.5, 117.02, 30.52)
    groups = [
        BBox(
            *(bound(g, c, lambda s: s.min) for c in ("xmin", "ymin")), *(bound(g, c, lambda s: s.max) for c in ("xmax", "ymax"))
        )
        for g in range(metadata.num_row_groups)
    ]
    assert len(groups) == 5
    assert sum(group.intersects(box) for group in groups) == 1
    assert read_dataset(store, "grid", bbox=box).num_rows == 21 * 21


def test_three_dimensions_are_named(tmp_path: Path) -> None:
    write_dataset(open_store(str(tmp_path)), "z", {"1": county_table([shapely.Point(1, 2, 3), shapely.Point(1, 2)])})
    path = tmp_path / "z" / "county=1" / "part-0.parquet"
    assert json.loads(pq.read_schema(path).metadata[b"geo"])["columns"]["geometry"]["geometry_types"] == ["Point", "Point Z"]
    assert gpd.read_parquet(path).geometry.has_z.sum() == 1
