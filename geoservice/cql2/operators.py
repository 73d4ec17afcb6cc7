"""The names of CQL2's operators, as CQL2 JSON spells them."""

COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")
SPATIAL = {  # with the operator for swapped arguments
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
INTERVAL_RELATIONS = (
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
PREDICATES = (
    "and",
    "or",
    "not",
    "like",
    "between",
    "in",
    "isNull",
    *COMPARISONS,
    *SPATIAL,
    *TEMPORAL,
    *INTERVAL_RELATIONS,
    *ARRAYS,
)
SCALARS = (*ARITHMETIC, "casei", "accenti")
CANONICAL_NAMES = {name.lower(): name for name in (*PREDICATES, *SCALARS)}
