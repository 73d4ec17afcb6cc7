"""Numbers with hyphens and without suffix, by what is before them."""

import pytest

from geoservice.addresses.parse import parse


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("永林村东风组7-6-1046", "building unit room"),
        ("文一西路7-6-1046", "number unit room"),
        ("文一西路66号3-5-1", "unit floor room"),
        ("文一西路66-1号", "number"),
        ("文一西路66-1201", "number room"),
        ("锦绣花园12-301", "building room"),
        ("民权路27号18-3", "room"),
        ("锦绣花园3幢2单元501号", "building unit room"),
        ("锦绣花园12号", "number"),
        ("创新大厦A1-25楼", "building floor"),
        ("财富大厦904-906", "room"),
        ("长寿路3弄5号602室", "lane number room"),
    ],
)
def test_the_parts_of_a_number_depend_on_what_is_before_them(text, kinds):
    elements = parse(f"安庆市宜秀区大龙山镇{text}").elements
    assert [e.kind.value for e in elements if e.text[0].isascii()][-len(kinds.split()) :] == kinds.split()
