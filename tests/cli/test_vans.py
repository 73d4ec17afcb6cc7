"""geoservice vans on the grid town with driving."""

from pathlib import Path
from typing import Any

import pytest
from van_town import make_van_town, read_calendar


@pytest.fixture(scope="module")
def home(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the town with driving, imported but not published."""
    return make_van_town(town, tmp_path_factory.mktemp("vans"))


ASKED = ("vans", "--service", "checkup", "--minutes", 10, "--spacing", 100, "--stops", 2, "--starts", "2026-09-07")


def test_the_timetable_is_printed_with_the_work_and_the_proof(cli: Any, home: Path) -> None:
    ended = cli(*ASKED, "--lang", "en", "-C", home)
    assert (ended.code, ended.err) == (0, "")
    text = " ".join(ended.out.split())
    assert "Check-up by van, stops within 10 minutes, walking, 21 candidates." in text
    assert "week day van order stop area drive arrive open leave people" in text
    assert "1 Mon A van 1 1" in text
    assert "People in time: 290 of a station, 880 of a station or a stop (newly 590), of 900." in text
    assert "Proven: no tours to these stops drive less." in text


def test_the_default_language_is_chinese_and_files_are_written(cli: Any, home: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("t.csv", "t.geojson", "t.ics")]
    ended = cli(*ASKED, *(word for file in files for word in ("--out", file)), "-C", home)
    assert ended.code == 0, ended.err
    assert "体检流动服务车，步行10分钟可达停靠点，候选点21个。" in "".join(ended.out.split())
    assert all(file.name in ended.err for file in files)
    events = read_calendar(files[2].read_bytes().decode())
    assert [e["SUMMARY"].startswith("体检：") for e in events] == [True, True]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--lang", "fi"), 10, "--lang: got 'fi', allowed are zh and en"),
        (("--out", "t.doc"), 10, "out: got 't.doc', allowed are names that end in .csv, .geojson, .ics"),
        (("--days", 9), 10, "vans: days: Input should be less than or equal to 7; got 9"),
        (("--base", "Z"), 10, "bases: got 'Z', allowed are ids of active stations: A, B"),
        (("--day-start", "soon"), 10, "vans: day_start:"),
        (("--candidates", "nowhere.csv"), 11, "nowhere.csv"),
    ],
    ids=lambda v: str(v[0]) if isinstance(v, tuple) else "",
)
def test_errors_name_the_option_and_what_is_allowed(
    cli: Any, home: Path, words: tuple[object, ...], code: int, message: str
) -> None:
    ended = cli(*ASKED, *words, "-C", home)
    assert (ended.code, message in ended.err, len(ended.err.strip().splitlines())) == (code, True, 1), ended.err
