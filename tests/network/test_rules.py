"""The table of speeds: a user's file, and the keys that the reader keeps."""

import pytest
from passages import tags_of, travel_kmh

from geoservice.errors import StudyError
from geoservice.network.rules import KEYS
from geoservice.network.speeds import read_speeds


def test_a_file_of_the_user_replaces_what_it_names(tmp_path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[walk.highway]\nsteps = 1.5\ntrunk = 4.0\n[drive.highway]\nresidential = 0\n", encoding="utf-8")
    table = read_speeds(file)
    assert travel_kmh({"highway": "steps"}, "walk", table) == (1.5, 1.5)
    assert travel_kmh({"highway": "trunk"}, "walk", table) == (4.0, 4.0)
    assert travel_kmh({"highway": "residential"}, "drive", table) == (0.0, 0.0)
    assert travel_kmh({"highway": "footway"}, "walk", table) == (5.0, 5.0)


@pytest.mark.parametrize("text", ["[walk.highway]\nsteps = 900\n", "[fly]\nopened = 3.0\n", "[walk\n"])
def test_a_wrong_table_is_refused_by_name(tmp_path, text: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"mine\.toml"):
        read_speeds(file)


def test_a_missing_table_is_told(tmp_path) -> None:
    with pytest.raises(StudyError, match=r"none\.toml not found"):
        read_speeds(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[walk]\ndetour = 0.5\n", r"mine\.toml: walk\.detour: .*greater than or equal to 1; got 0\.5"),
        ("[walk]\naccess_kmh = 0\n", r"mine\.toml: walk\.access_kmh"),
        ("[drive]\njunction_seconds = -1\n", r"mine\.toml: drive\.junction_seconds"),
        ("[drive.ceilings.width]\nnarrow = 5\n", r"mine\.toml: drive\.ceilings\.width"),
        ("[ferry]\nkmh = 0\n", r"mine\.toml: ferry\.kmh"),
        ("[countries]\nXX = { limits = { urban = 900 } }\n", r"mine\.toml: countries\.XX\.limits\.urban: .*got 900"),
        ('country = "QQ"\n', r"mine\.toml: country: .*QQ.*AD, AT"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(tmp_path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        read_speeds(file)


def test_a_file_of_the_user_adds_a_country_and_a_ceiling(tmp_path) -> None:
    file = tmp_path / "mine.toml"
    text = 'country = "QQ"\n[countries.QQ]\nlimits = { urban = 45 }\n[drive.ceilings.surface]\ngravel = 25\n'
    file.write_text(text, encoding="utf-8")
    table = read_speeds(file)
    assert travel_kmh(tags_of("highway=primary maxspeed=QQ:urban"), "drive", table) == (45.0, 45.0)
    assert travel_kmh(tags_of("highway=primary surface=gravel"), "drive", table) == (25.0, 25.0)
    assert travel_kmh(tags_of("highway=primary surface=sett"), "drive", table) == (40.0, 40.0)


def test_the_share_of_limits_is_of_the_table(tmp_path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[drive]\nmaxspeed_share = 0.8\n", encoding="utf-8")
    table = read_speeds(file)
    assert travel_kmh(tags_of("highway=primary maxspeed=50"), "drive", table) == (40.0, 40.0)
    assert travel_kmh(tags_of("highway=service maxspeed=50"), "drive", table) == (15.0, 15.0)


@pytest.mark.parametrize("mode", ["walk", "cycle", "drive"])
def test_the_walk_to_the_street_is_charged_alike_for_all_modes(mode: str) -> None:
    table = read_speeds().of(mode)
    assert (table.detour, table.access_kmh) == (1.3, 5.0)


def test_junctions_cost_time_for_cars_alone() -> None:
    seconds = [(t.junction_seconds, t.signal_seconds) for t in map(read_speeds().of, ("walk", "cycle", "ebike", "drive"))]
    assert seconds == [(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (5.0, 5.0)]


def test_the_reader_keeps_every_key_once() -> None:
    assert len(KEYS) == len(set(KEYS))
    assert {"highway", "route", "duration", "vehicle:backward", "zone:traffic", "access:conditional", "ramp:bicycle"} <= set(
        KEYS
    )
