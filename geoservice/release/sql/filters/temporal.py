"""Relations of instants and intervals, both ends within.

Dates are compared as days. Beside a time, a date is the whole day in UTC, to its last microsecond.
"""

from geoservice.cql2.ast import Literal, Property, Temporal
from geoservice.db import Dialect
from geoservice.release.sql.filters.fragments import Fragment, literal, put

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
    """Return a relation of two intervals; unknown where an end of theirs is null."""
    ends = (node.left.start, node.left.end, node.right.start, node.right.end)
    days = all(e is None or e.kind == "date" for e in ends)
    pieces = [_end(dialect, e, days, late=i % 2 == 1) for i, e in enumerate(ends)]
    return put(f"({_RELATIONS[node.op]})", *pieces)


def _end(dialect: Dialect, end: Literal | Property | None, days: bool, late: bool) -> Fragment:
    wanted = dialect.types["date32[day]" if days else "timestamp[us]"]
    if end is None:
        return Fragment(f"CAST('{'' if late else '-'}infinity' AS {wanted})")
    piece = literal(dialect, end) if isinstance(end, Literal) else Fragment(dialect.quote(end.name))
    if days or end.kind == "timestamp":
        return piece
    midnight = put(f"CAST({{0}} AS {wanted})", piece)
    return put(f"({{0}} + {_REST_OF_DAY})", midnight) if late else midnight
