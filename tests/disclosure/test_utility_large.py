"""Minimum accuracy on synthetic counties of 60 000 and 1 000 000 households; see ``test_utility`` for 6 000."""

from fractions import Fraction

import pytest

from geoservice.bench.disclosure import score_county
from geoservice.bench.disclosure.county import HOUSEHOLDS, make_county, persons
from geoservice.bench.disclosure.scores import Key

RHO = Fraction(1)


@pytest.mark.parametrize(
    ("households", "seeds", "township_share", "village_share", "catchment"),
    [(60_000, 3, 1.0, 2.5, 80), (1_000_000, 1, 0.5, 1.0, 280)],
)
def test_errors_stay_below_floors(
    households: int, seeds: int, township_share: float, village_share: float, catchment: float
) -> None:
    """Limits are about twice the measured errors: .55, 1.7 points and 42 persons at 60 000, .13, .32 and 137 at 1 000 000."""
    scores, regret = score_county(make_county(households, 3), [RHO], range(seeds))[0]
    assert scores[Key("township", "count", HOUSEHOLDS)].rmse < 10
    assert scores[Key("village", "count", HOUSEHOLDS)].rmse < 5
    assert scores[Key("township", "share", persons())].rmse < township_share
    assert scores[Key("village", "share", persons())].rmse < village_share
    assert scores[Key("catchment", "count", persons())].rmse < catchment
    assert abs(regret.mean()) < 1
    for family in ("village", "isochrone", "circle"):
        for group in ("resident", "migrant"):
            assert scores[Key(family, "count", persons(group))].coverage >= 80, (family, group)
