"""Angles as text to decimal degrees: decimal, or degrees, minutes and seconds, with or without a hemisphere."""

import re
import unicodedata
from typing import Literal, NamedTuple

Axis = Literal["lon", "lat"]
SPELLINGS = "decimal degrees such as 116.95, or degrees, minutes and seconds such as 116°57'00\"E"
_SIGNS = str.maketrans(
    {**dict.fromkeys("º˚゜度", "°"), **dict.fromkeys("′’‘´`ʹ＇分", "'"), **dict.fromkeys("″”“ʺ˝＂秒", '"')}
    | dict.fromkeys("−–—‒", "-")
)
"""Applied before Unicode normalisation, which would turn º into a letter and ″ into two signs."""
_WORDS = {
    "E": r"[东東](?:经|經)?|EAST",
    "W": r"西(?:经|經)?|WEST",
    "N": r"北(?:纬|緯)?|NORTH",
    "S": r"南(?:纬|緯)?|SOUTH",
    "°": r"DEG(?:REES?)?\.?",
    "'": r"MIN(?:UTES?)?\.?",
    '"': r"SEC(?:ONDS?)?\.?|''",
    "LON": r"[经經]°|LONGITUDE|LONG|LNG",
    "LAT": r"[纬緯]°|LATITUDE",
}
_WORD = re.compile("|".join(f"({words})" for words in _WORDS.values()))
_LETTERS = {"d": "°", "m": "'", "s": '"'}
_LETTER = re.compile(r"(?<=\d)\s*([dms])(?![a-z])")
"""Lower-case letters are units, while the capital in ``30d37m44S`` means south."""
_DECIMALS = re.compile(r'"\.(\d+)')
"""Decimals of seconds after the sign: ``44″.4``."""
_MINUTES, _SECONDS = r"(?P<m{0}>\d{{1,2}}(?:[.,]\d+)?)", r"(?P<s{0}>\d{{1,2}}(?:[.,]\d+)?)"
_BODIES = (
    r"(?P<d0>\d{1,3}(?:[.,]\d+)?|[.,]\d+)\s*°?",
    rf"(?P<d1>\d{{1,3}})\s*°\s*{_MINUTES.format(1)}(?:\s*'\s*{_SECONDS.format(1)}\s*\"?|\s*')?",
    rf"(?P<d2>\d{{1,3}})\s*D\s*{_MINUTES.format(2)}\s*M(?:\s*{_SECONDS.format(2)}\s*S)?",
    rf"(?P<d3>\d{{1,3}})(?P<by>\s+|\s*[:-]\s*){_MINUTES.format(3)}(?:(?P=by){_SECONDS.format(3)})?",
)
_ANGLE = re.compile(
    rf"(?P<label>LON|LAT)?\s*[:=]?\s*(?P<before>[NSEW])?\s*[:=]?\s*(?P<sign>[+-])?\s*(?:{'|'.join(_BODIES)})\s*(?P<after>[NSEW])?"
)


class Angle(NamedTuple):
    """Degrees, negative in the west and south, and the axis if the text names it."""

    degrees: float
    axis: Axis | None


def plain_angle(text: str) -> str:
    """Return a text with all signs and words for degrees, minutes, seconds and hemispheres in canonical form.

    >>> plain_angle("东经１１６度５７.5′"), plain_angle("30 deg 37 min South")
    ("E116°57.5'", "30 ° 37 ' S")
    """
    signs = text.translate(_SIGNS)
    folded = signs if signs.isascii() else unicodedata.normalize("NFKC", signs)
    if "d" in folded:
        folded = _LETTER.sub(lambda m: _LETTERS[m[1]], folded)
    names = tuple(_WORDS)
    named = _WORD.sub(lambda m: names[(m.lastindex or 1) - 1], folded.upper()).strip()
    return _DECIMALS.sub(r'.\1"', named) if '"' in named else named


def parse_angle(plain: str, *, bare: bool = True) -> Angle:
    """Return the angle of a text from :func:`plain_angle`.

    Raises :class:`ValueError` with the reason if the text is no angle. Two integers, ``116 57``, are ambiguous, since they may
    be a number with a missing decimal point; ``bare`` accepts a second number with decimals, ``116 57.5``.

    >>> [parse_angle(plain_angle(t)).degrees for t in ("W116.95", "30°30'S", "116 57 00 E", "30d37m48s", "116°57.5′", "-0°30'")]
    [-116.95, -30.5, 116.95, 30.63, 116.95833333333333, -0.5]
    """
    match = _ANGLE.fullmatch(re.sub(r"\(([NSEW])\)", r"\1", plain))
    if match is None:
        raise ValueError("not a coordinate")
    parts = match.groupdict()
    hemisphere = parts["before"] or parts["after"]
    _check_hemisphere(parts)
    degrees, minutes, seconds = (
        next((parts[f"{unit}{i}"].replace(",", ".") for i in numbers if parts[f"{unit}{i}"]), None)
        for unit, numbers in (("d", (0, 1, 2, 3)), ("m", (1, 2, 3)), ("s", (1, 2, 3)))
    )
    if parts["m3"] and not parts["s3"] and not hemisphere and not (bare and "." in str(minutes)):
        raise ValueError("two numbers without units: degrees and minutes, or a missing decimal point")
    if seconds is not None and "." in str(minutes):
        raise ValueError("minutes with decimals are followed by seconds")
    for value, unit in ((minutes, "minutes"), (seconds, "seconds")):
        if float(value or 0) >= 60:
            raise ValueError(f"{unit} must be below 60")
    size = float(degrees or 0) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    axis: Axis | None = "lat" if hemisphere in {"N", "S"} or parts["label"] == "LAT" else None
    axis = "lon" if hemisphere in {"E", "W"} or parts["label"] == "LON" else axis
    return Angle(-size if parts["sign"] == "-" or hemisphere in {"S", "W"} else size, axis)


def looks_like_angle(text: str) -> bool:
    """Whether a text has the form of an angle, with valid values or not."""
    return _ANGLE.fullmatch(plain_angle(text)) is not None


def _check_hemisphere(parts: dict[str, str | None]) -> None:
    """Raise if a text has two hemispheres, a hemisphere and a minus sign, or a hemisphere that contradicts its label."""
    hemisphere = parts["before"] or parts["after"]
    if parts["before"] and parts["after"]:
        raise ValueError("two hemispheres")
    if parts["sign"] == "-" and hemisphere:
        raise ValueError("a minus sign together with a hemisphere")
    if hemisphere and parts["label"] and (parts["label"] == "LON") != (hemisphere in {"E", "W"}):
        raise ValueError("a hemisphere of the other axis")


def to_degrees(text: str, axis: Axis) -> float:
    """Return the degrees of a text in a column of one axis; raises :class:`ValueError` with the reason.

    >>> to_degrees("30.5 N", "lon")
    Traceback (most recent call last):
    ...
    ValueError: a latitude in the column of longitudes
    """
    angle = parse_angle(plain_angle(text.strip().lstrip("'’=")))
    if angle.axis not in {None, axis}:
        raise ValueError(
            "a latitude in the column of longitudes" if axis == "lon" else "a longitude in the column of latitudes"
        )
    return angle.degrees
