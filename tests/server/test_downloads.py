"""Files, read by the libraries that people use, and compared with the GeoJSON of the same rows."""

import csv
import io
import json
import tempfile

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from open_files import open_paths

from geoservice.server.features import downloads

GK = "http://www.opengis.net/def/crs/EPSG/0/4548"
URL = "/collections/clinics/items"
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
    "fgb": "application/flatgeobuf",
}


@pytest.fixture
def read(tmp_path):
    """Return a function that reads the bytes of a file as a data frame."""

    def go(f, body):
        path = tmp_path / f"read.{f}"
        path.write_bytes(body)
        return geopandas.read_parquet(path) if f == "parquet" else pyogrio.read_dataframe(path, fid_as_index=True)

    return go


def truth(client, query=""):
    return client.json(f"{URL}?limit=1000{query}")["features"]


def plain(value):
    if pd.isna(value):
        return None
    if hasattr(value, "isoformat"):
        return value.strftime("%Y-%m-%d" if type(value).__name__ == "date" else "%Y-%m-%dT%H:%M:%SZ")
    return value.item() if hasattr(value, "item") else value


@pytest.mark.parametrize("f", ["parquet", "gpkg", "fgb"])
def test_a_file_has_the_rows_of_the_geojson(yixiu, read, f):
    answer = yixiu.get(f"{URL}?f={f}")
    assert answer.headers["content-type"] == MEDIA[f]
    assert answer.headers["content-disposition"] == f'attachment; filename="clinics.{f}"'
    frame = read(f, answer.content)
    expected = truth(yixiu)
    assert (frame.index.tolist() if f == "gpkg" else frame["fid"].tolist()) == [e["id"] for e in expected]
    for name in ("unit", "name", "beds", "rate", "open", "checked"):
        assert [plain(v) for v in frame[name]] == [e["properties"][name] for e in expected], name
    days = [None if plain(v) is None else plain(v)[:10] for v in frame["opened"]]
    assert days == [e["properties"]["opened"] for e in expected]
    shapes = [None if e["geometry"] is None else shapely.from_geojson(json.dumps(e["geometry"])) for e in expected]
    assert shapely.equals(frame.geometry.to_numpy(), np.array(shapes)).tolist() == [s is not None for s in shapes]
    assert [s is None for s in frame.geometry] == [s is None for s in shapes]
    assert frame.crs.to_epsg() == 4326 or frame.crs.to_authority() == ("OGC", "CRS84")


@pytest.mark.parametrize("f", ["parquet", "gpkg", "fgb"])
def test_a_file_in_another_crs_is_east_first(yixiu, read, f):
    answer = yixiu.get(f"{URL}?f={f}&crs={GK}&ids=1")
    assert answer.headers["content-crs"] == f"<{GK}>"
    frame = read(f, answer.content)
    assert frame.crs.to_epsg() == 4548
    (north, east) = truth(yixiu, f"&crs={GK}&ids=1")[0]["geometry"]["coordinates"]
    assert frame.geometry[frame.index[0]].coords[0] == pytest.approx((east, north))


def test_csv_has_every_row_and_no_formula(yixiu):
    answer = yixiu.get(f"{URL}?f=csv")
    assert answer.headers["content-type"] == MEDIA["csv"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    expected = truth(yixiu)
    guard = {"=1+1": "'=1+1", "@x": "'@x", None: ""}
    assert [r["name"] for r in rows] == [guard.get(e["properties"]["name"], e["properties"]["name"]) for e in expected]
    assert [r["checked"] for r in rows] == [e["properties"]["checked"] or "" for e in expected]
    assert [(r["lon"], r["lat"]) for r in rows[3:5]] == [("117.03", "30.6"), ("", "")]
    assert list(rows[0])[:3] == ["fid", "lon", "lat"]


def test_csv_names_its_axes(yixiu):
    text = yixiu.get(f"{URL}?f=csv&crs={GK}&ids=1&properties=unit").content.decode("utf-8-sig")
    assert text.splitlines() == ["fid,easting,northing,unit", '1,500000,3386627.91,"c000"']


def test_geoparquet_has_metadata(yixiu):
    metadata = pq.read_metadata(io.BytesIO(yixiu.get(f"{URL}?f=parquet").content)).metadata
    geo = json.loads(metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == ("1.1.0", "geometry", "WKB")
    assert column["geometry_types"] == ["MultiPoint", "Point"]
    assert column["bbox"] == [117.0, 30.5, 117.2, 30.62]
    assert column["crs"]["id"] == {"authority": "OGC", "code": "CRS84"}
    assert json.loads(metadata[b"geoservice"])["source"] == "Source"


@pytest.mark.parametrize("f", ["parquet", "gpkg", "fgb"])
def test_typed_files_have_margins_and_nulls_for_missing_values(client, read, f):
    frame = read(f, client.get(f"/collections/coverage/items?f={f}").content)
    assert [plain(v) for v in frame["share_clinic_walk_15"]] == [71.5, None, 33.0]
    assert [plain(v) for v in frame["share_clinic_walk_15_margin"]] == [7.15, None, 3.3]


@pytest.mark.parametrize("f", ["csv", "parquet", "gpkg", "fgb"])
@pytest.mark.parametrize("url", ["/collections/table/items", f"{URL}?unit=nobody", f"{URL}?skipGeometry=true&limit=2"])
def test_tables_and_empty_selections_are_files_too(client, yixiu, tmp_path, f, url):
    asked = client if "table" in url else yixiu
    sign = "&" if "?" in url else "?"
    body = asked.get(f"{url}{sign}f={f}").content
    returned = asked.json(f"{url}{sign}f=json")["numberReturned"]
    if f == "csv":
        assert len(list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))) == returned + 1
    elif f == "parquet":
        assert pq.read_table(io.BytesIO(body)).num_rows == returned
    else:
        (tmp_path / f"read.{f}").write_bytes(body)
        assert pyogrio.read_info(tmp_path / f"read.{f}", force_feature_count=True)["features"] == returned


def test_files_can_be_paged_with_a_limit(yixiu):
    seen, url = [], f"{URL}?f=csv&limit=13&sortby=-unit&properties=unit"
    while url:
        answer = yixiu.get(url)
        seen += [r["unit"] for r in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]
        url = answer.headers["link"].split(">")[0][1:] if "link" in answer.headers else None
    assert seen == [f"c{i:03d}" for i in reversed(range(30))]


def test_the_accept_header_selects_a_file(yixiu):
    assert yixiu.get(URL, Accept="application/flatgeobuf").content.startswith(b"fgb")


def test_too_many_features_for_a_file_is_413(yixiu, monkeypatch):
    monkeypatch.setattr(downloads, "MAX_FEATURES", 20)
    answer = yixiu.get(f"{URL}?f=gpkg")
    assert answer.status_code == 413
    assert "30 features match" in answer.json()["detail"]
    assert "limit=20" in answer.json()["detail"]
    assert yixiu.get(f"{URL}?f=gpkg&ids=1,2").status_code == 200
    assert yixiu.get(f"{URL}?f=gpkg&limit=20").status_code == 200


@pytest.mark.parametrize("query", ["f=gpkg", "f=fgb&limit=3", "f=csv&unit=x", "f=parquet", "f=gpkg&filter=nope"])
def test_no_temporary_file_stays_on_disk(yixiu, tmp_path, monkeypatch, query):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = open_files()
    yixiu.get(f"{URL}?{query}")
    assert list(tmp_path.iterdir()) == []
    assert open_files() == before


def open_files():
    return [name for name in open_paths() if "geoservice-" in name]
