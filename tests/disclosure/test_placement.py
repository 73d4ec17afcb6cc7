"""Every household has a square: the nearest to its point, or one of its area if only that is known."""

import hashlib
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from tiny_county import PLANE, areas, places, tree

from geoservice.demand import HomeSupports, Places
from geoservice.disclosure.placement import LocatedHomes, place, squares_of
from geoservice.disclosure.tree import PlaceTree, build_tree
from geoservice.errors import InputError
from geoservice.geo import Floats, Int32s
from geoservice.schema import HOUSEHOLDS, PRECISIONS


def at(made: PlaceTree, codes: list[str], x: list[float], y: float = 55.0) -> Int32s:
    """Squares of households of the first area with exact points."""
    n = len(x)
    unknown = np.full(n, np.nan)
    return place(made, places(), codes, LocatedHomes(np.zeros(n, np.int32), np.array(x), np.full(n, y), unknown, unknown))


def households(
    n: int, precision: str, code: str, x: float = 55.0, y: float = 55.0, uncertainty_m: float | None = None
) -> pa.Table:
    lon, lat = PLANE.inverse(np.full(n, x), np.full(n, y))
    columns = {
        "id": [hashlib.sha256(b"%d" % i).digest()[:16] for i in range(n)],
        "lon": lon,
        "lat": lat,
        "precision": [precision] * n,
        "uncertainty_m": [uncertainty_m] * n,
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


def supports(
    *places_of: tuple[float, float, list[tuple[float, float, float]]], outside: np.ndarray | None = None
) -> HomeSupports:
    """Each has a position and the points of its homes with their weights, all in metres."""
    x, y = (np.array([p[i] for p in places_of], float) for i in (0, 1))
    points = np.array([point for *_, many in places_of for point in many], float).reshape(-1, 3)
    start = np.cumsum([0, *(len(p[2]) for p in places_of)])
    outside = np.ones(len(places().lon), bool) if outside is None else outside
    return HomeSupports(*PLANE.inverse(x, y), start, *PLANE.inverse(points[:, 0], points[:, 1]), points[:, 2], outside)


def share_by_square(squares: Int32s, made: PlaceTree) -> dict[tuple[float, float], float]:
    centres = zip(made.base_x[squares].tolist(), made.base_y[squares].tolist(), strict=True)
    return {at: count / len(squares) for at, count in Counter(centres).items()}


def test_a_household_on_a_road_is_somewhere_along_it() -> None:
    made = tree()
    road = supports((210.0, 150.0, [(50.0, 150.0, 100.0), (250.0, 150.0, 300.0)]))
    homes = households(4000, "township", "C1", 210.0, 150.0, 2500.0)
    assert share_by_square(squares_of(homes, made, places(), road), made) == pytest.approx(
        {(50.0, 150.0): 0.25, (250.0, 150.0): 0.75}, abs=0.03
    )


def test_a_road_counts_inside_the_area_of_the_household_only() -> None:
    made = tree()
    road = supports((210.0, 150.0, [(350.0, 150.0, 1.0), (550.0, 150.0, 9.0)]))
    homes = households(100, "village", "C11", 210.0, 150.0, 2500.0)
    assert set(share_by_square(squares_of(homes, made, places(), road), made)) == {(350.0, 150.0)}


def test_a_household_of_a_village_is_in_none_of_its_hamlets() -> None:
    """Its hamlets are west of 200 m."""
    made = tree()
    x, _ = PLANE.forward(places().lon, places().lat)
    village = supports((55.0, 55.0, []), outside=x > 200)
    squares = squares_of(households(4000, "village", "C11", uncertainty_m=2000.0), made, places(), village)
    assert made.base_x[squares].min() == 250
    elsewhere = squares_of(households(4000, "village", "C11", 105.0), made, places(), village)
    assert made.base_x[elsewhere].min() == 50, "at another point it may be anywhere in the village"


def test_all_homes_of_a_village_of_hamlets_are_possible() -> None:
    made = tree()
    village = supports((55.0, 55.0, []), outside=np.zeros(len(places().lon), bool))
    squares = squares_of(households(4000, "village", "C11"), made, places(), village)
    assert set(squares.tolist()) == {i for i, a in enumerate(made.base_area) if a == "C11"}


def test_nine_of_ten_are_within_the_uncertainty_of_their_point() -> None:
    made = tree()
    for precision in ("street", "village"):
        squares = squares_of(households(4000, precision, "C11", uncertainty_m=110.0), made, places())
        near = np.hypot(made.base_x[squares] - 55, made.base_y[squares] - 55) <= 110
        assert near.mean() == pytest.approx(0.9, abs=0.02)
        assert {made.base_area[s] for s in squares} == {"C11"}


def test_an_uncertainty_that_holds_all_homes_changes_nothing() -> None:
    made = tree()
    wide, unknown = (squares_of(households(500, "village", "C11", uncertainty_m=u), made, places()) for u in (5000.0, None))
    assert wide.tolist() == unknown.tolist()


def test_a_point_that_is_known_to_a_square_is_used_as_it_is() -> None:
    made = tree()
    squares = squares_of(households(100, "interpolated", "C11", uncertainty_m=100.0), made, places())
    assert set(squares.tolist()) == {at(made, ["C11"], [55.0])[0]}


def test_a_road_without_homes_in_the_area_loses_no_household() -> None:
    made = tree()
    road = supports((55.0, 55.0, [(800.0, 50.0, 1.0)]))
    squares = squares_of(households(100, "village", "C11", uncertainty_m=5000.0), made, places(), road)
    assert {made.base_area[s] for s in squares} == {"C11"}
