"""Looks up the areas that an address states: inside the ones before them, and where they are not there, in the county."""

from collections.abc import Sequence

from geoservice.addresses.area_hits import COUNTY, VILLAGE, Hit, area_named, hits_in
from geoservice.addresses.area_names import contradicts_kind
from geoservice.addresses.elements import Element, ElementKind, ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer

_MAX_CONTEXTS = 8


def look_up(
    stated: Sequence[tuple[int, Element]], gazetteer: Gazetteer, scope: int, is_china: bool, parts: Sequence[str]
) -> list[list[Hit]]:
    """Return the areas of each stated name; ``parts`` are the names of stated groups, which tell villages apart."""
    contexts: list[int] = [scope]
    hits: list[list[Hit]] = []
    for level, element in stated:
        found = hits_in(element, level, contexts, gazetteer, is_china, scope)
        if hits and not hits[-1]:  # in an area that is not known, a near name is hardly the one that is meant
            found = [hit for hit in found if hit.fault != "typo"]
        is_doubtful = all(hit.fault == "typo" or _is_other_kind(element.text, level, hit, gazetteer) for hit in found)
        if level > COUNTY and is_doubtful:
            wider = sorted({gazetteer.at_level(c, COUNTY) for c in contexts if c >= 0} - set(contexts) - {-1})
            wide = [h for h in hits_in(element, level, wider, gazetteer, is_china, scope) if h.fault != "typo"]
            found = _here_or_elsewhere(element.text, level, found, wide, gazetteer, parts)
        if (
            not found
            and element.row >= 0
            and any((context < 0 or gazetteer.is_inside(element.row, context)) for context in contexts)
        ):
            found.append(Hit(element.row))
        hits.append(found)
        contexts = _outermost({hit.row for hit in found}, gazetteer) or contexts
    return hits


def _is_other_kind(text: str, level: int, hit: Hit, gazetteer: Gazetteer) -> bool:
    return level == VILLAGE and contradicts_kind(text, gazetteer.name(hit.row))


def _here_or_elsewhere(
    text: str, level: int, here: list[Hit], exact: list[Hit], gazetteer: Gazetteer, parts: Sequence[str]
) -> list[Hit]:
    """Return the areas that a name means: those here have a near name or are of another kind, others have the exact name.

    An error hardly ever makes the name of one area that of another one. So the exact name elsewhere in the county counts alone
    if it is unique, of the stated kind, and the near one has no error that people often make. Both count if those here have
    the name but are of another kind, as 芭茅村 and 芭茅社区 in two townships, and if only those here have a stated ``part``.
    """
    exact = [hit for hit in exact if hit.row not in {h.row for h in here}]
    same = [hit for hit in exact if not _is_other_kind(text, level, hit, gazetteer)]
    if any(hit.fault != "typo" for hit in here):
        return [hit._replace(fault="wrong_level") for hit in here] + same if same else here
    has_part = {hit.row: any(gazetteer.rows_named(part, hit.row, 1) for part in parts) for hit in (*here, *exact)}
    is_known_here = any(has_part[hit.row] for hit in here) and not any(has_part[hit.row] for hit in exact)
    if len(exact) == len(same) == 1 and not is_known_here and not any(hit.is_usual for hit in here):
        return exact
    return here + exact


def village_without_suffix(
    address: ParsedAddress, hits: Sequence[Sequence[Hit]], gazetteer: Gazetteer, scope: int
) -> tuple[Element, list[Hit]] | None:
    """Return what reads like a named place but is the name of a village in the stated township or county, as in 永林12组."""
    poi = address.first(ElementKind.POI)
    if poi is None or address.of(ElementKind.COMMUNITY):
        return None
    known = [{hit.row for hit in level_hits} for level_hits in hits if level_hits]
    contexts = _outermost(known[-1], gazetteer) if known else [scope]
    found = [
        hit
        for context in contexts[:_MAX_CONTEXTS]
        if context >= 0 and gazetteer.level[context] > COUNTY
        for hit in area_named(poi.text, VILLAGE, context, gazetteer, True)
        if gazetteer.level[hit.row] - 1 == VILLAGE
    ]
    return (poi, found) if found else None


def _outermost(rows: set[int], gazetteer: Gazetteer) -> list[int]:
    """Return the rows that are in none of the others; rows inside a place follow it."""
    outer: list[int] = []
    for row in sorted(rows):
        if not outer or row >= gazetteer.end[outer[-1]]:
            outer.append(row)
    return outer
