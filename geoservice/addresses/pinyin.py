"""Chinese names in Latin letters, as people type them into a search box."""

from functools import lru_cache
from typing import NamedTuple

from pypinyin import lazy_pinyin
from pypinyin.seg.mmseg import seg


class Pinyin(NamedTuple):
    """The syllables of a name without tones, joined, and their initials; letters and digits of other scripts are kept."""

    full: str
    initials: str


def pinyin(name: str) -> Pinyin:
    """Return a name in pinyin, in lower case and without spaces; phrases decide between readings of a character.

    >>> pinyin("重庆市"), pinyin("A1大道")
    (Pinyin(full='chongqingshi', initials='cqs'), Pinyin(full='a1dadao', initials='a1dd'))
    """
    name = "".join(name.lower().split())
    parts = [part for phrase in seg.cut(name) for part in _syllables(phrase)]
    return Pinyin("".join(full for full, _ in parts), "".join(initial for _, initial in parts))


@lru_cache(1 << 16)
def _syllables(phrase: str) -> tuple[tuple[str, str], ...]:
    """Return each syllable of a phrase with its initial; names of places are made of few phrases."""
    return tuple((text, text if text in phrase else text[:1]) for text in lazy_pinyin(phrase))
