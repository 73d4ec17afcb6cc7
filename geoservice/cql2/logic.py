"""AND, OR and NOT, with what is known beforehand worked out."""

from collections.abc import Sequence

from geoservice.cql2.ast import Literal, Logic, Node, Not

TRUE, FALSE = Literal(True, "boolean"), Literal(False, "boolean")


def all_of(parts: Sequence[Node]) -> Node:
    """Return what is true where all parts are; of none, true."""
    return _joined("and", parts, TRUE, FALSE)


def any_of(parts: Sequence[Node]) -> Node:
    """Return what is true where any part is; of none, false."""
    return _joined("or", parts, FALSE, TRUE)


def opposite(part: Node) -> Node:
    """Return what is true where the part is false."""
    if part in {TRUE, FALSE}:
        return FALSE if part == TRUE else TRUE
    return part.part if isinstance(part, Not) else Not(part)


def _joined(op: str, parts: Sequence[Node], neutral: Node, decided: Node) -> Node:
    flat: dict[Node, None] = {}
    for part in parts:
        inner = part.parts if isinstance(part, Logic) and part.op == op else (part,)
        flat.update(dict.fromkeys(p for p in inner if p != neutral))
    if decided in flat:
        return decided
    if not flat:
        return neutral
    return next(iter(flat)) if len(flat) == 1 else Logic(op, tuple(flat))
