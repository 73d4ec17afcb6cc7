"""The stations and areas that a study uses, and its notes on the others."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from geoservice.errors import InputError
from geoservice.ingest import Options, import_file
from geoservice.layer import Layer
from geoservice.pipeline import publish_study
from geoservice.pipeline.inputs import read_inputs
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.release import ItemQuery, ReleaseReader, open_store
from geoservice.study import Study
from geoservice.vintages import Source

from .conftest import fill

STATIONS = """\
id,name,tier,services,capacity,start_delay_s,lon,lat,active,opening_hours
A,甲,county,checkup,500,0,10.0,0.0,,Mo-Fr 08:00-17:00
A2,乙,village,checkup,100,0,10.0,0.0,是,
B,丙,village,checkup,90,300,10.0144,0.0144,,周一至周五8:00-17:30
C,丁,village,checkup,90,0,10.0072,0.0072,停用,
D,戊,village,,90,0,10.0072,0.0072,,
E,己,village,checkup,90,0,10.0072,0.0072,,off
"""
CHECKUP = "served_checkup_walk"


@pytest.fixture(scope="module")
def project(town: Path, study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("inputs")
    with closing(open_project(folder / "project", None, "geoservice")) as opened:
        fill(opened, town, study)
        (folder / "stations.csv").write_text(STATIONS, encoding="utf-8")
        import_file(opened, "stations", folder / "stations.csv", Options(), study, quiet)
        import_file(opened, "population", town / "population.csv", Options(), study, quiet)
        yield opened


@pytest.fixture(scope="module")
def release(project: Project, study: Study, layers: tuple[Layer, ...], tmp_path_factory: Any) -> Iterator[ReleaseReader]:
    with closing(open_store(tmp_path_factory.mktemp("released"), None, "geoservice", read_only=False)) as store:
        published = publish_study(project, store, study, layers, quiet)
        with closing(store.open(published.number)) as reader:
            on_inputs = ("停用", "位于", "1.11%的人口", "步行：1.11%的人口")
            assert published.notes == tuple(n for n in reader.manifest.notes if n.zh.startswith(on_inputs))
            yield reader


def layer(release: ReleaseReader, name: str) -> pd.DataFrame:
    return release.items(name, ItemQuery(limit=100_000, geometry=False)).to_pandas().set_index("unit")


def test_inactive_stations_are_neither_counted_nor_shown(release: ReleaseReader) -> None:
    assert list(layer(release, "stations").index) == ["A", "A2", "B", "D"]
    table = layer(release, "table")
    served = table[(table["measure"] == "served_persons") & (table["status"] == "ok")]["value"]
    # the 900 persons but for the 20 off the streets, as without the inactive ones
    assert served[["A", "A2"]].sum() + served["B"] == table[table["measure"] == "catchment_persons"]["value"].sum() == 880


def test_stations_at_one_place_share_their_catchment_by_capacity(release: ReleaseReader) -> None:
    catchments, stations = layer(release, "catchments"), layer(release, "stations")
    shared = catchments.loc["checkup.walk.A"]
    assert (shared["station"], shared["station_name"], shared["households"]) == ("A + A2", "甲 + 乙", 240)
    assert stations["shares_with"].dropna().to_dict() == {"A": "乙", "A2": "甲"}
    assert stations[CHECKUP][["A", "A2"]].tolist() == pytest.approx([shared["persons"] * 5 / 6, shared["persons"] / 6])
    loads = [*stations["load_checkup_walk"][["A", "A2"]], shared["load"]]
    assert loads == pytest.approx([100 * shared["persons"] / 600] * 3)


def test_a_service_that_is_not_offered_is_not_applicable_and_not_zero(release: ReleaseReader) -> None:
    station = layer(release, "stations").loc["D"]
    assert pd.isna(station[CHECKUP])
    assert (station[f"{CHECKUP}_status"], station["load_checkup_walk_status"]) == ("not_applicable", "not_applicable")
    assert layer(release, "stations")[f"{CHECKUP}_status"][["A", "B"]].tolist() == ["ok", "ok"]


def test_opening_hours_are_shown_as_openstreetmap_writes_them(release: ReleaseReader) -> None:
    hours = layer(release, "stations")["opening_hours"].dropna()
    assert hours.to_dict() == {"A": "Mo-Fr 08:00-17:00", "B": "Mo-Fr 08:00-17:30"}


def test_the_release_says_who_shares_and_who_is_not_counted(release: ReleaseReader) -> None:
    zh, en = (" ".join(getattr(n, language) for n in release.manifest.notes) for language in ("zh", "en"))
    assert "没有地形数据，坡度未计入（步行）。" in zh
    assert "停用的站点不计入：丁 (C)、己 (E)。" in zh
    assert "Not active and not counted: 丁 (C), 己 (E)." in en
    assert "共用服务范围" in zh
    assert "share a catchment" in en
    assert zh.count("甲 (A) + 乙 (A2)") == en.count("甲 (A) + 乙 (A2)") == 1


def test_no_active_station_is_an_error(project: Project, study: Study, tmp_path: Path) -> None:
    with closing(open_project(tmp_path / "project", None, "geoservice")) as idle:
        idle.write("areas", project.read("areas"), Source("a", "1"))
        rows = project.read("stations")
        off = pa.array([False] * rows.num_rows)
        idle.write(
            "stations", rows.set_column(rows.column_names.index("active"), rows.schema.field("active"), off), Source("s", "1")
        )
        with pytest.raises(InputError, match="stations: none is active"):
            read_inputs(idle, study)


def _generations(town: Path) -> str:
    """The town's areas; until 2023 its west was a township V of the same border, and E had the code of today."""
    areas = json.loads((town / "areas.geojson").read_text(encoding="utf-8"))
    west = next(f for f in areas["features"] if f["properties"]["code"] == "W")
    older = {**west, "properties": {**west["properties"], "code": "V", "name": "V", "valid_to": "2023-12-31"}}
    west["properties"]["valid_from"] = "2024-01-01"
    areas["features"].append(older)
    return json.dumps(areas)


@pytest.mark.parametrize(
    ("as_of", "there"), [(dt.date(2023, 12, 31), ["E", "V"]), (dt.date(2024, 1, 1), ["E", "W"]), (None, ["E", "W"])]
)
def test_areas_are_those_of_the_day_of_the_study(
    town: Path, study: Study, tmp_path: Path, as_of: dt.date | None, there: list[str]
) -> None:
    dated = study.model_copy(update={"as_of": as_of})
    (tmp_path / "areas.geojson").write_text(_generations(town), encoding="utf-8")
    with closing(open_project(tmp_path / "project", None, "geoservice")) as opened:
        report = import_file(opened, "areas", tmp_path / "areas.geojson", Options(), dated, quiet)
        import_file(opened, "stations", town / "stations.csv", Options(), dated, quiet)
        inputs = read_inputs(opened, dated)
        day = as_of or opened.vintages("areas")[0].loaded_at.date()
    assert [c for c in inputs.areas.column("code").to_pylist() if c != "T"] == there
    assert inputs.notes[0].en == f"Areas are those valid on {day}; 1 of the loaded ones are not and are left out."
    assert any(f"1 areas are not valid on {day} by valid_from and valid_to" in n for n in report.notes)
