"""Chinese names in Latin letters, as people type them into a search box."""

from typing import NamedTuple

from pypinyin import lazy_pinyin


class Pinyin(NamedTuple):
    """The syllables of a name without tones, joined, and their initials; letters and digits of other scripts are kept."""

    full: str
    initials: str


def pinyin(name: str) -> Pinyin:
    """Return a name in pinyin, in lower case and without spaces; phrases decide between readings of a character.

    >>> pinyin("重庆市"), pinyin("A1大道")
    (Pinyin(full='chongqingshi', initials='cqs'), Pinyin(full='a1dadao', initials='a1dd'))
    """
    full, initials = [], []
    for part in lazy_pinyin(name.lower()):
        text = "".join(part.split())
        full.append(text)
        initials.append(text[:1] if text not in name.lower() else text)
    return Pinyin("".join(full), "".join(initials))
