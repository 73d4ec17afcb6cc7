"""Former codes and names of areas, from a table of changes, and further names from a table of aliases."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from geoservice.addresses.area_names import shortest
from geoservice.areas import significant_digits
from geoservice.geocode.area_tree import ALIAS, HISTORIC, AreaTree

REASSIGNED = ("码位改派", "reassigned")
"""Kinds of changes in which a code was given to another area: its former name is not that of the new one."""


class CodeChange(NamedTuple):
    """A change of an area's code or name; ``day`` is the last one of the old code or name."""

    old_code: str | None
    old_name: str | None
    new_code: str | None
    new_name: str | None
    day: date | None
    kind: str | None = None


class AreaAlias(NamedTuple):
    """A further name of an area, which is stated by the path of its names or by its code; ``day`` is its last one."""

    alias: str
    area: str | None
    code: str | None
    day: date | None


def add_changes(tree: AreaTree, changes: Sequence[CodeChange], system: str) -> int:
    """Add former codes and names to the areas of a tree, the latest changes first; return the number without an area.

    An area of the new code must have the new name, today or until a later change. A former name that an area around it or
    beside it has today is not added, since it means that one.
    """
    later: dict[tuple[str, str], int] = {}
    lost = 0
    for change in sorted(changes, key=lambda c: c.day or date.min, reverse=True):
        if change.kind in REASSIGNED:
            continue
        area = _area_of(tree, change, system, later)
        if area < 0 or not (change.old_code or change.old_name):
            lost += 1
            continue
        if change.old_code and change.old_name:
            later.setdefault((significant_digits(change.old_code), change.old_name), area)
        _add_former(tree, area, change, system)
    return lost


def _area_of(tree: AreaTree, change: CodeChange, system: str, later: dict[tuple[str, str], int]) -> int:
    if not change.new_name:
        return -1
    if change.new_code:
        area = tree.coded(system, change.new_code)
        if area >= 0 and _is_named(tree, area, change.new_name):
            return area
        if (area := later.get((significant_digits(change.new_code), change.new_name), -1)) >= 0:
            return area
        siblings = (tree.children(parent).get(change.new_name, -1) for parent in tree.enclosing(system, change.new_code))
        return next((a for a in siblings if a >= 0), -1)
    areas = tree.named(change.new_name)
    return areas[0] if len(areas) == 1 else -1


def _is_named(tree: AreaTree, area: int, name: str) -> bool:
    row = tree.rows[area]
    return shortest(row.name, row.level) == shortest(name, row.level)


def _add_former(tree: AreaTree, area: int, change: CodeChange, system: str) -> None:
    if change.old_code and tree.coded(system, change.old_code) != area:
        tree.add_code(change.old_code, system, area, change.day)
    name = change.old_name
    if not name or name == tree.rows[area].name or any(tree.rows[a].name == name for a in tree.above(area)):
        return
    if tree.children(tree.parent[area]).get(name, area) == area:
        tree.names.append((area, name, HISTORIC))


def add_aliases(tree: AreaTree, aliases: Iterable[AreaAlias], system: str) -> int:
    """Add further names to the areas of a tree; return the number of names whose area is unknown or ambiguous."""
    lost = 0
    named: list[tuple[int, str, int]] = []
    for alias in aliases:
        areas = tree.named(alias.area) if alias.area else [a for a in [tree.coded(system, alias.code or "")] if a >= 0]
        if len(areas) > 1 and alias.code:
            areas = [a for a in areas if a == tree.coded(system, alias.code)]
        if len(areas) == 1:
            named.append((areas[0], alias.alias, ALIAS if alias.day is None else HISTORIC))
        else:
            lost += 1
    tree.names.extend(named)
    return lost
