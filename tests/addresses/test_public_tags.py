"""Elements under the tags of public corpora: every kind of China has one, and the table of the labels agrees."""

import re
from pathlib import Path

from geoservice.addresses.elements import ElementKind
from geoservice.addresses.parse import parse
from geoservice.addresses.public_tags import TAGS, public_tags

PUBLIC = {
    *(
        "prov",
        "city",
        "district",
        "devzone",
        "town",
        "community",
        "village_group",
        "road",
        "roadno",
        "poi",
        "subpoi",
        "houseno",
    ),
    *("cellno", "floorno", "roomno", "intersection", "distance", "assist", "redundant", "others"),
}
README = Path(__file__).parent / "labelled" / "README.md"


def test_every_tag_is_of_some_kind_and_every_kind_of_china_has_one() -> None:
    assert set(TAGS.values()) == PUBLIC
    assert set(ElementKind) - set(TAGS) == {ElementKind.REGION}


def test_the_table_of_the_labels_states_the_same_tags() -> None:
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    stated = {kind: tag for kind, tag in rows if kind in list(ElementKind)}
    for kind, tag in TAGS.items():
        assert re.match(rf"{tag}\b", stated[kind]) or (tag == "others" and stated[kind] == "(none)") or kind is ElementKind.LANE


def test_tags_cover_the_elements_in_order_once() -> None:
    address = parse("浙江省杭州市余杭区五常街道文一西路969号西溪园区二期3号楼5楼东侧50米")
    spans = public_tags(address)
    assert [span.tag for span in spans][:7] == ["prov", "city", "district", "town", "road", "roadno", "poi"]
    assert spans[6].text == "西溪园区二期"
    assert all(address.text[span.start : span.end] == span.text for span in spans)
    assert [span.start for span in spans] == sorted(span.start for span in spans)


def test_a_lane_is_a_number_or_a_road() -> None:
    assert [(s.tag, s.text) for s in public_tags(parse("上海市昌里路234弄8号"))][1:] == [
        ("road", "昌里路"),
        ("roadno", "234弄"),
        ("roadno", "8号"),
    ]
    assert [(s.tag, s.text) for s in public_tags(parse("北京市东城区东直门内大街石雀胡同9号"))][2:] == [
        ("road", "东直门内大街"),
        ("road", "石雀胡同"),
        ("roadno", "9号"),
    ]
