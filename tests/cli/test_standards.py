"""Standards of stations by the commands: publish with the folder's file, with another, and doctor."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOOD = "[tiers.county]\nstaff = 3\n[tiers.village]\n"


@pytest.fixture
def ready(cli: Any, town: Path, tmp_path: Path) -> Path:
    """The town with a folder of its own."""
    home = tmp_path / "ready"
    home.mkdir()
    (home / "study.toml").write_text((town / "study.toml").read_text(encoding="utf-8"), encoding="utf-8")
    for words in (
        ("import", "areas", town / "areas.geojson"),
        ("import", "network", town / "streets.osm.pbf", "--speeds", town / "speeds.toml"),
        ("import", "stations", town / "stations.csv"),
        ("import", "population", town / "population.csv"),
    ):
        assert cli(*words, "-C", home).code == 0
    return home


def layers(cli: Callable[..., Any], home: Path, *options: object) -> int:
    """Return the number of layers of a new release."""
    ended = cli("publish", "-C", home, *options)
    assert (ended.code, ended.err) == (0, "")
    return int(ended.out.split(" layers")[0].split()[-1])


def test_publish_with_standards(cli: Callable[..., Any], ready: Path, tmp_path: Path) -> None:
    without = layers(cli, ready)
    other = tmp_path / "other.toml"
    other.write_text(GOOD, encoding="utf-8")
    assert layers(cli, ready, "--standards", other) == without + 1
    (ready / "standards.toml").write_text(GOOD, encoding="utf-8")
    assert "standards.toml: standards of county, village" in cli("doctor", "-C", ready).out
    assert layers(cli, ready) == without + 1
    missing = cli("publish", "-C", ready, "--standards", tmp_path / "none.toml")
    assert (missing.code, "none.toml not found" in missing.err) == (22, True)
    (ready / "standards.toml").write_text(GOOD.replace("county", "town"), encoding="utf-8")
    message = "standards.toml: : Value error, tiers: unknown tier 'town', allowed are county, township, village, van"
    assert message in cli("doctor", "-C", ready).out
    ended = cli("publish", "-C", ready)
    assert (ended.code, message in ended.err) == (22, True)
