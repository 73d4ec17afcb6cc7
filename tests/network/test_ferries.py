"""Ferries: who may use them, and how long they take with waiting."""

import pytest
from passages import tags_of, way_letters

from geoservice.network.ferries import duration_seconds
from geoservice.network.rules import way_use
from geoservice.network.speeds import read_speeds

TABLE = read_speeds()
MODES = ("walk", "cycle", "drive")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("00:20", 1200),
        ("0:05", 300),
        ("01:30", 5400),
        ("12:00", 43_200),
        ("00:20:30", 1230),
        ("01:00:00", 3600),
        ("26:00", 93_600),
        ("20", 1200),
        ("7.5", 450),
        (" 20 ", 1200),
        ("20 min", 1200),
        ("20 minutes", 1200),
        ("PT20M", 1200),
        ("PT1H", 3600),
        ("PT1H5M", 3900),
        ("PT1H5M30S", 3930),
        ("pt45m", 2700),
        ("P1D", 86_400),
        ("P1DT2H", 93_600),
        ("PT90S", 90),
        ("0", None),
        ("00:00", None),
        ("PT", None),
        ("P", None),
        ("00:75", None),
        ("an hour", None),
        ("-20", None),
        ("10-20", None),
    ],
)
def test_durations(text: str | None, seconds: float | None) -> None:
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize(
    ("tags", "letters"),
    [
        ("route=ferry", "oo oo xx"),
        ("route=ferry motor_vehicle=yes", "oo oo oo"),
        ("route=ferry motorcar=yes", "oo oo oo"),
        ("route=ferry motor_vehicle=no", "oo oo xx"),
        ("route=ferry vehicle=yes", "oo oo xx"),
        ("route=ferry motor_vehicle=private", "oo oo ll"),
        ("route=ferry foot=no motor_vehicle=yes", "xx oo oo"),
        ("route=ferry bicycle=no", "oo xx xx"),
        ("route=ferry vehicle=no", "oo xx xx"),
        ("route=ferry access=no", "xx xx xx"),
        ("route=ferry access=private", "ll ll xx"),
        ("route=ferry oneway=yes motor_vehicle=yes", "ox ox ox"),
        ("route=ferry oneway=-1", "xo xo xx"),
        ("highway=service route=ferry", "oo oo xx"),
        ("route=ferry tidal=yes", "xx xx xx"),
        ("route=ferry;bicycle", "oo oo xx"),
        ("route=bus", "xx xx xx"),
    ],
)
def test_who_may_use_a_ferry(tags: str, letters: str) -> None:
    assert way_letters(tags, TABLE, MODES) == letters


@pytest.mark.parametrize(
    ("tags", "seconds", "extra"),
    [
        ("route=ferry", None, 600),  # 10 minutes of waiting, then by speed
        ("route=ferry duration=soon", None, 600),
        ("route=ferry duration=00:20", 1800, 0),  # 20 + 10 minutes
        ("route=ferry duration=20", 1800, 0),
        ("route=ferry duration=00:20:30", 1830, 0),
        ("route=ferry duration=PT1H", 4200, 0),
        ("route=ferry duration=00:20 maxspeed=5 surface=mud", 1800, 0),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_time_of_a_ferry(tags: str, seconds: float | None, extra: float, mode: str) -> None:
    use = way_use(tags_of(f"{tags} motor_vehicle=yes"), mode, TABLE)
    assert (use.seconds, use.extra_seconds) == (seconds, extra)
    assert (use.forward.kmh, use.backward.kmh) == (15.0, 15.0)
    assert not use.entrance
    assert use.rank == 0


def test_speed_and_waiting_are_those_of_the_table(tmp_path) -> None:
    file = tmp_path / "lake.toml"
    file.write_text("[ferry]\nkmh = 20.0\nwait_minutes = 4.0\n", encoding="utf-8")
    table = read_speeds(file)
    assert way_use({"route": "ferry", "duration": "00:06"}, "walk", table).seconds == 600
    use = way_use({"route": "ferry"}, "walk", table)
    assert (use.forward.kmh, use.extra_seconds) == (20.0, 240.0)


def test_a_street_has_no_time_of_its_own() -> None:
    use = way_use({"highway": "residential", "duration": "00:20"}, "walk", TABLE)
    assert (use.seconds, use.extra_seconds) == (None, 0.0)
