"""Errors of one character between two names: whether there is one, and whether it is one that people often make."""

from functools import lru_cache

from pypinyin import Style, pinyin

from geoservice.addresses.look_alikes import look_alike

_CONTRASTS = frozenset("0123456789一二三四五六七八九十百东西南北中上下前后内外大小新老左右甲乙丙丁")
"""Characters that tell neighbours apart: one for another of these is another place, not a typing error."""


def is_one_edit(one: str, other: str) -> bool:
    """Whether one character less, more or other, or two neighbours exchanged, makes one text the other.

    Characters that tell neighbouring places apart, such as numerals, count as different places.

    >>> is_one_edit("永林", "水林"), is_one_edit("大龙", "大龙山"), is_one_edit("东风", "西风"), is_one_edit("一村", "村")
    (True, True, False, False)
    """
    if len(one) > len(other):
        one, other = other, one
    start = _first_difference(one, other)
    if len(one) < len(other):
        return one[start:] == other[start + 1 :] and (other[start] not in _CONTRASTS or _is_twice(other, start))
    if one[start + 1 :] == other[start + 1 :]:
        return start < len(one) and not (one[start] in _CONTRASTS and other[start] in _CONTRASTS)
    return one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]


def is_usual_error(one: str, other: str) -> bool:
    """Whether a difference of one edit is one that people often make.

    That is a character of the same sound or of nearly the same shape, two neighbours exchanged, or one typed twice.

    >>> [is_usual_error("永林", other) for other in ("咏林", "水林", "林永", "永永林", "永安")]
    [True, True, True, True, False]
    """
    if len(one) > len(other):
        one, other = other, one
    start = _first_difference(one, other)
    if len(one) < len(other):
        return _is_twice(other, start)
    if one[start + 1 :] == other[start + 1 :]:
        return start < len(one) and (look_alike(one[start], other[start]) or sound_alike(one[start], other[start]))
    return True


def sound_alike(one: str, other: str) -> bool:
    """Whether two characters have a syllable in common, of whatever tone.

    >>> sound_alike("永", "咏"), sound_alike("林", "永")
    (True, False)
    """
    return not _syllables(one).isdisjoint(_syllables(other))


@lru_cache(1 << 14)
def _syllables(character: str) -> frozenset[str]:
    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def _first_difference(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


def _is_twice(text: str, position: int) -> bool:
    """Whether a character is the same as the one before it."""
    return position > 0 and text[position] == text[position - 1]
