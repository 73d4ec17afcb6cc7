"""The labelled addresses that judge the parser are well formed themselves."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

LABELLED = Path(__file__).parent / "labelled"
LEVELS = ("province", "city", "district", "town", "community", "group")
CHINA = {
    *LEVELS,
    *("country", "postcode", "development_zone", "road", "lane", "number", "poi", "sub_poi", "building", "unit", "floor"),
    *("room", "intersection", "direction", "distance", "assist", "po_box", "redundant", "other"),
}
ABROAD = {"country", "region", "city", "district", "postcode", "road", "number", "unit", "poi", "po_box", "redundant", "other"}
FILES = {"china.jsonl": (CHINA, 620), "other.jsonl": (ABROAD, 220)}
# what may stay unlabelled: separators, and words that only join or announce elements
UNLABELLED = re.compile(r"(与|和|约|处|邮编|邮政编码|联系人|收件人|电话|联系电话|手机号|地址|TEL|c/o|CEP|[\s\W_])*")


def addresses(name: str) -> list[dict]:
    """Every line of a labelled file."""
    return [json.loads(line) for line in (LABELLED / name).read_text(encoding="utf-8").splitlines()]


def gaps(address: dict) -> list[str]:
    """The pieces of the text between the elements; fails when an element is not found in order."""
    left, start = [], 0
    for kind, text in address["elements"]:
        found = address["text"].find(text, start)
        assert found >= 0, f"{kind} {text!r} is not in order in {address['text']!r}"
        left.append(address["text"][start:found])
        start = found + len(text)
    return [*left, address["text"][start:]]


@pytest.mark.parametrize("name", FILES)
def test_lines_have_a_text_and_elements_of_known_kinds(name):
    kinds, _ = FILES[name]
    for address in addresses(name):
        assert list(address) == ["text", "elements"]
        assert address["elements"], address
        for kind, text in address["elements"]:
            assert kind in kinds, (kind, address)
            assert text, address
            assert text == text.strip(), address


@pytest.mark.parametrize("name", FILES)
def test_there_are_enough_addresses_and_none_twice(name):
    _, least = FILES[name]
    texts = [address["text"] for address in addresses(name)]
    assert len(texts) >= least
    assert [text for text, times in Counter(texts).items() if times > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_elements_are_pieces_of_the_text_in_its_order_and_leave_only_separators(name):
    for address in addresses(name):
        for gap in gaps(address):
            assert UNLABELLED.fullmatch(gap), (gap, address)


def test_every_kind_of_china_occurs_often_enough_to_be_judged():
    counts = Counter(kind for address in addresses("china.jsonl") for kind, _ in address["elements"])
    assert {kind: counts[kind] for kind in CHINA if counts[kind] < 8} == {}


def test_every_kind_abroad_occurs():
    counts = Counter(kind for address in addresses("other.jsonl") for kind, _ in address["elements"])
    assert {kind for kind in ABROAD if not counts[kind]} == set()


def test_levels_in_china_go_from_the_large_to_the_small():
    for address in addresses("china.jsonl"):
        ranks = [LEVELS.index(kind) for kind, _ in address["elements"] if kind in LEVELS]
        assert ranks == sorted(ranks), address


def test_the_readme_states_the_numbers_of_addresses_and_every_kind():
    text = (LABELLED / "README.md").read_text(encoding="utf-8")
    assert f"`china.jsonl` ({len(addresses('china.jsonl'))} addresses)" in text
    assert f"`other.jsonl` ({len(addresses('other.jsonl'))}," in text
    assert [kind for kind in CHINA if f"| {kind} |" not in text] == []
