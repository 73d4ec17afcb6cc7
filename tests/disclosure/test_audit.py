import numpy as np
import pandas as pd
import pytest

from geoservice.disclosure.audit import audit_blocks, audit_table
from geoservice.disclosure.averaging import Ledger, cut
from geoservice.disclosure.rules import COLUMNS, PROFILES
from geoservice.errors import DisclosureError

PUBLIC = PROFILES["public"]


def row(measure="persons", value=40.0, unit="a", **more):
    base = dict.fromkeys(COLUMNS, "") | {
        "geography": "village",
        "unit": unit,
        "measure": measure,
        "nth": 0,
        "minutes": 0,
        "group": "all",
    }
    return base | {"value": value, "status": "suppressed" if np.isnan(value) else "released"} | more


def frame(*rows):
    return pd.DataFrame(list(rows), columns=list(COLUMNS))


def test_a_good_table_passes_and_is_counted():
    report = audit_table(frame(row(), row(unit="b", value=np.nan), row("minutes", 3.2)), PUBLIC, 1.5)
    assert (report["rows"], report["released"], report["suppressed"], report["averaging_index"]) == (3, 2, 1, 1.5)
    assert not {"D", "V", "js", "threshold"} & set(report)


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        ([row(value=15.0)], "threshold"),
        ([row("covered_households", 22.0)], "rounded"),
        ([row(status="suppressed")], "null exactly"),
        ([row(value=np.nan, status="released")], "null exactly"),
        ([row(value=np.nan, status="zero")], "status must be"),
        ([row(value=np.inf)], "finite"),
        ([row(), row()], "twice"),
        ([row("households", np.nan), row("persons", 40.0)], "persons must be suppressed"),
        ([row("covered_share", 50.0), row("covered_persons", np.nan)], "ratio"),
        ([row("load", 50.0)], "ratio"),
    ],
)
def test_each_broken_rule_is_named(bad, rule):
    with pytest.raises(DisclosureError, match=rule):
        audit_table(frame(*bad), PUBLIC)


def test_averaging_beyond_the_limit_is_refused():
    with pytest.raises(DisclosureError, match=r"2\.50"):
        audit_table(frame(row()), PUBLIC, 2.5)


def test_missing_column_is_named():
    with pytest.raises(DisclosureError, match="status"):
        audit_table(frame(row()).drop(columns="status"), PUBLIC)


class Demand:
    group = "all"

    def __init__(self, households):
        self.households = np.asarray(households)
        self.persons, self.key = 3 * self.households, np.arange(1, len(households) + 1).astype(np.uint64)


class Block:
    households, persons, tier, mode, nth, group = "h", "p", "any", "walk", 1, "all"

    def __init__(self, region, geography="county", service="", minutes=0, atom=None):
        self.region, self.geography, self.service, self.minutes = np.array(region, np.int32), geography, service, minutes
        self.units, self.atom = [str(i) for i in range(max(region) + 1)], atom


def test_atoms_below_k_are_found():
    with pytest.raises(DisclosureError, match="fewer than 10"):
        audit_blocks([], {"all": Demand([10, 9])}, 10)
    with pytest.raises(DisclosureError, match="county"):
        audit_blocks([Block([0])], {"all": Demand([10, 12])}, 10)
    assert audit_blocks([Block([0, 1])], {"all": Demand([10, 12])}, 10) == 2


def admit(*blocks, levels=("county", "township"), atoms=6):
    ledger = Ledger(levels)
    return [ledger.admit(b, Demand([10] * atoms)) for b in blocks], ledger.worst


def test_nested_levels_add_one_over_n():
    assert admit(Block([0] * 6), Block([0, 0, 1, 1, 2, 2], "township")) == ([True, True], pytest.approx(4 / 3))


def test_the_same_cut_twice_costs_nothing():
    township = [0, 0, 1, 1, 2, 2]
    assert admit(Block([0] * 6), Block(township, "township"), Block(township, "catchment", "clinic"))[1] == pytest.approx(4 / 3)


def test_the_same_region_twice_costs_nothing():
    assert admit(Block([0] * 6), Block([0] * 6, "township")) == ([True, True], 1.0)


def test_order_of_coarse_and_fine_does_not_matter():
    assert admit(Block([0, 0, 1, 1, 2, 2], "township"), Block([0] * 6))[1] == pytest.approx(4 / 3)


def test_covered_and_its_gap_are_a_cut_of_the_whole():
    covered, gap = Block([0, 0, 0, -1, -1, -1], "county", "clinic", 30), Block([-1, -1, -1, 0, 0, 0], "gap", "clinic", 30)
    assert admit(Block([0] * 6), covered, gap) == ([True, True, True], 1.5)


def test_a_part_that_sticks_out_is_no_cut():
    region, part = np.array([0, 0, 1, 1], np.int32), np.array([0, 1, 1, 2], np.int32)
    assert cut(region, 2, part, np.arange(4, dtype=np.uint64))[0].tolist() == [0, 0]


def test_the_averaging_index_tells_no_number_of_parts():
    assert audit_table(frame(row()), PUBLIC, 1 + 1 / 1877)["averaging_index"] == 1.1
