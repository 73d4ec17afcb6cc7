"""Every household has a square: the nearest to its point, or one of its area if only that is known."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest
from tiny_county import PLANE, areas, places, tree

from geoservice.demand import Places
from geoservice.disclosure.placement import place, squares_of
from geoservice.disclosure.tree import PlaceTree, build_tree
from geoservice.errors import InputError
from geoservice.geo import Floats, Int32s
from geoservice.schema import HOUSEHOLDS, PRECISIONS


def at(made: PlaceTree, codes: list[str], x: list[float], y: float = 55.0) -> Int32s:
    """Squares of households of the first area with exact points."""
    n = len(x)
    return place(made, places(), codes, np.zeros(n, np.int32), np.array(x), np.full(n, y), np.full(n, np.nan))


def households(n: int, precision: str, code: str, x: float = 55.0, y: float = 55.0) -> pa.Table:
    lon, lat = PLANE.inverse(np.full(n, x), np.full(n, y))
    columns = {
        "id": [hashlib.sha256(b"%d" % i).digest()[:16] for i in range(n)],
        "lon": lon,
        "lat": lat,
        "precision": [precision] * n,
        "persons": [1] * n,
        "residence_area": [code] * n,
    }
    return pa.Table.from_pydict({f.name: pa.array(columns.get(f.name, [None] * n), f.type) for f in HOUSEHOLDS.arrow()})


def test_households_go_to_the_nearest_kept_square_of_their_area() -> None:
    made = tree()
    squares = at(made, ["C11", "C12"], [55.0, -500.0, 430.0])
    assert [(made.base_x[s], made.base_y[s]) for s in squares] == [(50, 50), (50, 50), (450, 50)]
    assert [made.base_area[s] for s in squares] == ["C11"] * 3
    assert made.base_area[at(made, ["C12"], [55.0])[0]] == "C12"


def test_a_household_of_a_divided_area_goes_to_any_square_below_it() -> None:
    made = tree()
    assert made.base_area[at(made, ["C1"], [455.0])[0]] == "C12"


def test_a_household_in_an_area_that_is_gone_is_refused() -> None:
    with pytest.raises(InputError, match="X9"):
        at(tree(), ["X9"], [0.0])


@pytest.mark.parametrize("precision", PRECISIONS)
def test_only_what_is_known_to_its_area_alone_is_spread_over_it(precision: str) -> None:
    made = tree()
    squares = squares_of(households(5000, precision, "C11"), made, places())
    kept = {i for i, a in enumerate(made.base_area) if a == "C11"}
    spread = precision in {"village", "township", "county"}
    assert set(squares.tolist()) == (kept if spread else {at(made, ["C11"], [55.0])[0]})


def test_a_household_of_a_township_may_be_in_any_of_its_villages() -> None:
    made = tree()
    inside = {made.base_area[s] for s in squares_of(households(50, "township", "C1"), made, places())}
    assert inside == {"C11", "C12"}


def shares(made: PlaceTree, known: Places | None) -> Floats:
    """Shares of 4 000 households of village C11 by square, by the square's centre."""
    squares = squares_of(households(4000, "village", "C11"), made, known)
    return np.array([np.mean((made.base_x[squares] == x) & (made.base_y[squares] == 50)) for x in (50.0, 150.0)])


def test_they_are_where_the_homes_are() -> None:
    """A square with nine times the floor area has nine times the households; streets do not count beside buildings."""
    x, y = np.array([50.0] * 30 + [150.0] * 30), np.full(60, 50.0)
    lon, lat = PLANE.inverse(x, y)
    houses = Places(lon, lat, np.where(x < 100, 9.0, 1.0), np.ones(60, bool))
    known = Places(*(np.concatenate(pair) for pair in zip(places(), houses, strict=True)))
    assert shares(build_tree(areas(), known), known) == pytest.approx([0.9, 0.1], abs=0.02)


def test_where_the_map_is_thin_they_are_anywhere() -> None:
    few = places().take(np.arange(8))
    for known in (few, None):
        assert shares(build_tree(areas(), known), known) == pytest.approx([1 / 16, 1 / 16], abs=0.015)


def test_the_square_of_a_household_hangs_on_its_own_record_alone() -> None:
    made, every = tree(), households(200, "village", "C11")
    some = every.slice(37, 5)
    assert squares_of(some, made, places()).tolist() == squares_of(every, made, places())[37:42].tolist()
