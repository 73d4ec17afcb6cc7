"""Area codes: home codes that no table of areas and no code list knows, or that are too coarse, and unknown residences."""

from collections.abc import Iterator

import numpy as np

from geoservice.areas import CHINESE_DIGITS, significant_digits
from geoservice.disclosure.data_quality.base import Bilingual, QualityItem
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.results import CheckResult, MarkedHouseholds
from geoservice.geo import Bools

CHECK = "area_codes"
UNKNOWN = QualityItem(
    "home_unknown", CHECK, "warning", Bilingual("户籍地代码无法识别", "Unknown home code"),
    Bilingual(
        "{of} 个户籍地代码中有 {rows} 个（{share}）不在已导入的区划和全国区划代码表中，这些户按外来户计算。",
        "{rows} of {of} home codes ({share}) are in no loaded table of areas and in no code list: their households count as "
        "migrants.",
    ),
)  # fmt: skip
COARSE = QualityItem(
    "home_coarse", CHECK, "note", Bilingual("户籍地只到县级以上", "Home code of a county or a wider area"),
    Bilingual(
        "{of} 个户籍地代码中有 {rows} 个（{share}）只到县级或更高级，只能在该级比较。",
        "{rows} of {of} home codes ({share}) name a county or a wider area and are compared at that level only.",
    ),
)  # fmt: skip
RESIDENCE = QualityItem(
    "residence_unknown", CHECK, "error", Bilingual("居住地代码未导入", "Unknown area of residence"),
    Bilingual(
        "{rows} 户（{share}）的居住地不在已导入的区划中：请重新导入住户。",
        "{rows} households ({share}) live in an area that is not loaded any more: load the households again.",
    ),
)  # fmt: skip


def check_area_codes(data: QualityData) -> Iterator[CheckResult]:
    """Yield the households with unknown or coarse codes of areas."""
    home, residence = data.columns.home, data.columns.residence
    stated, known = ~home.is_null, known_homes(data)
    yield MarkedHouseholds(UNKNOWN, home.among(~known), stated)
    yield MarkedHouseholds(COARSE, home.among(known & coarse_homes(data)), stated)
    loaded = np.array([code in data.regions.levels for code in residence.texts], bool)
    yield MarkedHouseholds(RESIDENCE, residence.among(~loaded), ~residence.is_null)


def known_homes(data: QualityData) -> Bools:
    """Return which home codes are those of loaded areas, with or without trailing zeros, or in the code list."""
    loaded = {form for code in data.regions.levels for form in (code, significant_digits(code))}
    codes = data.columns.home.texts
    return np.array([c in loaded or significant_digits(c) in loaded or data.around.is_known_code(c) for c in codes], bool)


def coarse_homes(data: QualityData) -> Bools:
    """Return which home codes name a county or a wider area."""
    codes, levels = data.columns.home.texts, data.regions.levels
    if data.around.chinese:
        return np.array([len(significant_digits(c)) < CHINESE_DIGITS["township"] for c in codes], bool)
    return np.array([levels.get(c) in {"province", "city", "county"} for c in codes], bool)
