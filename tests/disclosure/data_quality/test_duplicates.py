"""Possible duplicates in a register: planted ones are found, likeness that is common where people live is none."""

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from made_up_register import PER_VILLAGE, VILLAGES, table

from geoservice.disclosure.data_quality.duplicate_pairs import candidate_pairs
from geoservice.disclosure.data_quality.duplicate_score import MISSING, NEAR_METRES, log_odds, probability
from geoservice.disclosure.data_quality.duplicates import LEAST, best_match
from geoservice.disclosure.data_quality.household_columns import HouseholdColumns
from geoservice.disclosure.data_quality.linkage_records import linkage_records
from geoservice.geo import METRES_PER_DEGREE, haversine_m

Columns = dict[str, list[Any]]
BANDS = ("duplicate_very_likely", "duplicate_likely", "duplicate_possible")


def add_copies(columns: Columns, rows: range, metres: float = 0.0, **changes: Any) -> None:
    """Enter rows a second time under other keys, ``metres`` further north."""
    for row in rows:
        for name, values in columns.items():
            values.append(changes.get(name, values[row]))
        columns["id"][-1] = row.to_bytes(16, "big")
        columns["lat"][-1] += metres / METRES_PER_DEGREE


def found(report: Any, counts: Any, columns: Columns) -> dict[str, dict[str, int]]:
    made = report(columns)
    return {band: counts(made, band) for band in BANDS}


@pytest.mark.parametrize("metres", [0.0, 15.0])
def test_households_entered_twice_are_counted_in_their_area(metres: float, clean: Columns, report: Any, counts: Any) -> None:
    village = VILLAGES[3]
    add_copies(clean, range(3 * PER_VILLAGE, 3 * PER_VILLAGE + 8), metres)
    bands = found(report, counts, clean)
    assert sum(b.get("", 0) for b in bands.values()) == 16, "both rows of a pair count"
    assert sum(b.get(village, 0) for b in bands.values()) == 16


def test_a_rare_home_area_makes_it_very_likely(clean: Columns, report: Any, counts: Any) -> None:
    clean["registered_area"][0] = "341202"
    add_copies(clean, range(1))
    assert found(report, counts, clean) == {
        "duplicate_very_likely": {"": 2, VILLAGES[0][:9]: 2, VILLAGES[0]: 2}, "duplicate_likely": {}, "duplicate_possible": {},
    }  # fmt: skip


def test_a_household_entered_twice_with_another_size_is_less_likely(clean: Columns) -> None:
    add_copies(clean, range(1))
    same = best_match(HouseholdColumns.of(table(clean)))[0]
    clean["persons"][-1] += 3
    assert LEAST <= best_match(HouseholdColumns.of(table(clean)))[0] < same


def test_the_same_household_at_two_places_of_a_village(clean: Columns) -> None:
    """Geocoded twice: only home area, size, groups and date agree, and the home area is rare."""
    clean["registered_area"][0] = "341202"
    add_copies(clean, range(1), 900.0)
    match = best_match(HouseholdColumns.of(table(clean)))
    assert match[0] == match[-1] > LEAST
    assert not match[1:-1].any()


def test_a_dormitory_of_one_origin_is_no_duplicate(clean: Columns, report: Any, counts: Any) -> None:
    """Forty persons at one point, from one place, arrived on one day: they are alike, and not the same."""
    row = {"persons": 1, "group_under_6": 0, "group_over_65": 0, "registered_area": "341202", "since": clean["since"][0]}
    for name, value in row.items():
        clean[name][0] = value
    add_copies(clean, range(1), **row)
    assert found(report, counts, clean)["duplicate_possible"] or found(report, counts, clean)["duplicate_very_likely"]
    for _ in range(38):
        add_copies(clean, range(1), **row)
    assert found(report, counts, clean) == {band: {} for band in BANDS}


def test_a_tower_of_families_is_no_duplicate(clean: Columns, report: Any, counts: Any) -> None:
    for name in ("lon", "lat"):
        clean[name][:PER_VILLAGE] = [clean[name][0]] * PER_VILLAGE
    assert found(report, counts, clean) == {band: {} for band in BANDS}


def test_a_register_loaded_twice_under_other_keys(clean: Columns) -> None:
    add_copies(clean, range(len(clean["id"])))
    assert (best_match(HouseholdColumns.of(table(clean))) >= LEAST).mean() > 0.95


def test_households_located_by_area_are_compared_without_their_point(clean: Columns) -> None:
    """All rows of a village have its centre as their point: that they share it says nothing."""
    rows = range(PER_VILLAGE)
    for row in rows:
        clean["lon"][row], clean["lat"][row], clean["precision"][row] = 117.01, 30.01, "village"
    records = linkage_records(HouseholdColumns.of(table(clean)))
    assert (records.point[: len(rows)] == MISSING).all()
    assert not best_match(HouseholdColumns.of(table(clean))).any()


def test_the_expected_number_of_coincidences_is_the_sum_of_the_remaining_probabilities(clean: Columns, report: Any) -> None:
    add_copies(clean, range(8))
    best = best_match(HouseholdColumns.of(table(clean)))
    (finding,) = (f for f in report(clean).totals if f.item.id == BANDS[0])
    assert finding.expected == pytest.approx((1 - best)[best >= 0.99].sum())


def crowd(seed: int) -> HouseholdColumns:
    """Return 150 households in a small square, with few values, so that many agree."""
    from made_up_register import households

    rng, columns = np.random.default_rng(seed), households()
    n = 150
    few = {name: values[:n] for name, values in columns.items()}
    few["lon"] = (117.001 + rng.integers(0, 20, n) * 6e-5).tolist()
    few["lat"] = (30.001 + rng.integers(0, 20, n) * 6e-5).tolist()
    few["since"] = [None if rng.random() < 0.2 else columns["since"][rng.integers(0, 30)] for _ in range(n)]
    few["registered_area"] = rng.choice(["341202", "341200", *VILLAGES], n).tolist()
    return HouseholdColumns.of(table(few))


@pytest.mark.parametrize("seed", range(3))
def test_blocks_have_all_pairs_that_agree_in_their_fields(seed: int) -> None:
    """Against brute force over all pairs of rows."""
    records = linkage_records(crowd(seed))
    n = len(records)
    pairs = {(min(a, b), max(a, b)) for x, y in candidate_pairs(records, np.arange(n)) for a, b in zip(x, y, strict=True)}
    values = records.values

    def agree(a: int, b: int, *fields: str) -> bool:
        return all(values[f][a] == values[f][b] != MISSING for f in fields)

    expected = set()
    for a, b in combinations(range(n), 2):
        near = haversine_m(*(v[[i]] for i, v in product((a, b), (records.lon, records.lat))))[0] <= NEAR_METRES
        if near and (agree(a, b, "since") or agree(a, b, "home", "persons", "groups")):
            expected.add((a, b))
        if agree(a, b, "home", "since", "persons", "groups"):
            expected.add((a, b))
    assert len(expected) > 50
    assert expected <= pairs
    assert all(a != b for a, b in pairs)
    assert all(agree(a, b, "since") or agree(a, b, "home", "persons", "groups") for a, b in pairs)


@pytest.mark.parametrize("seed", range(3))
def test_leaving_out_rows_of_common_values_loses_no_match(seed: int) -> None:
    columns = crowd(seed)
    records = linkage_records(columns)
    best = np.zeros(len(records))
    for a, b in candidate_pairs(records, np.arange(len(records))):
        match = probability(log_odds(records, a, b))
        np.maximum.at(best, a, match)
        np.maximum.at(best, b, match)
    assert best_match(columns) == pytest.approx(np.where(best >= LEAST, best, 0.0))


def test_pairs_come_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    records, everything = linkage_records(crowd(1)), []
    for most in (1_000_000, 7):
        monkeypatch.setattr("geoservice.disclosure.data_quality.duplicate_pairs.MOST_PAIRS", most)
        pieces = list(candidate_pairs(records, np.arange(len(records))))
        everything.append(sorted(p for a, b in pieces for p in zip(a.tolist(), b.tolist(), strict=True)))
    assert everything[0] == everything[1]
    assert max(len(a) for a, _ in pieces) < 7 + len(records)
