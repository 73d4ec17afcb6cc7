"""Headers of a file: trimmed, numbered where empty, made unique."""

import unicodedata
from collections.abc import Sequence

from geoservice.errors import InputError
from geoservice.ingest.raw_table import GEOMETRY, ROW


def clean_headers(cells: Sequence[str], notes: list[str]) -> list[str]:
    """Return trimmed, unique headers; empty ones are named by position, repeated ones numbered and noted.

    >>> notes = []
    >>> clean_headers([" 户编号 ", "", "lon", "lon"], notes), notes
    (['户编号', 'column_2', 'lon', 'lon (2)'], ["column 'lon' occurs 2 times; the others were renamed to 'lon (2)'"])

    Raises
    ------
    InputError
        A column has a reserved name.
    """
    names = [" ".join(unicodedata.normalize("NFKC", c).split()) or f"column_{i}" for i, c in enumerate(cells, 1)]
    for name in sorted({n for n in names if names.count(n) > 1}):
        positions = [i for i, n in enumerate(names) if n == name][1:]
        for number, i in enumerate(positions, 2):
            names[i] = f"{name} ({number})"
        others = ", ".join(repr(names[i]) for i in positions)
        notes.append(f"column {name!r} occurs {len(positions) + 1} times; the others were renamed to {others}")
    if reserved := {ROW, GEOMETRY} & set(names):
        raise InputError(f"header: {sorted(reserved)} are reserved names")
    return names
