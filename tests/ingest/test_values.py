import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.ingest.values import codes, normalize_text, numbers, parse_each, to_date, to_flag, to_items


def text(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


def test_full_width_digits_and_spaces_become_narrow() -> None:
    assert normalize_text(text("　１２３　", "Ａｂ", None, " ")).to_pylist() == ["123", "Ab", None, None]


def test_numbers_with_separators_signs_and_missing_values() -> None:
    parsed = numbers(text("1,234", "-5.5", "1e3", "无", None, "１２．５", "1,23", "12人", "inf"))
    assert parsed.values[[0, 1, 2, 5]].tolist() == [1234, -5.5, 1000, 12.5]
    assert parsed.empty.tolist() == [False, False, False, True, True, False, False, False, False]
    assert parsed.bad.tolist() == [False] * 6 + [True] * 3


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_numbers_read_what_python_writes(values: list[float]) -> None:
    parsed = numbers(text(*map(repr, values)))
    assert np.array_equal(parsed.values, np.array(values, float))
    assert not parsed.bad.any()


def test_codes_keep_zeros_and_lose_the_decimal_point_of_spreadsheets() -> None:
    found, mended, spoilt = codes(text("0112", "340811100.0", "3.40811E+11", "a-1"))
    assert found.to_pylist() == ["0112", "340811100", "3.40811E+11", "a-1"]
    assert (mended, spoilt.tolist()) == (1, [False, False, True, False])


@pytest.mark.parametrize(
    "written", ["2024-02-29", "2024/2/29", "2024.02.29", "20240229", "2024年2月29日", "2024-02-29 00:00:00"]
)
def test_one_day_in_many_spellings(written: str) -> None:
    assert to_date(written) == dt.date(2024, 2, 29)


@pytest.mark.parametrize("written", ["2023-02-29", "29/02/2024", "2024-13-01", "yesterday", "1"])
def test_invalid_days(written: str) -> None:
    with pytest.raises(ValueError, match=written):
        to_date(written)


def test_flags_and_items() -> None:
    parsed = parse_each(text("是", "FALSE", None, "maybe"), to_flag)
    assert parsed.values.tolist() == [True, False, None, None]
    assert parsed.bad.tolist() == [False, False, False, True]
    assert to_items("体检;照护，体检") == ["体检", "照护"]
