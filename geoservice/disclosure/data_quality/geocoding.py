"""Geocode precision: households by precision and by uncertainty, rounded coordinates and points shared by many."""

from collections.abc import Iterator

import numpy as np

from geoservice.disclosure.data_quality.base import Bilingual, QualityItem
from geoservice.disclosure.data_quality.linkage_records import frequency, number_of
from geoservice.disclosure.data_quality.missing import on_earth
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.results import CheckResult, MarkedHouseholds
from geoservice.geo import Bools, Floats
from geoservice.schema import COARSE_PRECISIONS

CHECK = "geocoding"
PRECISION_NAMES = {
    "point": Bilingual("实测点", "an exact point"),
    "building": Bilingual("建筑", "their building"),
    "interpolated": Bilingual("门牌插值", "an interpolated house number"),
    "street": Bilingual("街道", "their street"),
    "village": Bilingual("村", "their village"),
    "township": Bilingual("乡镇", "their township"),
    "county": Bilingual("县", "their county"),
}
"""What the values of :data:`geoservice.schema.PRECISIONS` mean."""
BANDS = ((0.0, 25.0), (25.0, 100.0), (100.0, 500.0), (500.0, 2000.0), (2000.0, np.inf))
"""Bands of the uncertainty in metres: lower bound excluded, except 0, upper bound included."""
COARSE_SHARE = 0.2
ROUNDED_DECIMALS = 3
MANY_AT_POINT = 100

COARSE = QualityItem(
    "located_by_area", CHECK, "warning", Bilingual("只定位到村或更粗", "Located by area only"),
    Bilingual(
        "{rows} 户（{share}）只能定位到村、乡镇或县，不使用其坐标；五分之一以上时，村内的可达性结果不可靠。",
        "{rows} households ({share}) are located by their village, township or county only, and their points are not used; "
        "from a fifth on, access within the area is unreliable.",
    ),
)  # fmt: skip
ROUNDED = QualityItem(
    "rounded_coordinates", CHECK, "warning", Bilingual("坐标位数过少", "Rounded coordinates"),
    Bilingual(
        f"{{rows}} 户（{{share}}）的经纬度最多 {ROUNDED_DECIMALS} 位小数，即误差约 50 米以上，但登记为精确的点。",
        f"{{rows}} households ({{share}}) have at most {ROUNDED_DECIMALS} decimals in both coordinates, about 100 m, and are "
        "stated as exact.",
    ),
)  # fmt: skip
SHARED = QualityItem(
    "shared_point", CHECK, "note", Bilingual("许多户在同一点", "Many households at one point"),
    Bilingual(
        f"{{rows}} 户（{{share}}）与至少 {MANY_AT_POINT - 1} 户在同一点：大型住宅楼，或地理编码的默认点。",
        f"{{rows}} households ({{share}}) share their point with {MANY_AT_POINT - 1} others or more: large buildings, or a "
        "default point of a geocoder.",
    ),
)  # fmt: skip


def _precision_item(name: str, title: Bilingual) -> QualityItem:
    return QualityItem(
        f"precision_{name}", CHECK, "note", Bilingual(f"精度：{title.zh}", f"Precision: {name}"),
        Bilingual(f"{{rows}} 户（{{share}}）定位到{title.zh}。", f"{{rows}} households ({{share}}) are located at {title.en}."),
    )  # fmt: skip


def _band_item(low: float, high: float) -> QualityItem:
    metres = f"{low:g}-{high:g}" if np.isfinite(high) else f"> {low:g}"
    return QualityItem(
        f"uncertainty_{low:g}", CHECK, "note", Bilingual(f"误差 {metres} 米", f"Uncertainty {metres} m"),
        Bilingual(
            f"在注明误差的 {{of}} 户中，{{rows}} 户（{{share}}）的误差为 {metres} 米。",
            f"{{rows}} of {{of}} households with a stated uncertainty ({{share}}) have {metres} m.",
        ),
    )  # fmt: skip


def check_geocoding(data: QualityData) -> Iterator[CheckResult]:
    """Yield the households by precision and uncertainty, and those whose point is coarser than stated."""
    precision, metres = data.columns.precision, data.columns.uncertainty
    coarse, exact = (precision.among(np.isin(precision.texts, names)) for names in (COARSE_PRECISIONS, ("point", "building")))
    yield MarkedHouseholds(COARSE, coarse, least_share=COARSE_SHARE)
    yield MarkedHouseholds(ROUNDED, exact & rounded(data.columns.lon) & rounded(data.columns.lat))
    yield MarkedHouseholds(SHARED, shared_points(data.columns.lon, data.columns.lat, ~coarse))
    for name, title in PRECISION_NAMES.items():
        yield MarkedHouseholds(
            _precision_item(name, title), precision.among(np.array([t == name for t in precision.texts], bool))
        )
    stated = metres >= 0
    for low, high in BANDS:
        yield MarkedHouseholds(_band_item(low, high), stated & (metres <= high) & ((metres > low) | (low == 0)), stated)


def rounded(degrees: Floats) -> Bools:
    """Return which coordinates have at most three decimals; shape ``(n,)``.

    >>> rounded(np.array([117.123, 117.1234, np.nan])).tolist()
    [True, False, False]
    """
    scaled = degrees * 10**ROUNDED_DECIMALS
    return np.asarray(np.abs(scaled - np.rint(scaled)) < 1e-6, bool)


def shared_points(lon: Floats, lat: Floats, examined: Bools) -> Bools:
    """Return which examined households are at one point with many others; shape ``(n,)``."""
    usable = examined & on_earth(lon, lat)
    point = number_of(*(np.rint(np.nan_to_num(v) * 1e7).astype(np.int64) for v in (lon, lat)))
    return np.asarray(usable & (frequency(point, usable) >= MANY_AT_POINT), bool)
