"""Possible duplicates: households that are perhaps in the register twice, under two keys; counted, never listed."""

from collections.abc import Iterator

import numpy as np

from geoservice.disclosure.data_quality.base import Bilingual, QualityItem, Severity
from geoservice.disclosure.data_quality.duplicate_pairs import candidate_pairs
from geoservice.disclosure.data_quality.duplicate_score import best_log_odds, log_odds, probability
from geoservice.disclosure.data_quality.household_columns import HouseholdColumns
from geoservice.disclosure.data_quality.linkage_records import linkage_records
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.results import CheckResult, MarkedHouseholds
from geoservice.geo import Floats

CHECK = "duplicates"


def _item(name: str, severity: Severity, title: Bilingual, percent: str) -> QualityItem:
    return QualityItem(
        f"duplicate_{name}", CHECK, severity, title,
        Bilingual(
            f"{{rows}} 户（{{share}}）与附近另一户的户籍地、人数和日期相符，"
            f"为同一户的概率为 {percent}；其中约 {{expected}} 户属于巧合。",
            f"{{rows}} households ({{share}}) agree with another one nearby in home area, size and dates, and are the same one "
            f"with a probability of {percent}; about {{expected}} of them by coincidence.",
        ),
    )  # fmt: skip


BANDS = (
    (_item("very_likely", "warning", Bilingual("极可能重复", "Very likely duplicates"), "99-100 %"), 0.99, 1.01),
    (_item("likely", "warning", Bilingual("很可能重复", "Likely duplicates"), "90-99 %"), 0.9, 0.99),
    (_item("possible", "note", Bilingual("可能重复", "Possible duplicates"), "50-90 %"), 0.5, 0.9),
)
"""Bands of the probability: lower bound included, upper bound excluded."""
LEAST = min(low for _, low, _ in BANDS)


def check_duplicates(data: QualityData) -> Iterator[CheckResult]:
    """Yield the households that are perhaps registered twice, by band of the probability."""
    best = best_match(data.columns)
    for item, low, high in BANDS:
        yield MarkedHouseholds(item, (best >= low) & (best < high), expected=1 - best)


def best_match(columns: HouseholdColumns) -> Floats:
    """Return the highest probability with which each household is the same as another one; shape ``(n,)``.

    It is 0 below :data:`LEAST`; rows whose own values are too common for that are not compared.
    """
    best = np.full(len(columns), -np.inf)
    if len(columns):
        records = linkage_records(columns)
        rows = np.flatnonzero(probability(best_log_odds(records)) >= LEAST)
        for a, b in candidate_pairs(records, rows):
            score = log_odds(records, a, b)
            np.maximum.at(best, a, score)
            np.maximum.at(best, b, score)
    match = probability(best)
    return np.where(match >= LEAST, match, 0.0)
