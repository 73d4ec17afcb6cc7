"""The operators of CQL2 by the name that JSON gives them."""

COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")
SPATIAL = {  # with the relation that holds the other way round
    "s_intersects": "s_intersects",
    "s_equals": "s_equals",
    "s_disjoint": "s_disjoint",
    "s_touches": "s_touches",
    "s_overlaps": "s_overlaps",
    "s_crosses": "s_crosses",
    "s_within": "s_contains",
    "s_contains": "s_within",
}
TEMPORAL = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects")
OF_INTERVALS = (
    "t_contains",
    "t_during",
    "t_finishedBy",
    "t_finishes",
    "t_meets",
    "t_metBy",
    "t_overlappedBy",
    "t_overlaps",
    "t_startedBy",
    "t_starts",
)
ARRAYS = ("a_equals", "a_contains", "a_containedBy", "a_overlaps")
PREDICATES = ("and", "or", "not", "like", "between", "in", "isNull", *COMPARISONS, *SPATIAL, *TEMPORAL, *OF_INTERVALS, *ARRAYS)
SCALARS = (*ARITHMETIC, "casei", "accenti")
BY_LOWER = {name.lower(): name for name in (*PREDICATES, *SCALARS)}
