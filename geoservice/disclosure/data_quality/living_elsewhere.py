"""Households registered in one area of the county that live in another, and stays that have ended."""

from collections.abc import Iterator

import numpy as np

from geoservice.areas import CHINESE_DIGITS, migrant_class, significant_digits
from geoservice.disclosure.data_quality.base import Bilingual, QualityItem
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.results import CheckResult, MarkedHouseholds
from geoservice.geo import Bools, Int32s
from geoservice.schema import MIGRANT_CLASSES

CHECK = "living_elsewhere"
HERE = QualityItem(
    "from_other_township", CHECK, "note", Bilingual("户籍在本县其他乡镇", "Registered in another township of the county"),
    Bilingual(
        "{of} 户有户籍地，其中 {rows} 户（{share}）居住在此，户籍在本县其他乡镇（人户分离）。",
        "{rows} of {of} households with a registered area ({share}) live here and are registered in another township of the "
        "county.",
    ),
)  # fmt: skip
ABSENT = QualityItem(
    "registered_but_absent", CHECK, "note",
    Bilingual("户籍在此、居住在本县其他乡镇", "Registered here, living in another township"),
    Bilingual(
        "户籍在本县的 {of} 户中有 {rows} 户（{share}）居住在本县的另一个乡镇。",
        "{rows} of {of} households registered in the county ({share}) live in another township of it than the one of their "
        "registration.",
    ),
    Bilingual(
        "户籍在此的 {of} 户中有 {rows} 户（{share}）居住在本县其他乡镇。",
        "{rows} of {of} households registered here ({share}) live in another township of the county.",
    ),
)  # fmt: skip
VILLAGE = QualityItem(
    "from_other_village", CHECK, "note", Bilingual("户籍在本乡镇其他村", "Registered in another village of the township"),
    Bilingual(
        "{of} 户的户籍地到村级，其中 {rows} 户（{share}）居住在同一乡镇的另一个村。",
        "{rows} of {of} households whose registered area is a village ({share}) live in another village of the same township.",
    ),
)  # fmt: skip
ENDED = QualityItem(
    "until_passed", CHECK, "warning", Bilingual("居住已结束", "The stay has ended"),
    Bilingual(
        "{rows} 户（{share}）的居住结束日期已过，不再计入结果；请核实是否已离开。",
        "{rows} households ({share}) have a last day that has passed: they are not counted. Check whether they have left.",
    ),
)  # fmt: skip


def check_living_elsewhere(data: QualityData) -> Iterator[CheckResult]:
    """Yield the households that live elsewhere than where they are registered, within the county, and those that left."""
    columns, stated = data.columns, ~data.columns.home.is_null
    elsewhere = same_county(data)
    registered_here = np.any([position >= 0 for position in data.home.values()] or [np.zeros(len(stated), np.bool_)], axis=0)
    yield MarkedHouseholds(HERE, elsewhere, stated)
    yield MarkedHouseholds(ABSENT, elsewhere, registered_here | elsewhere, by="home")
    other_village, both_known = in_other_village(data)
    yield MarkedHouseholds(VILLAGE, other_village, both_known)
    yield MarkedHouseholds(ENDED, columns.until < np.datetime64(data.around.day))


def same_county(data: QualityData) -> Bools:
    """Return which households are registered in another township of the county that they live in; shape ``(n,)``.

    This is the census class of :func:`geoservice.areas.migrant_class`. A home code above township level, or of an area that
    contains the residence, shows no difference.
    """
    home, residence = data.columns.home, data.columns.residence
    both = np.flatnonzero(~home.is_null & ~residence.is_null)
    key = home.index[both].astype(np.int64) * len(residence.texts) + residence.index[both]
    pairs, pair = np.unique(key, return_inverse=True)
    a, b = np.divmod(pairs, max(len(residence.texts), 1))
    classes = migrant_class(
        [home.texts[i] for i in a], [residence.texts[i] for i in b], chinese=data.around.chinese,
        levels=data.regions.levels, parents=data.regions.parents,
    )  # fmt: skip
    elsewhere = np.zeros(len(data.columns), np.bool_)
    elsewhere[both] = (classes == MIGRANT_CLASSES.index("same_county"))[pair]
    return elsewhere


def in_other_village(data: QualityData) -> tuple[Bools, Bools]:
    """Return which households live in another village of the township of their registration, and those compared."""
    none = np.zeros(len(data.columns), np.bool_)
    if not {"township", "village"} <= set(data.residence):
        return none, none
    home, residence = data.home, data.residence
    compared = _is_village(data) & (residence["village"] >= 0) & (home["village"] >= 0)
    return compared & _differs(home, residence, "village") & ~_differs(home, residence, "township"), compared


def _differs(home: dict[str, Int32s], residence: dict[str, Int32s], level: str) -> Bools:
    return np.asarray(home[level] != residence[level], bool)


def _is_village(data: QualityData) -> Bools:
    """Return which households have a home code of a village."""
    codes, levels = data.columns.home.texts, data.regions.levels
    digits = CHINESE_DIGITS["village"]
    is_village = [levels.get(c) == "village" or (data.around.chinese and len(significant_digits(c)) == digits) for c in codes]
    return data.columns.home.among(np.array(is_village, bool))
