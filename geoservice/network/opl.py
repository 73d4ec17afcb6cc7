"""Objects as lines of OPL, a text format of OpenStreetMap data (https://osmcode.org/opl-file-format/)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_ESCAPED = re.compile("%([0-9a-f]+)%")


class Member(NamedTuple):
    """A member of a relation; ``type`` is n, w or r."""

    type: str
    ref: int
    role: str


class Relation(NamedTuple):
    """A relation."""

    id: int
    tags: dict[str, str]
    members: tuple[Member, ...]

    def ways(self) -> dict[int, str]:
        """Return the role of each way among the members."""
        return {member.ref: member.role for member in self.members if member.type == "w"}


def plain(text: str) -> str:
    """Return a text without the escapes of OPL.

    >>> plain("Main%20%Street")
    'Main Street'
    """
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def tag_pairs(field: bytes) -> list[str]:
    """Return the tags of a line's field as ``key=value``, with escapes.

    >>> tag_pairs(b"Thighway=path,foot=yes"), tag_pairs(b"T")
    (['highway=path', 'foot=yes'], [])
    """
    return field[1:].decode().split(",") if len(field) > 1 else []


def tags_of(pairs: Sequence[str]) -> dict[str, str]:
    """Return tags by key.

    >>> tags_of(["name=Main%20%Street", "highway=path"])
    {'name': 'Main Street', 'highway': 'path'}
    """
    return {plain(key): plain(value) for key, _, value in (pair.partition("=") for pair in pairs)}


def relation_of(line: bytes) -> Relation:
    """Return the relation of a line.

    >>> relation_of(b"r7 Ttype=restriction Mw1@from")
    Relation(id=7, tags={'type': 'restriction'}, members=(Member(type='w', ref=1, role='from'),))
    """
    number, tags, members = line.decode().rstrip("\n").split(" ")
    parts = (text.partition("@") for text in members[1:].split(",") if text)
    return Relation(
        int(number[1:]), tags_of(tag_pairs(tags.encode())), tuple(Member(m[0], int(m[1:]), plain(role)) for m, _, role in parts)
    )
