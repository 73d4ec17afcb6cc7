"""Headers of longitude and latitude: the best pair of headers that differ in the axis alone."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from geoservice.ingest.header_patterns import term_pattern
from geoservice.ingest.header_text import plain_text, strip_marks
from geoservice.ingest.header_vocabulary import Fields, split_terms, vocabulary

_HAN = re.compile("[\u4e00-\u9fff]")
_GLUED = "(?:gps|geo|wgs|wgs84|gcj|gcj02|bd|bd09|amap|baidu|gaode|point|map|center|centre|coord|loc|pos|addr|intpt|site|hh|q)"
_AROUND_XY = ("(?:coords?|coordinate|point|pos|geo|gps|map)? ?", " ?(?:coords?|coordinate|pos)?")
PART_OF_ANGLE = re.compile(r"(经|纬|lon|lng|lat).*(分|秒|second|sec)\W*$", re.IGNORECASE)
"""Headers of columns that hold only the minutes or the seconds of an angle."""
_SURVEY = {
    "lon": re.compile("横坐标|横轴|东坐标|东向坐标|[(（\\[【]\\s*[东横]\\s*[)）\\]】]|^[东横]$"),
    "lat": re.compile("纵坐标|纵轴|北坐标|北向坐标|[(（\\[【]\\s*[北纵]\\s*[)）\\]】]|^[北纵]$"),
}
"""Names of survey axes, whose X points north: they take precedence over the letters X and Y."""
_XY = re.compile(r"(?<![a-z])[xy](?![a-z])")
_PINYIN = {"lon": "jd|jingdu|dongjing", "lat": "wd|weidu|beiwei"}
_HALVES = {"lon": "[ew]", "lat": "[ns]"}
_FILLER = re.compile(
    r"坐标系?|数值|值|十进制|度|°|(?<![a-z])(?:degrees?|deg|dd|decimal|value|coords?|coordinates?|ddeg)(?![a-z])"
)
Grade = Callable[[str, str, bool], float]
"""Function of column, header and whether the header's name is certain: how well the values fit, from 1 (well) to 0 (not)."""


class Axis(NamedTuple):
    """A header that names an axis: its remaining text, the kind of its name and the name's rank (0 best)."""

    header: str
    context: str
    kind: int
    place: int


def coordinate_pair(
    headers: Sequence[str], fields: Fields, grade: Grade, doubts: dict[str, list[str]] | None = None
) -> dict[str, str]:
    """Return the headers of longitude and latitude; of one axis if ``fields`` has only that one.

    Two headers are a pair if they differ in the axis alone. Pairs of former homes and workplaces are ignored. Otherwise a
    WGS 84 pair ranks before one of unstated datum, then GCJ-02 and BD-09; the home's pair before others; degrees before
    metres. Two pairs of equal rank are a doubt, not a result.

    >>> fields = {"lon": {"names": ["经度"]}, "lat": {"names": ["纬度"]}}
    >>> coordinate_pair(["高德经度", "高德纬度", "GPS经度", "GPS纬度"], fields, lambda _f, _h, _s: 1.0)
    {'lon': 'GPS经度', 'lat': 'GPS纬度'}
    """
    axes = {
        f: [a for h in headers if (a := _axis(f, h, fields)) and (plain_text(h) == f or grade(f, h, True))]
        for f in ("lon", "lat")
        if f in fields
    }
    ranked = sorted(
        ((_rank(pair, grade), pair) for pair in _pairs(axes) if not _has_qualifier("never", pair[0][1].context)),
        key=lambda ranked_pair: ranked_pair[0],
    )
    if not ranked:
        return {}
    best, pair = ranked[0]
    if len(ranked) > 1 and ranked[1][0] == best:
        if doubts is not None:
            for i, (field, _) in enumerate(pair):
                doubts[field] = list(dict.fromkeys(p[i][1].header for rank, p in ranked if rank == best))
        return {}
    return {field: axis.header for field, axis in pair}


def other_axis(field: str, header: str, headers: Sequence[str], fields: Fields) -> str | None:
    """Return the header of the other axis with the same remaining text as ``header``, None unless there is exactly one.

    >>> fields = {"lon": {"names": ["经度"]}, "lat": {"names": ["纬度"]}}
    >>> other_axis("lon", "百度经度", ["纬度", "百度纬度"], fields)
    '百度纬度'
    """
    reference, other = _axis(field, header, fields), "lat" if field == "lon" else "lon"
    matches = [h for h in headers if reference and (axis := _axis(other, h, fields)) and axis.context == reference.context]
    return matches[0] if len(matches) == 1 else None


Pair = tuple[tuple[str, Axis], ...]


def _pairs(axes: dict[str, list[Axis]]) -> Iterable[Pair]:
    """Return pairs of axes with the same remaining text; if only one axis is looked for, the axes without any."""
    if len(axes) < 2:
        return [((f, a),) for f, candidates in axes.items() for a in candidates]
    pairs: list[Pair] = [(("lon", x), ("lat", y)) for x in axes["lon"] for y in axes["lat"] if x.context == y.context]
    if pairs:
        return pairs
    plain = {f: [a for a in candidates if not a.context] for f, candidates in axes.items()}
    if all(plain.values()):
        return [(("lon", x), ("lat", y)) for x in plain["lon"] for y in plain["lat"]]
    return [((f, a),) for f, candidates in plain.items() for a in candidates if a.kind == 0]


def _rank(pair: Pair, grade: Grade) -> tuple[Any, ...]:
    axes = [a for _, a in pair]
    context = axes[0].context
    datum = 0 if _has_qualifier("original", context) else 2 if _has_qualifier("shifted", context) else 1
    filled = min(grade(f, a.header, True) for f, a in pair)
    return (
        -filled,
        datum,
        not _has_qualifier("home", context),
        max(a.kind for a in axes),
        bool(context) and datum == 1,
        sum(a.place for a in axes),
    )


@lru_cache(maxsize=4)
def _pattern(qualifier: str) -> re.Pattern[str]:
    return term_pattern(vocabulary()["coordinate_words"][qualifier])


def _has_qualifier(qualifier: str, context: str) -> bool:
    return bool(_pattern(qualifier).search(context))


def _axis(field: str, header: str, fields: Fields) -> Axis | None:
    """Return the axis that a header names; None if it names none, or the other one as well, as 经纬度 does."""
    text = plain_text(strip_marks(header))
    if PART_OF_ANGLE.search(header) or _survey_axis(header) not in {"", field}:
        return None
    matches = _matching_patterns(field, text, fields)
    other_matches = _matching_patterns("lat" if field == "lon" else "lon", text, fields)
    if "经纬" in text or (other_matches and not _survey_axis(header) and (not matches or other_matches[0][0] <= matches[0][0])):
        return None
    if _survey_axis(header):
        return Axis(header, "".join(_FILLER.sub(" ", _SURVEY[field].sub(" ", _XY.sub(" ", text))).split()), 1, len(matches))
    if not matches:
        return None
    kind, place, _ = matches[0]
    remaining_text = text
    for _, _, pattern in matches:
        remaining_text = pattern.sub(" ", remaining_text)
    remaining_text = _FILLER.sub(" ", re.sub(rf"(?<![a-z]){_HALVES[field]}(?![a-z])", " ", remaining_text))
    return Axis(header, "".join(remaining_text.split()), kind, place)


def _survey_axis(header: str) -> str:
    """Return the axis that a survey term names; empty if it names none or both."""
    axes = [axis for axis, pattern in _SURVEY.items() if pattern.search(header.strip())]
    return axes[0] if len(axes) == 1 else ""


def _matching_patterns(field: str, text: str, fields: Fields) -> list[tuple[int, int, re.Pattern[str]]]:
    """Return the patterns of an axis that match a text, best first."""
    names = tuple(fields[field]["names"]) if field in fields else ()
    return [pattern for pattern in _axis_patterns(field, names) if pattern[2].search(text)]


@lru_cache(maxsize=8)
def _axis_patterns(field: str, names: tuple[str, ...]) -> list[tuple[int, int, re.Pattern[str]]]:
    """Return the patterns of an axis: kind (0 degrees, 1 x and y, 2 easting and northing), rank among the names, regex."""
    kinds = [
        (max(rank - 1, 0), word)
        for rank, text in enumerate([field, *[n for n in names if n != field]])
        for word in split_terms(text)
    ]
    patterns = [(kind, place, re.compile(_word_pattern(word))) for place, (kind, word) in enumerate(kinds)]
    return [*patterns, (1, len(patterns), re.compile(rf"(?<![a-z])(?:{_PINYIN[field]})(?![a-z])"))]


def _word_pattern(word: str) -> str:
    """Return the regular expression that finds the name of an axis within a header."""
    if _HAN.search(word):
        return word
    if word in {"x", "y"}:
        return rf"(?<![a-z]){_AROUND_XY[0]}{word}{_AROUND_XY[1]}(?![a-z])"
    if len(word) == 1:
        return rf"(?<=[a-z] ){word}$|^{word}(?= (?:k|c)oord)"
    return word if len(word) >= 7 else rf"(?<![a-z]){_GLUED}?{word}(?![a-z])"
