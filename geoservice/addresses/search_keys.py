"""Names and queries of the place search as they are compared."""

import re
import unicodedata

HAN = re.compile("[\u3400-\u9fff\U00020000-\U0002ffff]")
_SKIPPED = re.compile(r"[\W_]+")
_PINYIN_U = re.compile("[üǖǘǚǜ]")
MOST_CHARACTERS = 64
"""Of a name; the rest is no part of its key, and nothing longer is found."""


def folded(text: str) -> str:
    """Return a text as it is compared: without case, accents, spaces and punctuation.

    >>> folded("Ring-Straße 5"), folded("běi jīng"), folded("大龙山 镇"), folded("Ａ１大道")
    ('ringstrasse5', 'beijing', '大龙山镇', 'a1大道')
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _SKIPPED.sub("", text)


def query_keys(query: str) -> list[str]:
    """Return what a query may be the beginning of; pinyin writes ``v`` for ``ü``.

    >>> query_keys("Lǚ"), query_keys("Nürnberg"), query_keys(" ?")
    (['lu', 'lv'], ['nurnberg', 'nvrnberg'], [])
    """
    lower = unicodedata.normalize("NFC", query).lower()
    return [key for key in dict.fromkeys((folded(query), folded(_PINYIN_U.sub("v", lower)))) if key]
