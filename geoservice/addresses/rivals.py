"""Answers that fit an address nearly as well as the best one, and are elsewhere."""

from collections.abc import Sequence

from geoservice.addresses.answers import Answer, metres_between
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.precision import AREA_PRECISIONS
from geoservice.addresses.score import score

AMBIGUOUS_POINTS = 5
"""Another place whose score is lower by no more than this fits as well."""
_SAME_PLACE_M = 100.0


def rivals_of(answers: Sequence[Answer], gazetteer: Gazetteer) -> list[Answer]:
    """Return the answers that are elsewhere than the best one and nearly as good."""
    best = answers[0]
    least = score(best.precision, best.faults) - AMBIGUOUS_POINTS
    rivals: list[Answer] = []
    for answer in answers[1:]:
        if score(answer.precision, answer.faults) < least:
            break
        if answer.supports >= best.supports and _is_elsewhere(best, answer, gazetteer):
            rivals.append(answer)
    return rivals


def _is_elsewhere(best: Answer, other: Answer, gazetteer: Gazetteer) -> bool:
    if {best.precision, other.precision} <= set(AREA_PRECISIONS):
        return not _are_nested(best.row, other.row, gazetteer)
    if (
        best.precision == other.precision
        and "typo" in best.faults
        and "typo" in other.faults
        and _differ(best, other, gazetteer)
    ):
        return True  # it is not known which of two near names is meant
    if best.precision != other.precision and _are_nested(best.area, other.area, gazetteer):
        return False  # the same address, found in two ways
    return not metres_between(best, other) <= max(_SAME_PLACE_M, best.uncertainty_m, other.uncertainty_m)


def _differ(best: Answer, other: Answer, gazetteer: Gazetteer) -> bool:
    return best.area != other.area or gazetteer.name(best.row) != gazetteer.name(other.row)


def _are_nested(one: int, other: int, gazetteer: Gazetteer) -> bool:
    return min(one, other) < 0 or gazetteer.is_inside(one, other) or gazetteer.is_inside(other, one)
