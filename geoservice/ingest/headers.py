"""Headers as strangers write them: trimmed, named where empty, each once."""

import unicodedata
from collections.abc import Sequence

from geoservice.errors import InputError
from geoservice.ingest.raw_table import GEOMETRY, ROW


def clean_headers(cells: Sequence[str], notes: list[str]) -> list[str]:
    """Return trimmed headers; an empty one is named by its place, a repeated one numbered, which is added to the notes.

    >>> notes = []
    >>> clean_headers([" 户编号 ", "", "lon", "lon"], notes), notes
    (['户编号', 'column_2', 'lon', 'lon (2)'], ["column 'lon' is there 2 times; the others were named 'lon (2)'"])

    Raises
    ------
    InputError
        A column has a name of the house.
    """
    names = [" ".join(unicodedata.normalize("NFKC", c).split()) or f"column_{i}" for i, c in enumerate(cells, 1)]
    for name in sorted({n for n in names if names.count(n) > 1}):
        places = [i for i, n in enumerate(names) if n == name][1:]
        for number, place in enumerate(places, 2):
            names[place] = f"{name} ({number})"
        others = ", ".join(repr(names[p]) for p in places)
        notes.append(f"column {name!r} is there {len(places) + 1} times; the others were named {others}")
    if reserved := {ROW, GEOMETRY} & set(names):
        raise InputError(f"header: {sorted(reserved)} are reserved names")
    return names
