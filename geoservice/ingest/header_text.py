"""Normalisation of headers: half-width, lower case, simplified characters, without numbering, marks, units and years."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from geoservice.ingest.header_units import unit_at_end, unit_in_brackets
from geoservice.ingest.spelling import SIMPLIFIED

LONGEST = 120
"""Characters of a header that are compared; longer headers are survey questions with explanations."""
_BRACKETS = re.compile(r"[(\[【{<《]([^()\[\]【】{}<>《》]*)[)\]】}>》]")
_NUMBERING = re.compile(
    r"""^(?:
      [(\[](?:[a-z]?\d{1,3}|[一二三四五六七八九十]{1,3})[)\]][.、,:]?           # (1) （一）
    | (?:[a-z]{0,2}\d{1,3}[a-z]?|[一二三四五六七八九十]{1,3})(?:[、,:)]|\.(?!\d))  # 1. 一、 A01:
    | \d{1,2}(?:\.\d{1,2})+[.、\ ]?                                          # 1.2
    | q\d{1,3}[a-z]?(?![a-z0-9])[._、\ ]*                                      # Q100
    | \d{1,2}(?=[\u4e00-\u9fff])(?!\d*(?:周?岁|年|月|日|级|类|号|人|户|公里|分|天|小时))  # ① is 1 by now
    )\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_MARKS = re.compile(r"^[*★☆●▲■◆※·•@\s\"'“”]+|[*★☆※\s:：?？]+$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z]|[A-Z]+(?![A-Za-z]))|(?<=[A-Z])(?=[A-Z][a-z])")
_GAPS = re.compile(r"[\s_\-~–—./\\:;、,'\"“”‘’?!*&|·•#@=]+")
_HAN_GAPS = re.compile(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")
_POLITE = re.compile(
    r"^(请问|请填写|请输入|请选择|请|您家里?|你家里?|您的|你的|您|贵户|其中)+的?|(有几人|几人|有多少人|多少人|是多少|有多少|是什么|是|为|吗)$"
)
_YEAR = re.compile(r"(?<![0-9])(?:19|20)\d\d(?![0-9])年?(?:末|底)?| (?:19|20)\d\d(?![0-9])")
_SHORT_YEAR = re.compile(r"(?<=[a-z])[012]\d(?=$| |cd$|nm$)")
_WAVE = re.compile(r"^(?:[a-z]{1,2}\d{1,3}[a-z]?|s\d+q\d+[a-z]?) (?=.{2})")
_HAN_HALF, _LATIN_HALF, _BETWEEN = r"([\d\u4e00-\u9fff]*[\u4e00-\u9fff]+\d*)", r"([a-z][a-z _\-]{2,}\d*)", r"[ /_(\-|]+"
_BILINGUAL = re.compile(
    rf"(?:{_HAN_HALF}{_BETWEEN}{_LATIN_HALF}|{_LATIN_HALF}{_BETWEEN}{_HAN_HALF})\)?\s*(\([^()]*\))?", re.IGNORECASE
)
_RESOLUTION = re.compile(r" \d+ ?k?m$")


class HeaderReading(NamedTuple):
    """One way to read a header: its text, the share of the header that it covers (1 for all), and the unit that is stated."""

    text: str
    weight: float
    unit: str = ""


@lru_cache(maxsize=4096)
def plain_text(header: str) -> str:
    """Return a header in lower case, half-width, simplified and without accents, its words separated by single spaces.

    >>> plain_text("GPS_经度"), plain_text("moveInDate"), plain_text("戶 編號"), plain_text("Código")
    ('gps经度', 'move in date', '户编号', 'codigo')
    """
    narrow = unicodedata.normalize("NFKC", header)
    parted = _CAMEL.sub(" ", narrow).lower().translate(SIMPLIFIED)
    bare = "".join(c for c in unicodedata.normalize("NFKD", parted) if not "\u0300" <= c <= "\u036f")
    return _HAN_GAPS.sub("", _GAPS.sub(" ", bare)).strip()[:LONGEST]


@lru_cache(maxsize=4096)
def readings(header: str) -> tuple[HeaderReading, ...]:
    """Return the ways to read a header, the most complete first.

    >>> readings("*3、建筑面积（㎡）")[-1]
    HeaderReading(text='建筑面积', weight=0.96, unit='m2')
    """
    if not any(c.isalpha() for c in header):
        return ()
    best: dict[tuple[str, str], float] = {}
    for text, weight, unit in _all(header):
        if text and weight > best.get((text, unit), 0):
            best[text, unit] = weight
    return tuple(sorted((HeaderReading(text, weight, unit) for (text, unit), weight in best.items()), key=lambda r: -r.weight))


def _all(header: str) -> Iterator[HeaderReading]:
    narrow = unicodedata.normalize("NFKC", header).strip()
    system = 0.85 if narrow.startswith("_") else 1.0  # a column that the survey tool adds
    yield HeaderReading(_flat(narrow), system)
    unmarked_text = strip_marks(narrow)
    parts = [*((part, 0.9) for part in _last_segments(unmarked_text)), *((part, 0.95) for part in _languages(unmarked_text))]
    for text, weight in ((unmarked_text, system), *((part, share * system) for part, share in parts)):
        for reading in _without_brackets(text):
            for shorter, share in _shortened(reading.text):
                yield HeaderReading(shorter, weight * reading.weight * share, reading.unit)


def _flat(text: str) -> str:
    """Return a text without brackets but with their content."""
    return plain_text(re.sub(r"[()\[\]【】{}《》]", " ", text))


def strip_marks(text: str) -> str:
    """Return a text without marks such as * and without question numbers."""
    text = text.replace("#", " number ")
    before = ""
    while text != before:
        before, text = text, _NUMBERING.sub("", _MARKS.sub("", text))
    return text or before


def _last_segments(text: str) -> Iterator[str]:
    """Yield the part after the last / of a form's path, or after the last - or . of a compound name."""
    if "/" in text and unit_at_end(text) is None and not re.search(r"[(（]", text.rpartition("/")[2]):
        yield text.rpartition("/")[2]
    if re.fullmatch(r"[\w\-]+-\w{2,}|\w+(\.\w+)+", text, re.ASCII):
        yield re.split(r"[-.]", text)[-1]


def _languages(text: str) -> list[str]:
    """Return the two halves of a bilingual header, 名称 / Name, each with the unit that follows both."""
    match = _BILINGUAL.fullmatch(_BRACKETS.sub(r"(\1)", text).strip())
    if not match:
        return []
    *halves, unit = match.groups()
    return [half.strip() + (unit or "") for half in halves if half]


def _without_brackets(text: str) -> Iterator[HeaderReading]:
    inner = [i.strip() for i in _BRACKETS.findall(text)]
    yield HeaderReading(_flat(text), 1.0 if not inner else 0.99)
    if inner:
        unit = next((u for i in inner if (u := unit_in_brackets(i))), "")
        yield HeaderReading(plain_text(_BRACKETS.sub(" ", text)), 0.96, unit)
        for i in inner:
            if not unit_in_brackets(i):
                yield HeaderReading(plain_text(i), 0.72)
    if split := unit_at_end(text):
        yield HeaderReading(plain_text(split[0]), 0.95, split[1])


def _shortened(text: str) -> Iterator[tuple[str, float]]:
    """Yield a text, then its shorter forms without polite phrases, years, survey waves and grid resolutions."""
    yield text, 1.0
    for pattern, share in ((_POLITE, 0.98), (_YEAR, 0.94), (_SHORT_YEAR, 0.92), (_WAVE, 0.93), (_RESOLUTION, 0.93)):
        shorter = " ".join(pattern.sub(" ", text).split())
        if shorter != text:
            yield _HAN_GAPS.sub("", shorter), share
            text = shorter
