"""AND, OR and NOT of conditions, simplified where a condition is always true or always false."""

from collections.abc import Sequence

from geoservice.cql2.ast import Literal, Logic, Node, Not

TRUE, FALSE = Literal(True, "boolean"), Literal(False, "boolean")


def all_of(parts: Sequence[Node]) -> Node:
    """Return the conjunction of conditions; true if there are none."""
    return _join("and", parts, TRUE, FALSE)


def any_of(parts: Sequence[Node]) -> Node:
    """Return the disjunction of conditions; false if there are none."""
    return _join("or", parts, FALSE, TRUE)


def negate(part: Node) -> Node:
    """Return the negation of a condition."""
    if part in {TRUE, FALSE}:
        return FALSE if part == TRUE else TRUE
    return part.part if isinstance(part, Not) else Not(part)


def _join(op: str, parts: Sequence[Node], neutral: Node, absorbing: Node) -> Node:
    flat: dict[Node, None] = {}
    for part in parts:
        inner = part.parts if isinstance(part, Logic) and part.op == op else (part,)
        flat.update(dict.fromkeys(p for p in inner if p != neutral))
    if absorbing in flat:
        return absorbing
    if not flat:
        return neutral
    return next(iter(flat)) if len(flat) == 1 else Logic(op, tuple(flat))
