"""Temporal relations of instants and closed intervals.

Dates are compared as days. Compared with a timestamp, a date is the whole day in UTC, to its last microsecond.
"""

from geoservice.cql2.ast import Literal, Property, Temporal
from geoservice.db import Dialect
from geoservice.release.sql.filters.fragments import Fragment, fill, literal

_RELATIONS = {  # {0} to {1} and {2} to {3}
    "t_after": "{0} > {3}",
    "t_before": "{1} < {2}",
    "t_disjoint": "({1} < {2} OR {0} > {3})",
    "t_intersects": "{1} >= {2} AND {0} <= {3}",
    "t_equals": "{0} = {2} AND {1} = {3}",
    "t_contains": "{0} < {2} AND {1} > {3}",
    "t_during": "{0} > {2} AND {1} < {3}",
    "t_finishes": "{0} > {2} AND {1} = {3}",
    "t_finishedBy": "{0} < {2} AND {1} = {3}",
    "t_starts": "{0} = {2} AND {1} < {3}",
    "t_startedBy": "{0} = {2} AND {1} > {3}",
    "t_meets": "{1} = {2}",
    "t_metBy": "{0} = {3}",
    "t_overlaps": "{0} < {2} AND {1} > {2} AND {1} < {3}",
    "t_overlappedBy": "{0} > {2} AND {0} < {3} AND {1} > {3}",
}
_REST_OF_DAY = "INTERVAL '86399999999 microseconds'"


def relation(dialect: Dialect, node: Temporal) -> Fragment:
    """Return a relation of two intervals; unknown if one of their ends is null."""
    ends = (node.left.start, node.left.end, node.right.start, node.right.end)
    days = all(e is None or e.kind == "date" for e in ends)
    fragments = [_end(dialect, e, days, is_end=i % 2 == 1) for i, e in enumerate(ends)]
    return fill(f"({_RELATIONS[node.op]})", *fragments)


def _end(dialect: Dialect, end: Literal | Property | None, days: bool, is_end: bool) -> Fragment:
    sql_type = dialect.types["date32[day]" if days else "timestamp[us]"]
    if end is None:
        return Fragment(f"CAST('{'' if is_end else '-'}infinity' AS {sql_type})")
    fragment = literal(dialect, end) if isinstance(end, Literal) else Fragment(dialect.quote(end.name))
    if days or end.kind == "timestamp":
        return fragment
    midnight = fill(f"CAST({{0}} AS {sql_type})", fragment)
    return fill(f"({{0}} + {_REST_OF_DAY})", midnight) if is_end else midnight
