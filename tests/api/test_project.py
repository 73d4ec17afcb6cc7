"""A project from Python: the same as the commands, with frames as well as files."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pandas as pd
import pytest

import geoservice
from geoservice.api.options import ImportOptions
from geoservice.errors import DuplicateKeys, InputError, MissingColumn, PersonalData, StudyError, WrongPlace
from geoservice.ingest import Options
from geoservice.server.access import open_access

LIMITS = {"seconds", "memory_mb"}  # settings, not options


def test_importing_geoservice_loads_nothing_heavy() -> None:
    code = "import geoservice, sys; geoservice.open_project, geoservice.open_release; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "geoservice.api.project" in loaded
    assert not {"numpy", "pandas", "geopandas", "pyarrow", "duckdb", "pydantic"} & set(loaded)


def test_names_are_offered_and_others_refused() -> None:
    assert {"open_project", "open_release"} <= set(dir(geoservice))
    with pytest.raises(AttributeError, match="open_projekt"):
        geoservice.open_projekt  # type: ignore[attr-defined]  # noqa: B018 - what is tested


def test_every_option_of_an_import_is_a_keyword() -> None:
    assert set(get_type_hints(ImportOptions)) == {f.name for f in dataclasses.fields(Options)} - LIMITS


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="geoservice init"):
        geoservice.open_project(tmp_path)


def test_a_file_and_a_frame_of_it_give_the_same_rows(home: Path, town: Path) -> None:
    with geoservice.open_project(home) as project:
        project.import_areas(str(town / "areas.geojson"))
        of_file = project.import_stations(town / "stations.csv")
        rows = project._inputs.read("stations")
        of_frame = project.import_stations(pd.read_csv(town / "stations.csv"), name="stations.csv")
        assert project._inputs.read("stations") == rows
    assert of_frame.mapping == of_file.mapping
    assert of_frame.vintage is not None
    assert (of_frame.vintage.number, of_frame.vintage.changed) == (2, 0)


def test_errors_state_which_rows_and_names_are_allowed(home: Path, town: Path) -> None:
    with geoservice.open_project(home) as project:
        project.import_areas(town / "areas.geojson")
        frame = pd.read_csv(town / "stations.csv")
        with pytest.raises(InputError, match="stations: a frame needs a name"):
            project.import_stations(frame)
        with pytest.raises(InputError, match=r"name: got 'mine', which is for frames; the file has its own, stations\.csv"):
            project.import_stations(town / "stations.csv", name="mine")
        with pytest.raises(InputError, match="stations: got a list, allowed are a path, a GeoDataFrame or a DataFrame"):
            project.import_stations([1], name="mine")  # type: ignore[arg-type]  # what is tested


def test_options_are_those_of_the_command(home: Path, town: Path, tmp_path: Path) -> None:
    stations = pd.read_csv(town / "stations.csv").rename(columns={"tier": "rank", "id": "number"}).assign(电话=13812345678)
    with geoservice.open_project(home) as project:
        project.import_areas(town / "areas.geojson")
        with pytest.raises(PersonalData, match="电话"):
            project.import_stations(stations, name="s", mapping={"id": "number", "tier": "rank"})
        report = project.import_stations(
            stations, name="s", mapping={"id": "number", "tier": "rank"}, drop="电话", dry_run=True
        )
        assert (report.rows_accepted, report.vintage, report.mapping["tier"]) == (2, None, "rank")
        with pytest.raises(MissingColumn, match="tier"):
            project.import_stations(stations.drop(columns="rank"), name="s", mapping={"id": "number"}, drop="电话")
        one_tier = project.import_stations(
            stations, name="s", mapping={"id": "number", "tier": ""}, drop=["电话"], tier="village"
        )
        assert one_tier.rows_accepted == 2
        assert project._inputs.read("stations").column("tier").to_pylist() == ["village", "village"]
        bad = stations.assign(lon=[10.0, 300.0])
        rejects = tmp_path / "rejects.csv"
        with pytest.raises(WrongPlace):
            project.import_stations(bad, name="s", mapping={"id": "number", "tier": "rank"}, drop="电话", rejects=str(rejects))
        assert rejects.read_text("utf-8-sig").splitlines()[1].startswith("s,1,")
        with pytest.raises(TypeError, match="sheet"):
            project.import_stations(bad, name="s", sheet="a")  # type: ignore[call-arg]  # what is tested


def test_a_frame_replaces_one_of_another_name_and_a_dry_run_reports_it(home: Path, town: Path) -> None:
    stations = pd.read_csv(town / "stations.csv")
    with geoservice.open_project(home) as project:
        project.import_stations(stations, name="10")
        refused = project.import_stations(stations.iloc[:1], name="11", dry_run=True).refusal
        assert isinstance(refused, DuplicateKeys)
        assert "--replace '10'" in str(refused)
        expected = project.import_stations(stations.iloc[:1], name="11", replaces="10", dry_run=True).expected
        assert expected is not None
        assert (expected.number, expected.removed) == (2, 1)
        assert project.vintages()["source"].tolist() == ["10"]
        project.import_stations(stations.iloc[:1], name="11", replaces=["10"])
        assert project.vintages()["source"].tolist() == ["11", "11"]


def test_progress_is_reported_by_stage(home: Path, town: Path) -> None:
    told: list[tuple[str, float]] = []
    with geoservice.open_project(home) as project:
        project.import_areas(town / "areas.geojson", progress=lambda stage, done: told.append((stage, done)))
    assert {stage for stage, _ in told} == {"read", "check", "write"}
    assert all(0 <= done <= 1 for _, done in told)


def test_households_are_measured_once_and_published(home: Path, town: Path) -> None:
    with geoservice.open_project(home) as project:
        project.import_areas(town / "areas.geojson")
        project.import_network(town / "streets.osm.pbf", speeds=town / "speeds.toml")
        project.import_stations(town / "stations.csv")
        report = project.import_households(pd.read_csv(town / "households.csv"), name="register 2024")
        assert report.rows_accepted == 400
        assert "register 2024" in set(project.vintages()["source"])
        first = project.protect()
        assert (first.result is not None, first.draw.rho) == (True, "1/2")
        assert project.protect().result is None
        with project.publish() as release:
            assert release.number == 1
            assert release.disclosure.rho == 0.5
            assert release.disclosure.guess_probability == pytest.approx(0.6915, abs=1e-4)
            assert "at most 69 times in 100" in release.disclosure.statement.en
            county = release.layer("coverage", level="county")
            assert county["persons_margin"].iloc[0] > 0
            assert abs(county["households"].iloc[0] - 400) < 100
    store = open_access(home, None, "geoservice", owner=True)
    try:
        entries = [row.entry for row in store.rows()]
    finally:
        store.close()
    assert [(e["what"], e["status"]) for e in entries] == [
        (what, status) for what in ("protect", "protect", "publish") for status in ("begun", "done")
    ]
    assert all(e["name"].endswith("(Python)") for e in entries)


def test_margins_to_expect_cost_nothing(home: Path, town: Path) -> None:
    with geoservice.open_project(home) as project:
        project.import_areas(town / "areas.geojson")
        half, one = project.expected_margins(0.5), project.expected_margins("1")
        assert [row.level for row in half][:2] == ["county", "township"]
        assert all(half[0].margins[q] > one[0].margins[q] for q in half[0].margins)
        with pytest.raises(InputError, match="rho: got 9, allowed is a number above 0 and at most 8"):
            project.expected_margins(9)
    assert not (home / "register").exists()


def test_a_closed_project_opens_its_stores_again(home: Path, town: Path) -> None:
    project = geoservice.open_project(home)
    project.import_areas(town / "areas.geojson")
    project.close()
    assert project.import_areas(town / "areas.geojson").already_loaded
    assert list(project.vintages()["table"]) == ["areas"]
    project.close()


def test_a_run_reports_points_off_the_streets(folder_home: Path, town: Path) -> None:
    """Of 900 persons ten live in the middle of a block, and ten farther away than the study allows."""
    persons = pd.read_csv(town / "population.csv")["persons"].sum()
    share = f"{100 * 10 / persons:.2f} % of the people"
    beyond, too_far = (folder_home / "remarks.txt").read_text().splitlines()
    assert beyond.startswith(
        f"{share} live beyond the extract of the streets, streets.osm.pbf (longitude and latitude 10.00 0.00"
    )
    assert too_far == f"walking: {share} are too far from a street and have no times to stations."


def test_both_stores_keep_what_was_loaded(published_home: Path, town: Path) -> None:
    with geoservice.open_project(published_home) as project:
        vintages = project.vintages()
        assert sorted(vintages["source"]) == ["areas.geojson", "people", "stations"]
        assert project.import_stations(pd.read_csv(town / "stations.csv"), name="stations").already_loaded
        with project.release() as release:
            assert release.number == 1
            assert release.remarks == ()
