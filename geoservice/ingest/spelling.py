"""Alternative spellings of Chinese words in the vocabulary: traditional characters, pinyin and initials."""

import re

from geoservice.ingest.header_vocabulary import vocabulary

_SPELLING = vocabulary()["spelling"]
SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _SPELLING["traditional"].split()}
"""Traditional -> simplified character, for ``str.translate``."""
PINYIN = {ord(c): sound for sound, chars in re.findall(r"([a-z]+)([^a-z\s]+)", _SPELLING["pinyin"]) for c in chars}
"""Character -> its pinyin without tones."""
INITIALS = {c: sound[0] for c, sound in PINYIN.items()}
"""Character -> the first letter of its pinyin, as in XZQDM."""
