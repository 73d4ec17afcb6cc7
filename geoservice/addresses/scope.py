"""The area that all answers are inside of."""

from geoservice.addresses.gazetteer import Gazetteer
from geoservice.errors import ParameterError


def scope_row(gazetteer: Gazetteer, code: str | None, parameter: str) -> int:
    """Return the row of an area by its code, -1 for None; an area of the present has precedence over a former one.

    Raises :class:`ParameterError`, whose text begins with ``parameter``, if no area or more than one has the code. The text has
    no code, which may be anything that a caller of the service has put there.
    """
    if code is None:
        return -1
    rows = [row for row in gazetteer.rows_by_code.get(code, ()) if gazetteer.level[row]]
    if not rows:
        raise ParameterError(f"{parameter}: the gazetteer has no area of this code")
    present = [row for row in rows if gazetteer.code(row) == code] or rows
    if len(set(present)) > 1:
        raise ParameterError(f"{parameter}: {len(set(present))} areas have this code; give that of one above them")
    return present[0]
