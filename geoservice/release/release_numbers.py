"""Which release comes before which, and which may go."""

from geoservice.errors import Conflict, NotFound


def older(numbers: list[int], current: int | None, wanted: int | None) -> int:
    """Return the release to roll back to: ``wanted``, or the one before the current one; raises :class:`NotFound`.

    >>> older([3, 4, 7], 7, None), older([3, 4, 7], 7, 3)
    (4, 3)
    """
    before = [n for n in numbers if current is not None and n < current]
    if wanted is None and before:
        return before[-1]
    if wanted is None or wanted not in numbers:
        raise NotFound(
            f"release {wanted or 'before the current one'} does not exist; there are {numbers}, current is {current}"
        )
    return wanted


def check_removable(number: int, numbers: list[int], current: int | None) -> None:
    """Raise :class:`NotFound` for a release that does not exist and :class:`Conflict` for the current one."""
    if number not in numbers:
        raise NotFound(f"release {number} does not exist; there are {numbers}, current is {current}")
    if number == current:
        raise Conflict(f"release {number} is the current one, which is not removed; make another current first")
