"""Closures from a file, by the commands: publish on a day, and doctor."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLOSURES = """
[[closures]]
id = "ford"
title = { zh = "涉水便道", en = "The ford" }
file = "flood.geojson"
from = 2026-06-01
until = 2026-08-31

[peak_factor]
walk = 1.2
"""
FLOOD = {"type": "LineString", "coordinates": [[9.99, 0.0018], [10.02, 0.0018]]}


@pytest.fixture
def flooded(cli: Any, town: Path, tmp_path: Path) -> Path:
    """The town with a river over the first block of its columns, from June to August."""
    home = tmp_path / "flooded"
    home.mkdir()
    study = (town / "study.toml").read_text(encoding="utf-8")
    (home / "study.toml").write_text(study + CLOSURES, encoding="utf-8")
    (home / "flood.geojson").write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": FLOOD}), encoding="utf-8")
    for words in (
        ("import", "areas", town / "areas.geojson"),
        ("import", "network", town / "streets.osm.pbf", "--speeds", town / "speeds.toml"),
        ("import", "stations", town / "stations.csv"),
        ("import", "population", town / "population.csv"),
    ):
        assert cli(*words, "-C", home).code == 0
    return home


def test_publish_on_a_day(cli: Callable[..., Any], flooded: Path) -> None:
    summer = cli("publish", "--date", "2026-07-15", "-C", flooded)
    assert (summer.code, summer.err) == (0, "")
    assert "Closures in force on 2026-07-15 are counted: The ford (closed: walking 2.00 km)." in summer.out
    assert "Times of walking are those of the rush hour: on streets they are multiplied by 1.2" in summer.out
    winter = cli("publish", "--date", "2026-01-15", "-C", flooded)
    assert "Closures not in force on 2026-01-15 are not counted: The ford (2026-06-01 to 2026-08-31)." in winter.out
    wrong = cli("publish", "--date", "June", "-C", flooded)
    assert (wrong.code, wrong.err.strip()) == (10, "InputError: --date: got 'June', allowed is a day as 2026-03-01")


def test_a_missing_file_is_named_by_publish_and_doctor(cli: Callable[..., Any], flooded: Path) -> None:
    checked = cli("doctor", "-C", flooded)
    assert "closures: 1 in study.toml, in force on 20" in checked.out
    (flooded / "flood.geojson").unlink()
    message = "study.toml: closures.ford.file: flood.geojson: the file does not exist"
    assert message in cli("doctor", "-C", flooded).out
    ended = cli("publish", "-C", flooded)
    assert (ended.code, message in ended.err) == (11, True)
    assert not list((flooded / "releases").glob("[0-9]*"))
