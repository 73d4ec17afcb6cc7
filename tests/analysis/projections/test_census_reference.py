"""Real age structures of Chinese counties (census of 2020)."""

import csv

import numpy as np
import pytest

from geoservice.analysis.projections.cohort_ratios import cohorts
from geoservice.analysis.projections.hamilton_perry import project
from geoservice.analysis.projections.pyramid_columns import pyramid_columns
from geoservice.analysis.projections.ratios import fit_ratios

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def ages_csv(reference):
    with (reference / "china_census2020" / "ages.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def is_complete(row):
    return all(row[n].replace(".", "").isdigit() for n in row if n != "NAME")


def pyramid_of(rows):
    columns = pyramid_columns(list(rows[0]))
    return columns, columns.read({n: [float(r[n]) for r in rows] for n in rows[0] if n not in {"CODE", "NAME"}})


def test_the_columns_of_the_census_make_a_pyramid(ages_csv) -> None:
    """Of the overlapping columns 0-14, 0, 1-4 ... the narrow ones are used; shares add up to 1, but in one faulty row."""
    complete = [r for r in ages_csv if is_complete(r)]
    columns, shares = pyramid_of(complete)
    assert columns.ages.labels[0] == "0-4"
    assert columns.columns[0][0] == ("AGES_0", "AGES_1-4")
    assert len(columns.ages) == 18
    assert len(complete) > 2800
    deviation = np.abs(shares.sum(axis=(1, 2)) - 1)
    assert [r["CODE"] for r, d in zip(complete, deviation, strict=True) if d > 0.002] == ["150703"]


def test_counties_of_a_prefecture_with_known_ratios(ages_csv) -> None:
    """Anqing: ratios that made the earlier pyramids are found again, and the next pyramids follow from them."""
    columns, shares = pyramid_of([r for r in ages_csv if r["CODE"].startswith("3408") and is_complete(r)])
    counties = len(shares)
    assert counties >= 7
    later = shares * np.linspace(50_000, 600_000, counties)[:, None, None]
    ratios = np.concatenate([np.linspace(0.97, 0.6, 16), [0.4]]) * np.linspace(0.9, 1.1, counties)[:, None, None]
    earlier = np.zeros_like(later)
    earlier[..., :16] = later[..., 1:17] / ratios[..., :16]
    earlier[..., 16] = 0.6 * later[..., 17] / ratios[..., 16]
    earlier[..., 17] = 0.4 * later[..., 17] / ratios[..., 16]
    fitted = fit_ratios(earlier, later, columns.ages, 5, shrinkage="none", limits=None)
    assert fitted.values[..., 1:] == pytest.approx(ratios)
    shrunken = fit_ratios(earlier, later, columns.ages, 5)
    assert shrunken.values[..., 1:] == pytest.approx(ratios, rel=0.05)  # counties of this size keep their own ratios
    assert project(later, fitted, 1)[1][..., 1:] == pytest.approx(ratios * cohorts(later, 1))
