"""The parser reads the labelled addresses well enough, with exact spans and kinds."""

from pathlib import Path

import pytest
from address_score import labelled, score

from geoservice.addresses.parse import parse

LABELLED = Path(__file__).parent / "labelled"
BARS = {"china.jsonl": ("CN", 0.96), "other.jsonl": ("", 0.95)}


@pytest.mark.parametrize("name", BARS)
def test_micro_f1_of_labelled_addresses(name):
    country, least = BARS[name]
    result = score(labelled(LABELLED / name), lambda text: parse(text, country=country), country)
    assert result.f1() >= least, result.table()


def test_provinces_cities_and_districts_are_read_nearly_always():
    result = score(labelled(LABELLED / "china.jsonl"), parse, "CN")
    assert result.f1("province") >= 0.97
    assert result.f1("city") >= 0.97
    assert result.f1("district") >= 0.95
