from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoservice.analysis.trend import CLASSES, emerging_classes
from geoservice.errors import ParameterError

RISE, FLAT, FALL = "rise", "flat", "fall"
CASES = {
    "new": [("........ H", FLAT), ("C.C...... H", FLAT), ("H", FLAT)],
    "consecutive": [("....... HHH", FLAT), ("CC..... HH", RISE)],
    "intensifying": [("HHHHHHHHHH", RISE), (".HHHHHHHHH", RISE), ("HHHH.HHHHH", RISE), ("CHHHHHHHHH", RISE)],
    "persistent": [("HHHHHHHHHH", FLAT), ("HHHH.HHHHH", FLAT), ("HH", FLAT), ("CHHHHHHHHH", FLAT)],
    "diminishing": [("HHHHHHHHHH", FALL), ("HH.HHHHHHH", FALL)],
    "sporadic": [("H........ H", FLAT), ("HHHHHHH. H", RISE), (".H.H.HH.HH", FLAT)],
    "oscillating": [("HC....... H", FLAT), ("H.C.HHHHHH", RISE), ("HHHHCHHHCH", FLAT)],
    "historical": [("HHHHHHHHH.", FLAT), ("HHHHHHHHHHHHH.", RISE), ("HHHHHHHHH.", FALL)],
    "none": [("..........", RISE), ("HHHHHHHH..", FLAT), ("HCHCHCHC..", FALL), (".", FLAT)],
}
TREND = {RISE: 1, FLAT: 0, FALL: -1}


def series(periods, trend):
    """Return z-scores and significance of a series of hot (H), cold (C) and other periods."""
    sign = np.array(["C.H".index(c) - 1 for c in periods.replace(" ", "")], np.int8)
    return np.arange(len(sign), dtype=float) * TREND[trend], sign


def name(z, sign):
    return CLASSES[int(emerging_classes(z[None], sign[None])[0])].name


@pytest.mark.parametrize(("expected", "periods", "trend"), [(k, *case) for k, cases in CASES.items() for case in cases])
def test_series_of_each_class(expected, periods, trend):
    z, sign = series(periods, trend)
    assert name(z, sign) == (expected if expected == "none" else f"{expected}_hot")
    assert name(-z, -sign) == (expected if expected == "none" else f"{expected}_cold")


def test_a_lasting_hot_spot_that_turns_cold_is_a_new_cold_spot():
    assert name(*series("HHHHHHHHHC", FALL)) == "new_cold"


def definitions(sign, trend):
    """Return the names of all classes whose published definition a series meets, in the order of the definitions."""
    names = []
    for side, s, t in (("hot", sign, trend), ("cold", [-x for x in sign], -trend)):
        hot, last, n = s.count(1), s[-1] == 1, len(s)
        start = max((i + 1 for i, x in enumerate(s) if x != 1), default=0)
        most = 10 * hot >= 9 * n
        run = last and 1 not in s[:start]
        names += [f"new_{side}"] * (last and 1 not in s[:-1])
        names += [f"consecutive_{side}"] * (run and n - start >= 2 and not most)
        names += [f"intensifying_{side}"] * (most and last and t > 0)
        names += [f"persistent_{side}"] * (most and last and t == 0)
        names += [f"diminishing_{side}"] * (most and last and t < 0)
        names += [f"sporadic_{side}"] * (last and 1 in s[:start] and not most and -1 not in s)
        names += [f"oscillating_{side}"] * (last and -1 in s[:-1] and not most)
        names += [f"historical_{side}"] * (not last and most)
    return names


@pytest.mark.parametrize("trend", [RISE, FLAT, FALL])
@pytest.mark.parametrize("periods", range(1, 8))
def test_every_series_gets_exactly_one_class_whose_definition_it_meets(periods, trend):
    signs = np.array(list(product([-1, 0, 1], repeat=periods)), np.int8)
    z = np.tile(np.arange(periods) * float(TREND[trend]), (len(signs), 1))
    significant = TREND[trend] if periods > 3 else 0  # the smallest p of four periods is 0.089, of three 0.30
    for sign, code in zip(signs.tolist(), emerging_classes(z, signs), strict=True):
        names = definitions(sign, significant)
        if sign[-1]:  # the side of the last period comes first
            names.sort(key=lambda n: n.endswith("cold") != (sign[-1] < 0))
        assert CLASSES[int(code)].name == (names[0] if names else "none")


units = st.integers(1, 12).flatmap(
    lambda n: st.tuples(arrays(float, (4, n), elements=st.floats(-5, 5)), arrays(np.int8, (4, n), elements=st.integers(-3, 3)))
)


@given(units)
def test_the_negated_series_has_the_negated_class(unit):
    z, significance = unit
    assert (emerging_classes(-z, -significance) == -emerging_classes(z, significance)).all()


def test_classes_have_both_languages_and_are_seventeen():
    assert len(CLASSES) == len({c.name for c in CLASSES.values()}) == 17
    for code, item in CLASSES.items():
        assert item.code == code
        assert set(item.title) == set(item.meaning) == {"zh", "en"}
        assert not any("{" in text for text in (*item.title.values(), *item.meaning.values()))
    for language in ("zh", "en"):
        assert len({c.title[language] for c in CLASSES.values()}) == 17


def test_a_stricter_level_finds_no_trend():
    z, sign = series("HHHH", RISE)  # p = 0.089
    assert CLASSES[int(emerging_classes(z[None], sign[None], level=0.05)[0])].name == "persistent_hot"


def test_wrong_arguments_are_refused():
    with pytest.raises(ParameterError, match=r"\(2, 3\) and \(2, 4\)"):
        emerging_classes(np.zeros((2, 3)), np.zeros((2, 4), np.int8))
    with pytest.raises(ParameterError, match=r"it is 1\.5"):
        emerging_classes(np.zeros((2, 3)), np.zeros((2, 3), np.int8), level=1.5)
