"""Turn restrictions of an extract, from its relations."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from geoservice.network.opl import Relation


class TurnRestriction(NamedTuple):
    """A turn that is forbidden, or the only one allowed, from ways over a node or over ways in their order to ways.

    ``tags`` are those of the relation: which turn, for whom, when. Ways and nodes are OSM ids; either ``via_node`` or
    ``via_ways`` is set.
    """

    tags: Mapping[str, str]
    from_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]


def is_turn_restriction(tags: Mapping[str, str]) -> bool:
    """Return whether a relation is a turn restriction.

    >>> is_turn_restriction({"type": "restriction"}), is_turn_restriction({"type": "restriction:hgv"})
    (True, True)
    """
    return tags.get("type", "").partition(":")[0] == "restriction"


def restriction_of_relation(relation: Relation) -> TurnRestriction | None:
    """Return the turn restriction of a relation, None unless it has ways to come from and go to and one node, or ways, between.

    >>> from geoservice.network.opl import relation_of
    >>> restriction_of_relation(relation_of(b"r7 Ttype=restriction Mw1@from,n2@via,w3@to"))[1:]
    ((1,), 2, (), (3,))
    """

    def members(type_: str, role: str) -> tuple[int, ...]:
        return tuple(m.ref for m in relation.members if (m.type, m.role) == (type_, role))

    from_ways, to_ways, via_nodes, via_ways = members("w", "from"), members("w", "to"), members("n", "via"), members("w", "via")
    if not from_ways or not to_ways or (len(via_nodes), bool(via_ways)) not in {(1, False), (0, True)}:
        return None
    return TurnRestriction(relation.tags, from_ways, via_nodes[0] if via_nodes else None, via_ways, to_ways)


def complete_restrictions(
    relations: Iterable[Relation], ways: frozenset[int], nodes: frozenset[int]
) -> tuple[TurnRestriction, ...]:
    """Return the turn restrictions whose members are all streets of the extract, in an order independent of the file's."""
    restrictions = (restriction_of_relation(relation) for relation in relations)
    complete = (
        r
        for r in restrictions
        if r and ways.issuperset((*r.from_ways, *r.via_ways, *r.to_ways)) and (r.via_node is None or r.via_node in nodes)
    )
    return tuple(sorted(complete, key=lambda r: (r.from_ways, r.via_node or 0, r.via_ways, r.to_ways, sorted(r.tags.items()))))
