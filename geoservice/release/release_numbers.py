"""The release to roll back to, and whether a release may be removed."""

from geoservice.errors import Conflict, NotFound


def older(numbers: list[int], current: int | None, requested: int | None) -> int:
    """Return the release to roll back to: ``requested``, or the one before the current one; raises :class:`NotFound`.

    >>> older([3, 4, 7], 7, None), older([3, 4, 7], 7, 3)
    (4, 3)
    """
    before = [n for n in numbers if current is not None and n < current]
    if requested is None and before:
        return before[-1]
    if requested is None or requested not in numbers:
        raise NotFound(
            f"release {requested or 'before the current one'} does not exist; there are {numbers}, current is {current}"
        )
    return requested


def check_removable(number: int, numbers: list[int], current: int | None) -> None:
    """Raise :class:`NotFound` for a release that does not exist and :class:`Conflict` for the current one."""
    if number not in numbers:
        raise NotFound(f"release {number} does not exist; there are {numbers}, current is {current}")
    if number == current:
        raise Conflict(f"release {number} is the current one, which cannot be removed; make another current first")
