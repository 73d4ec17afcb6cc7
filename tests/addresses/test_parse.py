"""Garbage and long texts give no elements, fast; elements are pieces of the text; nobody's name or telephone is in a result."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.addresses.parse import parse

COUNTRIES = ("CN", "", "AT", "US", "FI")
GARBAGE = (
    *("", " ", "-", "😀😀", "12345678", "=1+1", '=HYPERLINK("http://x")', "'; DROP TABLE x;--", "SELECT * FROM 用户 WHERE 1=1"),
    *("<script>alert(1)</script>", "\x00\x01\x1b", "你好", "不知道", "无", "asdf", "null", "N/A", "@SUM(A1)", "{{7*7}}"),
    *("../../etc/passwd", "同上", "张三", "+86 13812345678", "11010519491231002X", "安" * 10_000, "a" * 10_000),
)
REPEATS = (
    *(
        "路",
        "村",
        "镇",
        "一",
        "1",
        "A",
        "a",
        "号",
        "-",
        "1-",
        "(",
        ",",
        "\n",
        " ",
        "街道",
        "大厦",
        "安徽省",
        "中国",
        "与",
        "12号",
        "7-6-",
    ),
    *(
        "Straße ",
        "1 ",
        "St ",
        "12 rue ",
        "Apt 1 ",
        "1/",
        "3. ",
        "c/o ",
        "@",
        "收件人",
        "138",
        "村村",
        "开发区",
        "K1+",
        "a.",
        "x@",
    ),
)


@pytest.mark.parametrize("country", ["CN", ""])
@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_has_no_elements(text, country):
    assert parse(text, country=country).elements == ()


@pytest.mark.parametrize("repeat", REPEATS, ids=range(len(REPEATS)))
def test_time_is_linear_for_every_repeat(repeat):
    parse("安庆市")  # the tables are read once
    for length in (399, 10_000):
        for country in COUNTRIES:
            text = (repeat * length)[:length]
            start = time.process_time()
            parse(text, country=country)
            assert time.process_time() - start < 0.05, (length, country)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.sampled_from(COUNTRIES))
def test_elements_of_any_text_are_pieces_of_it_in_its_order(text, country):
    parsed = parse(text, country=country)
    for element in parsed.elements:
        assert parsed.text[element.start : element.end] == element.text
        assert element.text.strip()
    ends = [element.end for element in parsed.elements]
    assert all(end <= element.start for end, element in zip(ends, parsed.elements[1:], strict=False))


PIECES = (
    "安徽省",
    "宜秀区",
    "大龙山镇",
    "永林村",
    "东风组",
    "7-6-1046",
    "12号",
    "路",
    "A座",
    "(",
    ")",
    " ",
    ",",
    "与",
    "Main St ",
    "Wien",
    "1010 ",
    "3/4",
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(COUNTRIES))
def test_elements_of_shuffled_addresses_are_pieces_of_them(pieces, country):
    parsed = parse("".join(pieces), country=country)
    for element in parsed.elements:
        assert parsed.text[element.start : element.end] == element.text


@pytest.mark.parametrize(
    ("text", "country", "secrets"),
    [
        ("宜秀区永林村3组张三13812345678", "CN", ("张三", "1381")),
        ("收件人：李小明 电话13812345678 安庆市宜秀区永林村", "CN", ("李小明", "1381")),
        ("安庆市宜秀区永林村3组5号 王芳 138-1234-5678", "CN", ("王芳", "5678")),
        ("身份证号340811199001011234安庆市宜秀区永林村", "CN", ("340811",)),
        ("安庆市宜秀区永林村(陈静收)", "CN", ("陈静",)),
        ("Hr. Maier c/o Huber, Ringstraße 5, 3500 Krems", "AT", ("Maier", "Huber")),
        ("Frau Anna Weiss, Lindenweg 4, 80333 München, +49 89 1234567", "DE", ("Weiss", "1234567")),
    ],
)
def test_nobody_is_in_the_result(text, country, secrets):
    parsed = parse(text, country=country)
    assert parsed.elements
    for secret in secrets:
        assert secret not in parsed.text
        assert not any(secret in element.text for element in parsed.elements)


def test_the_country_chooses_the_profile():
    assert [e.kind for e in parse("Ringstraße 5, 3500 Krems", country="AT").elements] == ["road", "number", "postcode", "city"]
    assert parse("Ringstraße 5, 3500 Krems").elements == ()
    assert [e.kind for e in parse("安庆市宜秀区", country="").elements] == ["city", "district"]
