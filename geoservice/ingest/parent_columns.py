"""Detection of the parent column by its values: codes that are prefixes of the areas' own codes."""

from collections.abc import Sequence

from geoservice.ingest.header_patterns import score
from geoservice.ingest.header_vocabulary import Names
from geoservice.ingest.sample import Sample

_LEAST_ROWS = 3
_LEAST_LETTERS = 2
_CODES: Names = {
    "names": ["{region}{code}, {level}{code}, {code}{region}, {any}{code}, cd uf, uf, dep, statefp"],
    "never": "country, cntr, ctry, nation, iso, 国家",
}


def parent_by_codes(headers: Sequence[str], code: str, sample: Sample) -> str | None:
    """Return the header of codes that are prefixes of those below ``code``, the longest if there are several; else None.

    >>> import pyarrow as pa
    >>> table = pa.table({"code": ["340811001", "340811002", "340822100"], "areaCode": ["340811", "340811", "340822"]})
    >>> parent_by_codes(["code", "areaCode"], "code", Sample(table))
    'areaCode'
    """
    best, length = None, 0
    for header in headers:
        if header == code or not score(header, "parent", _CODES):
            continue
        rows = sample.rows(code, header)
        shortest = min((len(above) for _, above in rows), default=0)
        if len(rows) < _LEAST_ROWS or shortest < max(_LEAST_LETTERS, length + 1):
            continue
        if all(own.startswith(above) and own != above for own, above in rows):
            best, length = header, shortest
    return best
