"""Items and findings of the data quality report: counts of households by area, never a list of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan, nan
from types import MappingProxyType
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
NO_BREAK = "\u00a0"
WHOLE = "register"
"""Level of a finding about the whole register."""


class Bilingual(NamedTuple):
    """A text in Chinese and in English."""

    zh: str
    en: str

    def to(self, language: Language) -> str:
        """Return the text in a language."""
        return self.zh if language == "zh" else self.en


CHECKS: Mapping[str, Bilingual] = MappingProxyType({
    "missing": Bilingual("缺失项", "Missing items"),
    "wrong": Bilingual("错误项", "Wrong items"),
    "area_codes": Bilingual("区划代码", "Area codes"),
    "duplicates": Bilingual("疑似重复", "Possible duplicates"),
    "living_elsewhere": Bilingual("人户分离", "Registered here, living elsewhere"),
    "heaping": Bilingual("数值堆积", "Heaping"),
    "area_totals": Bilingual("区域总数", "Totals of areas"),
    "geocoding": Bilingual("定位精度", "Geocode precision"),
})  # fmt: skip
"""Titles of the checks, in the order of the report."""
SEVERITIES: Mapping[Severity, Bilingual] = MappingProxyType({
    "error": Bilingual("错误", "error"),
    "warning": Bilingual("警告", "warning"),
    "note": Bilingual("提示", "note"),
})  # fmt: skip


@dataclass(frozen=True)
class QualityItem:
    """One thing that a check counts.

    ``sentence`` may use ``{rows}``, ``{of}``, ``{share}``, ``{value}``, ``{expected}``, ``{index}`` and ``{areas}``. It is for
    the whole register; ``area_sentence`` is for one area, by default the same.
    """

    id: str
    check: str
    severity: Severity
    title: Bilingual
    sentence: Bilingual
    area_sentence: Bilingual | None = None


@dataclass(frozen=True)
class QualityFinding:
    """The number of households that an item counts, in the whole register or in one area.

    Attributes
    ----------
    item
        What is counted.
    level, area
        Level and code of the area; :data:`WHOLE` and an empty code for the whole register.
    rows, of
        Households counted, and those that were examined.
    value, expected
        An observed number and the usual or expected one, in units of the item's sentence; NaN if it has none.
    areas
        Number of areas, for an item of whole areas.
    """

    item: QualityItem
    level: str
    area: str
    rows: int
    of: int
    value: float = nan
    expected: float = nan
    areas: int = 0

    @property
    def is_problem(self) -> bool:
        """Whether the item occurs: in households, or in an area without any."""
        return self.rows > 0 or self.areas > 0

    @property
    def share(self) -> float:
        """Return the share of the examined households, NaN if there are none."""
        return self.rows / self.of if self.of else nan

    @property
    def index(self) -> float:
        """Return the value as a percentage of the expected one, as Whipple's index; NaN if there is none."""
        return 100 * self.value / self.expected if self.expected else nan

    def sentence(self, language: Language) -> str:
        """Return the finding as a sentence."""
        text = self.item.sentence if self.level == WHOLE else self.item.area_sentence or self.item.sentence
        numbers = {name: number_text(getattr(self, name)) for name in ("rows", "of", "value", "expected", "index", "areas")}
        return text.to(language).format(share=share_text(self.share), **numbers)


def number_text(number: float) -> str:
    """Return a number for readers: counts in full, others with three digits.

    >>> number_text(1234567), number_text(0.01234), number_text(1234.5), number_text(0.0005), number_text(nan)
    ('1,234,567', '0.0123', '1,234', '< 0.01', '–')
    """
    if isnan(number):
        return "–"
    if 0 < number < 0.01:
        return "< 0.01"
    return f"{number:,.0f}" if isinstance(number, int) or abs(number) >= 100 else f"{number:.3g}"


def share_text(share: float) -> str:
    """Return a share as a percentage with two to three digits, and a space at which lines are not broken.

    >>> [share_text(share).replace(NO_BREAK, " ") for share in (0.0345, 0.00012, 1.0, 0.0, nan)]
    ['3.5 %', '0.012 %', '100.0 %', '0 %', '–']
    """
    if isnan(share):
        return "–"
    return f"{100 * share:.1f}{NO_BREAK}%" if share >= 0.01 else f"{100 * share:.2g}{NO_BREAK}%"
