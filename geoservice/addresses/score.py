"""The score of an answer: the points of its precision less its faults."""

from collections.abc import Iterable

from geoservice.addresses.faults import points_off
from geoservice.addresses.precision import PRECISIONS


def score(precision: str, faults: Iterable[str]) -> int:
    """Return the score of an answer, from 0 to 100.

    Parameters
    ----------
    precision : str
        One of :data:`geoservice.addresses.precision.PRECISIONS`.
    faults : iterable of str
        Codes of :data:`geoservice.addresses.faults.FAULTS`; one that is there twice counts twice.

    Examples
    --------
    >>> score("door", []), score("village", ["typo", "missing_level"]), score("county", ["wrong_level"] * 3)
    (95, 47, 0)
    """
    return max(0, PRECISIONS[precision].points - points_off(faults))
