"""A data frame is imported like a file with the same rows."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geoservice.errors import BadValues, EmptyFile, InputError, MissingColumn, PersonalData, RefusedTopic
from geoservice.ingest import Options, Report, import_frame
from geoservice.ingest.frame import read_frame
from geoservice.progress import quiet
from geoservice.project import Project
from geoservice.register import Register
from geoservice.study import Study

Load = Callable[..., Report]
PLACES = {"lon": [116.95, 117.02, 117.03], "lat": [30.6, 30.61, 30.6]}


@pytest.fixture
def put(project: Project, register: Register, study: Study) -> Load:
    """Import a frame: ``put("stations", frame, crs="gcj02")``."""

    def go(table: Any, frame: pd.DataFrame, name: str = "mine", **options: Any) -> Report:
        return import_frame(project, table, frame, name, Options(**options), study, quiet, register)

    return go


def stations(**more: Any) -> pd.DataFrame:
    plain = {"编号": ["s1", "s2", "s3"], "名称": ["甲站", "乙站", "丙站"], "层级": ["县级", "乡镇级", "村级"]}
    return pd.DataFrame({**plain, "services": ["checkup", "care", "checkup;care"], **PLACES, **more})


def households(**more: Any) -> pd.DataFrame:
    return pd.DataFrame({"户编号": ["001", "002", "003"], "人口": [3, 4, 2], "六岁以下": [1, 0, 0], **PLACES, **more})


def as_file(frame: pd.DataFrame) -> str:
    text: str = frame.to_csv(index=False)
    return text


def test_a_frame_has_the_same_rows_as_the_file(project: Project, areas: None, load: Load, put: Load) -> None:
    of_file = load("stations", "s.csv", as_file(stations()))
    rows = project.read("stations")
    of_frame = put("stations", stations(), name="s.csv")
    assert of_frame.mapping == of_file.mapping
    assert of_frame.vintage is not None
    assert (of_frame.vintage.added, of_frame.vintage.changed, of_frame.vintage.removed) == (0, 0, 0)
    assert project.read("stations") == rows


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4547", None])
def test_a_geodataframe_is_read_in_its_own_crs(project: Project, areas: None, put: Load, crs: str | None) -> None:
    plain = stations()
    shapes = geopandas.points_from_xy(plain.pop("lon"), plain.pop("lat"), crs="EPSG:4326")
    frame = geopandas.GeoDataFrame(plain, geometry=shapes).rename_geometry("where")
    frame = frame.set_crs(None, allow_override=True) if crs is None else frame.to_crs(crs)
    report = put("stations", frame)
    found = project.read("stations")
    assert np.allclose(found.column("lon").to_numpy(), PLACES["lon"], atol=1e-7)
    assert np.allclose(found.column("lat").to_numpy(), PLACES["lat"], atol=1e-7)
    assert report.crs == (crs or "EPSG:4326")
    assert any("no CRS stated" in n for n in report.notes) == (crs is None)


def test_the_same_rows_are_already_loaded_however_they_are_stored(areas: None, put: Load) -> None:
    first = put("stations", stations())
    again = stations().astype({"编号": "category", "名称": object}).set_index(pd.Index([7, 8, 9], name="anything"))
    assert put("stations", again).already_loaded
    changed = stations(capacity=[1, 2, 3])
    second = put("stations", changed)
    assert first.vintage is not None
    assert second.vintage is not None
    assert (first.vintage.number, second.vintage.number, second.vintage.changed) == (1, 2, 3)


def test_a_moved_point_or_another_crs_is_another_frame(project: Project, areas: None, put: Load) -> None:
    plain = stations()
    at = [shapely.Point(x, y) for x, y in zip(plain.pop("lon"), plain.pop("lat"), strict=True)]
    frame = geopandas.GeoDataFrame(plain, geometry=at, crs="EPSG:4326")
    put("stations", frame)
    assert put("stations", frame).already_loaded
    assert not put("stations", frame.set_geometry(frame.translate(0.001), crs="EPSG:4326")).already_loaded
    assert not put("stations", frame.set_crs("EPSG:4490", allow_override=True)).already_loaded


def test_rejected_rows_are_numbered_as_in_the_frame(areas: None, put: Load) -> None:
    frame = stations().assign(层级=["县级", "乡镇级", "宇宙级"]).set_index(pd.Index(["x", "y", "z"]))
    with pytest.raises(
        BadValues, match=r"^mine: 1 of 3 rows .* row 2, column 层级: not understood, got '宇宙级', allowed: one of"
    ):
        put("stations", frame, mapping={"tier": "层级"})
    report = put("stations", frame, mapping={"tier": "层级"}, accept_partial=True)
    (reject,) = report.samples
    assert (report.rows_accepted, reject.file, reject.row, reject.value) == (2, "mine", 2, "宇宙级")
    assert report.rejects_path is not None
    assert report.rejects_path.name.startswith("stations-mine-")


def test_no_message_about_households_holds_a_value(areas: None, put: Load) -> None:
    frame = households().assign(户编号=["secret-1", "secret-1", "s3"]).set_index(pd.Index(["secret-1", "b", "c"]))
    with pytest.raises(InputError, match="row 0") as error:
        put("households", frame)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"电话": ["13812345678"] * 3}, PersonalData),
        ({"code": ["11010519491231002X"] * 3}, PersonalData),
        ({"code": [138_1234_5678, 139_1234_5678, 137_1234_5678]}, PersonalData),
        ({"民族": ["汉族"] * 3}, RefusedTopic),
    ],
)
def test_refused_data_is_recognised_by_header_and_value(areas: None, put: Load, more: Any, kind: type[InputError]) -> None:
    (header,) = more
    with pytest.raises(kind, match=header):
        put("households", households(**more))
    assert put("households", households(**more), drop=(header,)).rows_accepted == 3


def test_the_index_is_ignored(areas: None, put: Load) -> None:
    named = households().set_index(pd.Index(["王小明", "李小红", "张三丰"], name="姓名"))
    report = put("households", named)
    assert (report.rows_accepted, report.unused) == (3, ())


def test_columns_of_every_type_become_the_text_of_the_file() -> None:
    day = dt.date(2020, 1, 31)
    columns: dict[str, Any] = {
        "code": [340811100001.0, np.nan],
        "whole": pd.array([7, None], "Int64"),
        "single": np.array([0.1, 3], np.float32),
        "flag": pd.array([True, None], "boolean"),
        "day": [day, None],
        "moment": pd.to_datetime(["2020-01-31 08:00", None]),
        "zoned": pd.to_datetime(["2020-01-31 08:00", None]).tz_localize("Asia/Shanghai"),
        "category": pd.Categorical(["甲", None]),
        "number category": pd.Categorical([3.0, None]),
        "list": [["checkup", "care"], []],
        "array": [np.array(["checkup", None, "care"], object), None],
        "set": [{"b", "a"}, set()],
        "mixed": ["0112", 340811100.0],
        "mapping": [{"adcode": 340811}, None],
        "decimal": [Decimal("1.50"), None],
        "uuid": [uuid.UUID(int=1), None],
        "period": pd.PeriodIndex(["2020-01", None], freq="M"),
        "text": pd.array(["", "村"], "string"),
        "nothing": [None, pd.NA],
        7: [1, 2],
    }
    raw = read_frame(pd.DataFrame(columns), "mine")
    assert raw.rows.to_pylist() == [0, 1]
    found = {name: raw.columns.column(name).to_pylist() for name in raw.columns.column_names}
    assert found == {
        "code": ["340811100001", None],
        "whole": ["7", None],
        "single": ["0.1", "3"],
        "flag": ["true", None],
        "day": ["2020-01-31", None],
        "moment": ["2020-01-31 08:00:00.000000", None],
        "zoned": ["2020-01-31 08:00:00.000000+0800", None],
        "category": ["甲", None],
        "number category": ["3", None],
        "list": ["checkup;care", None],
        "array": ["checkup;care", None],
        "set": ["a;b", None],
        "mixed": ["0112", "340811100"],
        "mapping": ['{"adcode": 340811}', None],
        "decimal": ["1.50", None],
        "uuid": ["00000000-0000-0000-0000-000000000001", None],
        "period": ["2020-01", None],
        "text": [None, "村"],
        "nothing": [None, None],
        "7": ["1", "2"],
    }


def test_further_geometries_and_bytes_are_left_out_and_noted() -> None:
    at = geopandas.GeoSeries([shapely.Point(1, 2)], crs="EPSG:4326")
    frame = geopandas.GeoDataFrame({"id": ["a"], "raw": [b"\0"], "other": at, "geometry": at})
    raw = read_frame(frame, "mine")
    assert raw.columns.column_names == ["id"]
    assert raw.geometry is not None
    assert raw.geometry.to_pylist() == [shapely.to_wkb(shapely.Point(1, 2))]
    assert raw.meta.notes == [
        "column 'raw' holds bytes: it was left out",
        "column 'other' holds further geometries: it was left out",
    ]


def test_shapes_of_a_plain_frame_are_read_as_wkt(project: Project, areas: None, put: Load) -> None:
    plain = stations()
    shapes = [shapely.Point(x, y) for x, y in zip(plain.pop("lon"), plain.pop("lat"), strict=True)]
    put("stations", plain.assign(wkt=shapes))
    assert project.read("stations").column("lon").to_pylist() == PLACES["lon"]


def test_a_geodataframe_without_an_active_geometry_is_a_plain_frame(project: Project, areas: None, put: Load) -> None:
    assert put("stations", geopandas.GeoDataFrame(stations())).rows_accepted == 3


@pytest.mark.parametrize("option", [{"layer": "a"}, {"header_row": 2}])
def test_options_of_files_are_refused(areas: None, put: Load, option: Any) -> None:
    with pytest.raises(InputError, match="mine: layer and header_row apply to files"):
        put("stations", stations(), **option)


def test_an_empty_frame_and_an_unknown_column_are_errors(areas: None, put: Load) -> None:
    with pytest.raises(EmptyFile, match="mine: the frame has no rows"):
        put("stations", stations().iloc[:0])
    with pytest.raises(MissingColumn, match=r"mine: drop: .*'absent'"):
        put("stations", stations(), drop=("absent",))


def test_a_dry_run_changes_nothing(areas: None, put: Load, state: Callable[[], object]) -> None:
    before = state()
    assert put("households", households(), dry_run=True).rows_accepted == 3
    assert state() == before
