"""Access, direction and speed of ways by their tags."""

import pytest

from geoservice.errors import StudyError
from geoservice.network.rules import travel_kmh
from geoservice.network.speeds import limit_kmh, read_speeds

TABLE = read_speeds()


def opens(tags: dict[str, str], mode: str) -> tuple[bool, bool]:
    along, against = travel_kmh(tags, mode, TABLE)
    return along > 0, against > 0


BOTH, AHEAD, BACK, NONE = (True, True), (True, False), (False, True), (False, False)


@pytest.mark.parametrize(
    ("tags", "walk", "cycle", "drive"),
    [
        ({"highway": "residential"}, BOTH, BOTH, BOTH),
        ({"highway": "residential", "oneway": "yes"}, BOTH, AHEAD, AHEAD),
        ({"highway": "residential", "oneway": "-1"}, BOTH, BACK, BACK),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, BOTH, BOTH, AHEAD),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, BOTH, BOTH, AHEAD),
        ({"highway": "residential", "oneway:bicycle": "-1"}, BOTH, BACK, BOTH),
        ({"highway": "footway", "oneway:foot": "yes"}, AHEAD, NONE, NONE),
        ({"highway": "tertiary", "junction": "roundabout"}, BOTH, AHEAD, AHEAD),
        ({"highway": "tertiary", "junction": "roundabout", "oneway": "no"}, BOTH, BOTH, BOTH),
        ({"highway": "motorway"}, NONE, NONE, AHEAD),
        ({"highway": "trunk"}, NONE, NONE, BOTH),
        ({"highway": "trunk", "foot": "yes"}, BOTH, NONE, BOTH),
        ({"highway": "primary", "motorroad": "yes"}, NONE, NONE, BOTH),
        ({"highway": "residential", "oneway": "reversible"}, BOTH, NONE, NONE),
        ({"highway": "steps", "bicycle": "yes"}, BOTH, NONE, NONE),
        ({"highway": "footway"}, BOTH, NONE, NONE),
        ({"highway": "footway", "bicycle": "yes"}, BOTH, BOTH, NONE),
        ({"highway": "footway", "bicycle": "dismount"}, BOTH, BOTH, NONE),
        ({"highway": "track"}, BOTH, BOTH, NONE),
        ({"highway": "track", "motor_vehicle": "yes"}, BOTH, BOTH, BOTH),
        ({"highway": "service", "access": "private"}, NONE, NONE, NONE),
        ({"highway": "service", "access": "no", "foot": "yes"}, BOTH, NONE, NONE),
        ({"highway": "service", "access": "no", "vehicle": "yes"}, NONE, BOTH, BOTH),
        ({"highway": "service", "vehicle": "no"}, BOTH, NONE, NONE),
        ({"highway": "service", "motor_vehicle": "no", "motorcar": "yes"}, BOTH, BOTH, BOTH),
        ({"highway": "service", "motor_vehicle": "private"}, BOTH, BOTH, NONE),
        ({"highway": "secondary", "bicycle": "use_sidepath"}, BOTH, NONE, BOTH),
        ({"highway": "pedestrian", "area": "yes"}, NONE, NONE, NONE),
        ({"highway": "service", "route": "ferry"}, NONE, NONE, NONE),
        ({"highway": "construction", "foot": "yes"}, NONE, NONE, NONE),
        ({"route": "ferry", "foot": "yes"}, NONE, NONE, NONE),
    ],
    ids=str,
)
def test_who_may_go_where(
    tags: dict[str, str], walk: tuple[bool, bool], cycle: tuple[bool, bool], drive: tuple[bool, bool]
) -> None:
    assert [opens(tags, m) for m in ("walk", "cycle", "drive")] == [walk, cycle, drive]


def test_posted_limits_count_for_driving_alone() -> None:
    tags = {"highway": "primary", "maxspeed": "40", "maxspeed:backward": "20 mph"}
    assert travel_kmh(tags, "drive", TABLE) == pytest.approx((34.0, 32.18688 * 0.85))
    assert travel_kmh(tags, "walk", TABLE) == (5.0, 5.0)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        (None, None),
        ("", None),
        ("none", None),
        ("walk", 7.0),
        ("60 km/h", 60.0),
        ("DE:zone30", 30.0),
        ("CN:rural", 90.0),
        ("urban", None),
    ],
)
def test_limits(text: str | None, kmh: float | None) -> None:
    assert limit_kmh(text) == kmh


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
