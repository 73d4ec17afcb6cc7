"""The score of possible duplicates: symmetric, higher the more fields agree, and equal to its formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.disclosure.data_quality.duplicate_score import (
    AGREEMENT,
    MISSING,
    NEAR_METRES,
    LinkageRecords,
    best_log_odds,
    log_odds,
    probability,
)
from geoservice.geo import METRES_PER_DEGREE

FIELDS = tuple(AGREEMENT)
A, B = np.array([0]), np.array([1])
probabilities = st.floats(1e-6, 1.0)
counts = st.tuples(st.floats(1e-4, 1e3), st.floats(0, 1e3), st.floats(1, 1e4)).map(np.cumsum)


@st.composite
def pairs(draw: st.DrawFn) -> LinkageRecords:
    """Draw two rows that agree, differ or lack a value in each field, at any distance up to 200 m."""
    values = {f: np.array(draw(st.sampled_from([(1, 1), (1, 2), (1, MISSING), (MISSING, MISSING)]))) for f in FIELDS}
    chance = {f: np.array([draw(probabilities), draw(probabilities)]) for f in FIELDS}
    metres = draw(st.sampled_from([0.0, 10.0, 200.0]))
    point = np.array([0, 0 if metres == 0 else 1]) if draw(st.booleans()) else np.array([MISSING, 0])
    others = np.column_stack([draw(counts), draw(counts)])
    lat = np.array([0.0, metres / METRES_PER_DEGREE])
    any_chance = {f: draw(probabilities) for f in FIELDS}
    return LinkageRecords(values, chance, any_chance, np.zeros(2), lat, point, np.zeros(2, np.int32), *others)


def with_field(records: LinkageRecords, field: str, values: tuple[int, int]) -> LinkageRecords:
    return LinkageRecords(**{**vars(records), "values": {**records.values, field: np.array(values)}})


@given(pairs())
def test_the_score_is_symmetric(records: LinkageRecords) -> None:
    assert log_odds(records, A, B) == log_odds(records, B, A)


@given(pairs(), st.sampled_from(FIELDS))
def test_agreement_tells_more_than_nothing_and_difference_less(records: LinkageRecords, field: str) -> None:
    agree, unknown, differ = (float(log_odds(with_field(records, field, v), A, B)[0]) for v in ((1, 1), (1, MISSING), (1, 2)))
    assert agree >= unknown >= differ


@given(pairs(), st.sets(st.sampled_from(FIELDS)))
def test_more_fields_that_agree_give_a_higher_score(records: LinkageRecords, agreeing: set[str]) -> None:
    more = records
    for field in agreeing:
        more = with_field(more, field, (1, 1))
    assert log_odds(more, A, B)[0] >= log_odds(records, A, B)[0]


@given(pairs())
def test_no_row_is_nearer_to_another_than_to_its_own_copy(records: LinkageRecords) -> None:
    both = [max(n[0], n[1]) for n in (records.at_point, records.nearby, records.in_area)]
    same = LinkageRecords(
        **{**vars(records), **dict(zip(("at_point", "nearby", "in_area"), (np.full(2, n) for n in both), strict=True))}
    )
    assert log_odds(same, A, B)[0] <= best_log_odds(same).max() + 1e-9


def records_at(metres: float, others: tuple[float, float, float] = (1.0, 10.0, 100.0)) -> LinkageRecords:
    lat = np.array([0.0, metres / METRES_PER_DEGREE])
    point = np.array([0, 0 if metres == 0 else 1])
    return LinkageRecords({}, {}, {}, np.zeros(2), lat, point, np.zeros(2, np.int32), *(np.full(2, n) for n in others))


@pytest.mark.parametrize(
    ("metres", "expected"),
    [(0.0, 0.7 / 1), (NEAR_METRES - 0.1, 0.2 / 10), (NEAR_METRES + 0.1, 0.1 / 100)],
)
def test_the_place_counts_by_its_nearness_and_by_the_others_there(metres: float, expected: float) -> None:
    assert 2 ** log_odds(records_at(metres), A, B)[0] == pytest.approx(0.001 * expected)


def test_a_worked_example() -> None:
    """Fellegi and Sunter's sum of logarithms, by hand: prior and place as above, home 1 in 100, size differs, one in four."""
    records = records_at(0.0)
    records = LinkageRecords(
        **{
            **vars(records),
            "values": {"home": np.array([3, 3]), "persons": np.array([2, 4])},
            "chance": {"home": np.array([0.01, 0.01]), "persons": np.array([0.5, 0.1])},
            "any_chance": {"home": 0.2, "persons": 0.25},
        }
    )
    odds = 0.001 * 0.7 / 1 * (0.95 / 0.01) * ((1 - 0.9) / (1 - 0.25))
    assert 2 ** log_odds(records, A, B)[0] == pytest.approx(odds)
    assert probability(log_odds(records, A, B))[0] == pytest.approx(odds / (1 + odds))


def test_a_rare_value_tells_more_than_a_common_one() -> None:
    def score(chance: float) -> float:
        records = records_at(0.0)
        fields = {"values": {"home": np.array([3, 3])}, "chance": {"home": np.full(2, chance)}, "any_chance": {"home": 0.2}}
        return float(log_odds(LinkageRecords(**{**vars(records), **fields}), A, B)[0])

    assert score(0.001) > score(0.01) > score(0.9)
    assert score(0.99) == score(0.95), "no weight against a match, however common the value"
