"""geoservice protect and geoservice budget: a measurement is made once, counted, or refused."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from geoservice.cli.common import settings_for
from geoservice.cli.data import load_network, load_tables
from geoservice.ingest import Options
from geoservice.project import open_project


@pytest.fixture(scope="module")
def filled(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with the town's public inputs and its register, not yet measured."""
    home = tmp_path_factory.mktemp("filled") / "town"
    home.mkdir()
    shutil.copy(town / "study.toml", home)
    settings = settings_for(home)
    load_tables(settings, "areas", [town / "areas.geojson"], Options())
    load_network(settings, town / "streets.osm.pbf", town / "speeds.toml")
    load_tables(settings, "stations", [town / "stations.csv"], Options())
    load_tables(settings, "households", [town / "households.csv"], Options())
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """Return a copy of the project that a test may spend from."""
    return Path(shutil.copytree(filled, tmp_path / "town"))


def surfaces(home: Path) -> int:
    with closing(open_project(home / "project", None, "geoservice")) as project:
        return len(project.surfaces())


def test_a_register_is_measured_once_and_the_same_households_cost_nothing(cli: Any, home: Path) -> None:
    first = cli("protect", "-C", home)
    assert first.code == 0, first.err
    assert "rho 1/2" in first.out
    assert "spent: rho 0.5 of 4" in first.out
    again = cli("protect", "-C", home)
    assert "nothing is spent" in again.out
    assert surfaces(home) == 1
    assert "spent: rho 0.5 of 4" in cli("budget", "-C", home).out


def test_changed_households_are_measured_again_and_losses_add_up(cli: Any, home: Path, town: Path) -> None:
    cli("protect", "-C", home)
    lines = (town / "households.csv").read_text().splitlines(keepends=True)
    changed = home / "households.csv"
    changed.write_text("".join(lines[:-1]))
    assert cli("import", "households", changed, "-C", home).code == 0
    assert "spent: rho 0.6 of 4" in cli("protect", "--rho", "0.1", "-C", home).out
    assert surfaces(home) == 2


def test_only_the_households_of_the_day_are_measured_and_another_day_is_another_measurement(
    cli: Any, home: Path, town: Path
) -> None:
    header, *rows = (town / "households.csv").read_text().splitlines()
    left = [f"{row},{'2020-06-30' if n < 20 else ''}" for n, row in enumerate(rows)]
    (home / "households.csv").write_text("\n".join([f"{header},until", *left]) + "\n")
    assert "20 households are not valid on" in cli("import", "households", home / "households.csv", "-C", home).out
    assert "measured: the households of 20" in cli("protect", "-C", home).out
    assert "T,households,380," in (home / "register" / "quality-1.csv").read_text()
    assert "nothing is spent" in cli("protect", "-C", home).out
    study, said = home / "study.toml", (home / "study.toml").read_text()
    for day, result in (("2020-06-30", "measured: the households of 2020-06-30"), ("2020-07-01", "nothing is spent")):
        study.write_text(f"as_of = {day}\n{said}")
        assert result in cli("protect", "-C", home).out
    assert "T,households,400," in (home / "register" / "quality-2.csv").read_text()
    assert surfaces(home) == 2


def test_the_lifetime_limit_is_refused_with_the_sum_and_what_to_do(cli: Any, home: Path) -> None:
    study = home / "study.toml"
    study.write_text(study.read_text() + "\n[disclosure]\nlifetime_rho = 0.4\n")
    ended = cli("protect", "-C", home)
    assert ended.code == 41
    for words in ("spent rho 0", "makes 0.5", "the limit is 0.4", "times in 100", "--rho 0.1"):
        assert words in ended.err
    assert surfaces(home) == 0


def test_a_plan_spends_nothing_and_reads_no_register(cli: Any, home: Path) -> None:
    shutil.rmtree(home / "register")
    ended = cli("protect", "--plan", "-C", home)
    assert ended.code == 0, ended.err
    for words in (
        "69 times in 100",
        "township",
        "square",
        "persons.all",
        "how well they are located: ± 12 each",
        "nothing is spent",
    ):
        assert words in ended.out
    assert not (home / "register").exists()


def test_publish_measures_what_was_not_measured(cli: Any, home: Path) -> None:
    assert cli("publish", "-C", home).code == 0
    assert surfaces(home) == 1
    assert cli("publish", "-C", home).code == 0
    assert "spent: rho 0.5 of 4" in cli("budget", "-C", home).out


def test_the_quality_report_is_for_the_steward_alone(cli: Any, home: Path) -> None:
    cli("protect", "-C", home)
    report = home / "register" / "quality-1.csv"
    assert report.stat().st_mode & 0o777 == 0o600
    assert "T,households,400," in report.read_text()
    assert "(whole register),households located_exactly,400," in report.read_text()


@pytest.mark.parametrize("rho", ["much", "nan", "inf", "0", "8.5"])
def test_an_invalid_rho_is_named(cli: Any, home: Path, rho: str) -> None:
    ended = cli("protect", "--rho", rho, "-C", home)
    assert (ended.code, f"--rho: got '{rho}'" in ended.err) == (10, True)


def test_without_households_protect_says_how_to_load_them(cli: Any, home: Path) -> None:
    shutil.rmtree(home / "register")
    assert "geoservice import households FILE" in cli("protect", "-C", home).err


def test_a_register_that_is_another_one_is_refused_for_the_project_knows_a_surface(cli: Any, home: Path, town: Path) -> None:
    cli("protect", "-C", home)
    shutil.rmtree(home / "register")
    assert cli("import", "households", town / "households.csv", "-C", home).code == 0
    ended = cli("protect", "-C", home)
    assert "not in the budget book" in ended.err


def test_a_process_that_dies_after_measuring_has_spent_once(cli: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The book and the surface are written in one step; the project gets its copy from there the next time."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("geoservice.api.measurement.keep_surface", die)
        assert cli("protect", "-C", home).code != 0
    assert surfaces(home) == 0
    assert "nothing is spent" in cli("protect", "-C", home).out
    assert surfaces(home) == 1
    assert "spent: rho 0.5 of 4" in cli("budget", "-C", home).out
