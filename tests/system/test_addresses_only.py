"""A study of 60 000 households from their addresses alone, and from their positions: shares within reach of townships."""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
import pytest

from geoservice.analysis import coverage, locations
from geoservice.analysis.frames import stack
from geoservice.api.geocoding import locator_of
from geoservice.api.measurement import measure_register, rules_of
from geoservice.demo import import_plan, write_yixiu
from geoservice.geocode import build_gazetteer
from geoservice.ingest import Options, Report, import_file
from geoservice.network.build import build_network
from geoservice.pipeline.context import build_context
from geoservice.pipeline.run_analyses import params_for, study_settings
from geoservice.progress import quiet
from geoservice.project import open_project
from geoservice.register import open_register
from geoservice.register.secret import BYTES
from geoservice.schema import TableName
from geoservice.study import Study, read_study

pytestmark = pytest.mark.slow

HOUSEHOLDS = 60_000
NO_NOISE = Fraction(10**6)
"""At this rho the noise of a count is below .01, so that only places differ."""
POINTS = 1.5
Shares = pd.DataFrame
"""Shares within reach in percent and their margins, by township, service, tier, mode, rank of the station and minutes."""


class Result(NamedTuple):
    report: Report
    shares: Shares
    located: pd.DataFrame


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo with both tables of households, and its public inputs in a project."""
    made = tmp_path_factory.mktemp("yixiu")
    write_yixiu(made / "addresses", HOUSEHOLDS, arrivals=False, public_tables=False, coordinates=False)
    write_yixiu(made, HOUSEHOLDS, arrivals=False, public_tables=False)
    study = read_study(made / "study.toml")
    with closing(open_project(made / "project", None, "geoservice")) as project:
        for step in import_plan(made):
            if step.table == "network":
                build_network(step.path, project.network, study.modes, None, quiet)
            elif step.table != "households":
                import_file(project, cast("TableName", step.table), step.path, Options(**step.options), study, quiet)
        build_gazetteer(project, study, quiet)
    return made


@pytest.fixture(scope="module")
def results(folder: Path) -> Callable[[str, Fraction], Result]:
    study, kept = read_study(folder / "study.toml"), dict[tuple[str, Fraction], Result]()

    def result(source: str, rho: Fraction) -> Result:
        if (source, rho) not in kept:
            kept[source, rho] = measured(folder, study, source, rho)
        return kept[source, rho]

    return result


def measured(folder: Path, study: Study, source: str, rho: Fraction) -> Result:
    home = folder / f"{source}-{rho}"
    shutil.copytree(folder / "project", home / "project")
    file = folder / ("addresses" if source == "addresses" else "") / "households.csv"
    rules = replace(rules_of(study, rho), lifetime_rho=rho)
    (home / "register").mkdir(mode=0o700)
    (home / "register" / "secret").write_bytes(
        b"s" * BYTES
    )  # so that ids, and what follows from them, are the same in every run
    with (
        closing(open_project(home / "project", None, "geoservice")) as project,
        closing(open_register(home / "register", None, "geoservice")) as register,
    ):
        locator = locator_of(project, study, home, quiet)
        report = import_file(project, "households", file, Options(crs="gcj02"), study, quiet, register, locator)
        measure_register(register, project, rules, study, quiet)
        built = build_context(project, study, quiet)
        settings = study_settings(study, built.source.groups)
        rows = coverage.analyse(built.context, params_for(coverage, settings), stack([])).rows.to_pandas()
        located = locations.analyse(built.context, locations.Params(), stack([])).rows.to_pandas()
    wanted = (rows["measure"] == "covered_share") & (rows["geography"] == "township") & (rows["group"] == "all")
    shares = rows[wanted].set_index(["unit", "service", "tier", "mode", "nth", "minutes"])[["value", "margin"]].astype(float)
    return Result(report, shares, located)


def difference(results: Callable[[str, Fraction], Result], rho: Fraction) -> Shares:
    return results("addresses", rho).shares - results("positions", rho).shares


def of_any_tier(shares: Shares) -> pd.DataFrame:
    """Shares within reach of the nearest station of any tier, which maps and tables show."""
    return shares.reset_index().query("tier == 'any' and nth == 1")


def at_the_standard(shares: Shares, folder: Path) -> pd.DataFrame:
    standard = {s.id: s.standard_minutes for s in read_study(folder / "study.toml").services}
    rows = of_any_tier(shares)
    return rows[rows["minutes"] == rows["service"].map(standard)]


def test_shares_at_the_standard_time_are_those_from_positions(results: Callable[[str, Fraction], Result], folder: Path) -> None:
    """Of every township, service and mode, before noise."""
    rows = at_the_standard(difference(results, NO_NOISE), folder)
    assert len(rows) == 6 * 4 * 2
    worst = rows.loc[rows["value"].abs().idxmax()]
    assert abs(worst["value"]) <= POINTS, worst.to_dict()


def test_shares_at_all_times_are_near_those_from_positions(results: Callable[[str, Fraction], Result]) -> None:
    """Where many homes are at one travel time, the share within just that time may differ by more."""
    every = difference(results, NO_NOISE)["value"].abs()
    shown = of_any_tier(difference(results, NO_NOISE))["value"].abs()
    assert len(shown) == 6 * 4 * 2 * 7
    for values in (every, shown):
        assert (values <= POINTS).mean() >= 0.97
        assert values.max() <= 4
        assert values.mean() <= 0.35


def test_released_shares_differ_by_the_noise_of_both_releases_more_at_most(
    results: Callable[[str, Fraction], Result], folder: Path
) -> None:
    """Each release is measured with its own noise, whose margins it states."""
    placed, exact = (results(source, Fraction(1)).shares for source in ("addresses", "positions"))
    rows = placed[["value"]] - exact[["value"]]
    rows["margin"] = np.hypot(placed["margin"], exact["margin"])
    rows = at_the_standard(rows, folder)
    assert (rows["value"].abs() <= POINTS + rows["margin"]).all()
    assert (rows["value"].abs() <= POINTS).mean() >= 0.9


def test_no_household_is_lost_and_the_release_says_how_well_they_are_located(
    results: Callable[[str, Fraction], Result],
) -> None:
    placed, exact = results("addresses", Fraction(1)), results("positions", Fraction(1))
    assert placed.report.rows_accepted == exact.report.rows_accepted == HOUSEHOLDS
    assert placed.report.rows_rejected == 0
    for result, measure in ((exact, "located_exactly_households"), (placed, "located_in_village_households")):
        rows = result.located[result.located["geography"] == "county"].set_index("measure")
        value, margin = rows.loc[measure, ["value", "margin"]].astype(float)
        share = 1.0 if result is exact else 0.55
        assert value == pytest.approx(share * HOUSEHOLDS, abs=0.02 * HOUSEHOLDS)
        assert 0 < margin < 30
    classes = [m for m in rows.index if m.endswith("_households")]
    assert rows.loc[classes, "value"].sum() == pytest.approx(HOUSEHOLDS, abs=100)
