"""Partitions: one folder a county, named as Hive does, such as ``stations/county=340811/part-0.parquet``."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

from geoservice.errors import InputError, NotFound

KEY = "county"
"""The partition key, and the column that readers make of it."""
NONE = "__none__"
"""The partition of what lies in no one county, such as a province; Hive's own name for it cannot be read by geopandas."""
ABOVE = ""
"""The county code of these rows in our interfaces."""
FILE = "part-0.parquet"


def partition_folder(county: str) -> str:
    """Return the folder of a county.

    >>> partition_folder("340811"), partition_folder("a/b"), partition_folder(ABOVE)
    ('county=340811', 'county=a%2Fb', 'county=__none__')
    """
    return f"{KEY}={quote(county, safe='') if county else NONE}"


def county_of(path: str) -> str | None:
    """Return the county of a path below a dataset's folder, None for a file in no partition of counties.

    >>> county_of("county=340811/part-0.parquet"), county_of("county=a%2Fb/x.parquet"), county_of("_manifest.json")
    ('340811', 'a/b', None)
    """
    first, *rest = path.split("/")
    if not rest or not first.startswith(f"{KEY}=") or any(p.startswith((".", "_")) for p in rest):
        return None
    value = first.removeprefix(f"{KEY}=")
    return ABOVE if value == NONE else unquote(value)


def check_counties(counties: Iterable[str]) -> None:
    """Raise :class:`InputError` for a code that cannot be a partition."""
    for code in counties:
        if not isinstance(code, str) or code == NONE or len(code) > 100 or "\0" in code:
            raise InputError(f"county: got the code {code!r:.80}; allowed are texts of up to 100 characters")


def selected(partitions: Mapping[str, object], counties: Iterable[str] | None, dataset: str) -> list[str]:
    """Return the counties to read, sorted; raises :class:`NotFound` with those that exist for an unknown one."""
    if counties is None:
        return sorted(partitions)
    codes = sorted(set(counties))
    if missing := [c for c in codes if c not in partitions]:
        known = ", ".join(sorted(partitions)[:20]) or "none"
        raise NotFound(f"{dataset}: it has no county {', '.join(missing)}; it has {known}")
    return codes
