"""Tours of vans in the grid town: five minutes on foot from one junction to the next, one minute by van."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from van_town import STEP, junction, make_van_town, read_calendar

import geoservice
from geoservice.api.vans import VanTours
from geoservice.errors import InputError

Plan = Callable[..., VanTours]
FIXED = {
    "minutes": 10,
    "spacing": 100,
    "starts": "2026-09-07",
    "minutes_per_person": 0.1,
    "least_minutes": 10,
    "most_minutes": 40,
}


@pytest.fixture(scope="module")
def home(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_van_town(town, tmp_path_factory.mktemp("vans"))


@pytest.fixture
def plan(home: Path) -> Plan:
    def run(**options: object) -> VanTours:
        with geoservice.open_project(home) as project:
            return project.van_tours("checkup", "walk", **(FIXED | options))

    return run


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return 60 * int(hour) + int(minute)


def distance(a: tuple[int, int], b: tuple[int, int]) -> int:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def test_the_stops_are_those_of_siting_and_times_follow_from_the_streets(plan: Plan, home: Path) -> None:
    tours = plan(stops=3)
    with geoservice.open_project(home) as project:
        sites = project.siting("checkup", "walk", sites=3, minutes=10, spacing=100)
    at = {(round(p.x, 6), round(p.y, 6)) for p in sites.geometry}
    assert {(round(p.x, 6), round(p.y, 6)) for p in tours.stops.geometry} == at
    assert tours.stops["persons"].sum() == sites["persons"].sum()
    assert (tours.stops["status"] == "visited").all()
    for _, tour in tours.tours.iterrows():
        stops = tours.stops[tours.stops["tour"] == tour.name].sort_values("visit_order")
        place, clock = (0, 0), minutes(tour["departs"])
        for _, stop in stops.iterrows():
            here = junction(stop.geometry.x, stop.geometry.y)
            service = int(np.ceil(np.clip(round(stop["persons"] * 0.1, 6), 10, 40)))
            assert stop["driving_minutes"] == distance(place, here)
            assert minutes(stop["arrives"]) == clock + distance(place, here)
            assert minutes(stop["opens"]) == minutes(stop["arrives"]) + 20
            assert minutes(stop["leaves"]) == minutes(stop["opens"]) + service
            place, clock = here, minutes(stop["leaves"])
        assert minutes(tour["returns"]) == clock + distance(place, (0, 0))
    assert "Proven: no tours to these stops drive less." in tours.summary["en"]


def test_lines_of_tours_follow_the_streets_through_their_stops(plan: Plan) -> None:
    tours = plan(stops=3)
    for unit, tour in tours.tours.iterrows():
        line = [((lon - 10) / STEP, lat / STEP) for lon, lat in tour.geometry.coords]
        assert all(abs(a[0] - b[0]) < 1e-3 or abs(a[1] - b[1]) < 1e-3 for a, b in pairwise(line))  # along a street
        length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(line))
        assert length == pytest.approx(tour["driving_minutes"], abs=1e-3)
        assert np.allclose([line[0], line[-1]], 0, atol=1e-3)
        for stop in tours.stops[tours.stops["tour"] == unit].geometry:
            assert min(distance_to(v, (stop.x, stop.y)) for v in line) < 1e-3


def distance_to(vertex: tuple[float, float], place: tuple[float, float]) -> float:
    return abs(vertex[0] - (place[0] - 10) / STEP) + abs(vertex[1] - place[1] / STEP)


def test_visits_are_once_a_period_and_more_often_where_more_people_are(plan: Plan) -> None:
    tours = plan(stops=4, every_weeks=4, weekly_from=250, fortnightly_from=20)
    periods = tours.stops["every_weeks"]
    expected = np.where(tours.stops["persons"] >= 250, 1, np.where(tours.stops["persons"] >= 20, 2, 4))
    assert periods.tolist() == expected.tolist()
    assert len(set(expected)) > 1
    cycle = int(tours.stops["cycle_weeks"].iloc[0])
    for stop, visits in tours.timetable.groupby("stop"):
        assert len(visits) == cycle // periods[stop]
        assert visits["weekday"].nunique() == visits["arrives"].nunique() == 1
        assert set(np.diff(visits["week"])) <= {periods[stop]}
        assert [d.isoweekday() for d in visits["date"]] == visits["weekday"].tolist()
    assert tours.timetable.groupby(["van_en", "date"])["arrives"].is_monotonic_increasing.all()


def test_the_calendar_has_the_first_day_and_the_weeks_of_each_stop(plan: Plan) -> None:
    tours = plan(stops=3, every_weeks=2)
    for language, title in (("zh", "体检："), ("en", "Check-up: ")):
        events = {e["UID"].split(".")[0]: e for e in read_calendar(tours.calendar(language))}
        assert set(events) == set(tours.stops.index)
        for unit, stop in tours.stops.iterrows():
            event = events[unit]
            first = tours.timetable[tours.timetable["stop"] == unit].iloc[0]
            assert event["DTSTART"] == f"{first['date']:%Y%m%d}T{stop['opens'].replace(':', '')}00"
            assert event["DTEND"].endswith(f"T{stop['leaves'].replace(':', '')}00")
            assert f"INTERVAL={stop['every_weeks']};" in event["RRULE"]
            assert event["SUMMARY"] == title + stop[f"name_{language}"]
    with pytest.raises(InputError, match="language: got 'fi', allowed are zh, en"):
        tours.calendar("fi")


def test_two_bases_and_their_vans_share_the_stops(plan: Plan) -> None:
    tours = plan(stops=6, bases=["A", "B"], vans=2, days=1, day_minutes=60, every_weeks=1, minutes=5)
    assert set(tours.tours["base"]) == {"A", "B"}
    assert set(tours.tours["van"]) <= {1, 2}
    assert not tours.tours.duplicated(["base", "van", "weekday"]).any()


def test_stops_out_of_reach_and_without_time_are_named_with_their_people(plan: Plan) -> None:
    rows = {"id": ["p", "q", "x"], "name": ["东头", "中", "远"], "lon": [10 + 3 * STEP, 10 + STEP, 10 + 8 * STEP]}
    rows["lat"] = [STEP, 3 * STEP, STEP]
    tours = plan(candidates=pd.DataFrame(rows), stops=3, days=1, every_weeks=1, day_minutes=70)
    status = tours.stops["status"].to_dict()
    assert status["x"] == "no_road"
    assert sorted(status[s] for s in ("p", "q")) == ["no_time", "visited"]
    kept = max(("p", "q"), key=lambda s: tours.stops.loc[s, "persons"])
    assert status[kept] == "visited"
    said = " ".join(tours.summary["en"])
    assert "Not visited: 远 (0 people): no street for vans near" in said
    assert ": the vans have no time left." in said


def test_a_candidate_that_takes_more_than_a_day_is_named_with_its_people(plan: Plan) -> None:
    rows = pd.DataFrame({"id": ["near", "far"], "lon": [10 + STEP, 10 + 4 * STEP], "lat": [STEP, 3 * STEP]})
    tours = plan(
        candidates=rows, stops=2, day_minutes=40, minutes_per_person=0
    )  # 20 to set up, 10 of service, 4 and 14 on the road
    assert tours.stops["status"].to_dict() == {"near": "visited", "far": "too_far"}
    assert tours.stops.loc["far", "persons"] > 0
    assert "longer than a working day" in tours.stops.loc["far", "reason_en"]


def test_nobody_left_needs_no_stop(plan: Plan) -> None:
    tours = plan(minutes=60)
    assert (len(tours.stops), len(tours.tours), len(tours.timetable)) == (0, 0, 0)
    assert "没有需要停靠的地点。" in tours.summary["zh"]
    assert read_calendar(tours.calendar()) == []


def test_files_can_be_read_back(plan: Plan, tmp_path: Path) -> None:
    tours = plan(stops=2)
    for name in ("t.csv", "t.geojson", "t.ics"):
        tours.write(tmp_path / name, "en")
    table = pd.read_csv(tmp_path / "t.csv")
    assert table["stop"].tolist() == tours.timetable["stop"].tolist()
    assert table["arrives"].tolist() == tours.timetable["arrives"].tolist()
    features = json.loads((tmp_path / "t.geojson").read_text(encoding="utf-8"))["features"]
    kinds = [(f["properties"]["kind"], f["geometry"]["type"]) for f in features]
    assert kinds == [("stop", "Point")] * 2 + [("tour", "LineString")] * len(tours.tours)
    assert len(read_calendar((tmp_path / "t.ics").read_bytes().decode())) == 2
    with pytest.raises(InputError, match=r"out: got 't\.doc', allowed are names that end in \.csv, \.geojson, \.ics"):
        tours.write(tmp_path / "t.doc")


def test_equal_input_gives_equal_tours(plan: Plan) -> None:
    first, second = plan(stops=4), plan(stops=4)
    pd.testing.assert_frame_equal(first.timetable, second.timetable)
    assert first.tours.equals(second.tours)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stops": 0}, "vans: stops: Input should be greater than or equal to 1; got 0"),
        ({"bases": "Z"}, "bases: got 'Z', allowed are ids of active stations: A, B"),
        ({"drive": "ebike"}, "drive: got 'ebike', allowed are the modes of the study: walk, drive"),
        ({"starts": "2026-09-08"}, "starts: got 2026-09-08, allowed is a Monday"),
        ({"every_weeks": 1, "weekly_from": 5}, "weekly_from: allowed is none"),
        ({"every_weeks": 2, "fortnightly_from": 5}, "fortnightly_from: allowed with every_weeks 4 only, got 2"),
        ({"every_weeks": 4, "fortnightly_from": 9, "weekly_from": 5}, "weekly_from: got 5, allowed is more than"),
        ({"day_start": "20:00"}, "day_minutes: got 480, allowed are days that end by midnight"),
        ({"day_start": "08:30:10"}, "day_start: got 08:30:10, allowed are hours and minutes"),
        ({"most_minutes": 5}, "most_minutes: got 5, allowed are 10"),
        ({"bases": ["A", "A"]}, "bases: got .*, allowed is each station once"),
        (
            {"day_minutes": 30, "least_minutes": 10, "set_up_minutes": 25},
            "candidates: none can be visited in 30 minutes from A",
        ),
        ({"candidates": "gaps"}, "candidates: got 'gaps', allowed are streets"),
        ({"group": "young"}, "group: got 'young', allowed are all"),
        ({"speed": 3}, "vans: speed: Extra inputs are not permitted"),
    ],
    ids=lambda v: "-".join(v) if isinstance(v, dict) else "",
)
def test_a_wrong_option_is_named_with_what_is_allowed(options: dict[str, object], message: str, plan: Plan) -> None:
    with pytest.raises(InputError, match=message):
        plan(**options)


def test_a_study_without_driving_and_without_vans_says_what_is_missing(folder_home: Path) -> None:
    with geoservice.open_project(folder_home) as project:
        with pytest.raises(InputError, match="drive: got 'drive', allowed are the modes of the study: walk"):
            project.van_tours("checkup")
        with pytest.raises(InputError, match=r"service: got none; name one, or add a table \[vans\] to study.toml"):
            project.van_tours()
        with pytest.raises(InputError, match="service: got 'dentist', allowed are checkup"):
            project.van_tours("dentist")


def test_progress_is_reported_and_cancels(home: Path) -> None:
    stages = []

    def progress(stage: str, _share: float) -> None:
        stages.append(stage)
        if stage == "tours":
            raise KeyboardInterrupt

    with geoservice.open_project(home) as project, pytest.raises(KeyboardInterrupt):
        project.van_tours("checkup", progress=progress, minutes=10, spacing=100)
    assert {"reading", "travel times", "greedy", "tours"} <= set(stages)


VANS = """
[vans]
service = "checkup"
minutes = 10
stops = 3
spacing = 100
starts = 2026-09-07
minutes_per_person = 0.1
least_minutes = 10
most_minutes = 40
"""


def test_a_study_with_vans_publishes_what_the_command_plans(town: Path, tmp_path: Path, plan: Plan) -> None:
    make_van_town(town, tmp_path, VANS)
    with geoservice.open_project(tmp_path) as project:
        tours = project.van_tours()
        with project.publish() as release:
            stops, lines = release.layer("van_stops").set_index("unit"), release.layer("van_tours").set_index("unit")
            notes = [note.en for note in release.manifest.notes]
    planned = plan(stops=3)
    for frame in (tours, planned):
        columns = ["tour", "weekday", "weeks", "arrives", "opens", "leaves", "first_date", "persons"]
        left, right = stops.sort_index()[columns], frame.stops.sort_index()[columns]
        assert left.astype(str).replace(r"\.0$", "", regex=True).equals(right.astype(str).replace(r"\.0$", "", regex=True))
        assert lines.sort_index()["driving_minutes"].tolist() == frame.tours.sort_index()["driving_minutes"].tolist()
    assert set(tours.summary["en"]) <= set(notes)


def test_small_counts_are_hidden_where_the_study_hides_them(town: Path, tmp_path: Path) -> None:
    make_van_town(town, tmp_path, VANS + "\n[disclosure]\nhide_below = 1000\n")
    with geoservice.open_project(tmp_path) as project:
        tours = project.van_tours()
    assert tours.stops["persons"].isna().all()
    assert tours.timetable["persons"].isna().all()
    assert (tours.stops["reason_en"] == "newly reached: under 1000").all()
    assert "(newly under 1000)" in tours.summary["en"][1]


def test_the_table_of_vans_is_checked_with_the_study(town: Path, tmp_path: Path) -> None:
    study = (town / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study.toml").write_text(study + VANS, encoding="utf-8")
    with pytest.raises(InputError, match=r"vans.drive: got 'drive', allowed are the modes of the study, \['walk'\]"):
        geoservice.open_project(tmp_path).study  # noqa: B018 - reading it checks it
