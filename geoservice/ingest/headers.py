"""Headers as strangers write them: trimmed, named where empty, each once."""

import unicodedata
from collections.abc import Sequence

from geoservice.errors import InputError
from geoservice.ingest.raw import GEOMETRY, ROW


def clean_headers(cells: Sequence[str]) -> list[str]:
    """Return trimmed headers; an empty one is named by its place.

    >>> clean_headers([" 户编号 ", "", "lon"])
    ['户编号', 'column_2', 'lon']

    Raises
    ------
    InputError
        Two columns have one name, or a name of the house.
    """
    names = [" ".join(unicodedata.normalize("NFKC", c).split()) or f"column_{i}" for i, c in enumerate(cells, 1)]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise InputError(f"header: {twice} occur more than once; every column needs a name of its own")
    if reserved := {ROW, GEOMETRY} & set(names):
        raise InputError(f"header: {sorted(reserved)} are reserved names")
    return names
