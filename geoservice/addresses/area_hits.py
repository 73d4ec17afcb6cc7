"""Areas by name inside a place of a gazetteer, exactly or nearly."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from geoservice.addresses.area_names import contradicts_kind
from geoservice.addresses.elements import Element
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.near_names import NearName, base_name
from geoservice.addresses.typing_errors import is_one_edit
from geoservice.addresses.usual_names import is_usual_name

COUNTY, TOWN, VILLAGE = 2, 3, 4
_SHORT = 2
"""Names of so many characters share one with many others: one that is near is less likely to be meant."""
_MANY = 2000
_OF_VILLAGE = ("委会", "民委员会", "村委会", "居委会")
_OF_COMMUNITY = ("居委会", "居民委员会", "村委会", "村民委员会")
_COMMUNITY_ENDINGS = ("村", "社区", "村委会", "居委会", "村民委员会", "社区居委会", "居民委员会", "社区居民委员会")


class Hit(NamedTuple):
    """A place that has a name that is stated, and the fault of the name, if any.

    ``is_usual`` if a typing error is one that people often make.
    """

    row: int
    fault: str | None = None
    is_usual: bool = False

    @property
    def faults(self) -> tuple[str, ...]:
        """The fault as a tuple."""
        return (self.fault,) if self.fault else ()


def hits_in(
    element: Element, level: int, contexts: Sequence[int], gazetteer: Gazetteer, is_china: bool, scope: int
) -> list[Hit]:
    """Return the areas of a stated name inside some places, by near names where none has it exactly."""
    exact = [hit for context in contexts for hit in area_named(element.text, level, context, gazetteer, is_china)]
    if exact:
        return exact
    known = [context for context in contexts if context >= 0]
    if not is_china:
        return [hit for context in known for hit in _near_places(element.text, context, gazetteer)]
    return [hit for context in known for hit in _near_areas(element.text, level, context, gazetteer, scope)]


def area_named(text: str, level: int, within: int, gazetteer: Gazetteer, is_china: bool) -> list[Hit]:
    """Return the areas of a name inside a place; a village is also found without what its name ends in."""
    for name in _variants(text, level) if is_china else (text,):
        named = gazetteer.named(name, within)
        rows = [n for n in named if gazetteer.level[n.row] and (not is_china or abs(gazetteer.level[n.row] - 1 - level) <= 1)]
        exact = [n for n in rows if gazetteer.level[n.row] - 1 == level] or rows
        if len(exact) > 1 and level == VILLAGE and is_china:  # 芭茅村 and 芭茅社区 may both be in a county
            exact = [n for n in exact if not contradicts_kind(text, gazetteer.name(n.row))] or exact
        if exact:
            return [Hit(n.row, "old_name" if n.name_kind == "historic" else None) for n in exact]
    return []


def _variants(text: str, level: int) -> Iterable[str]:
    yield text
    if level == VILLAGE:
        yield from (text + ending for ending in (_OF_VILLAGE if text.endswith("村") else _OF_COMMUNITY))
        base = base_name(text, level)
        yield from (base + ending for ending in ("", *_COMMUNITY_ENDINGS) if base + ending != text)


def _near_areas(text: str, level: int, within: int, gazetteer: Gazetteer, scope: int) -> list[Hit]:
    """Return the areas in China with a near name inside a place; a large place is not searched."""
    if gazetteer.level[within] < min(level, COUNTY + 1):
        return []
    near = gazetteer.near_names.find(text, within, level)
    if len(base_name(text, level)) <= _SHORT and any(n.is_typo for n in near):
        is_parent = level < VILLAGE or gazetteer.level[within] - 1 >= TOWN or (within == scope and near[0].is_usual)
        is_parent = is_parent and (near[0].is_usual or level < VILLAGE or not is_usual_name(text))
        names = gazetteer.official_names(np.array([n.row for n in near], np.int64))
        near = [n for n, name in zip(near, names, strict=True) if is_parent and _is_likely(text, name, level, n.is_usual)]
    return [Hit(n.row, _near_fault(n, level), n.is_usual) for n in near]


def _near_fault(near: NearName, level: int) -> str | None:
    return "typo" if near.is_typo else "other_suffix" if level == TOWN else None


def _is_likely(text: str, name: str, level: int, is_usual: bool) -> bool:
    """Whether a short name that is near is meant.

    A county may not be another one; a town or a village may not be of another kind too, unless the error is a usual one.
    """
    if level == VILLAGE:
        return is_usual or not contradicts_kind(text, name)
    return is_one_edit(text, name) and (level == TOWN or len(text) != len(name))


def _near_places(text: str, within: int, gazetteer: Gazetteer) -> list[Hit]:
    """Return the areas of other countries, of any level, with a near name inside a place."""
    levels = sorted({gazetteer.level[row] - 1 for row in range(within, min(gazetteer.end[within], within + _MANY))} - {-1})
    return [Hit(n.row, "typo" if n.is_typo else None) for lv in levels for n in gazetteer.near_names.find(text, within, lv)]
