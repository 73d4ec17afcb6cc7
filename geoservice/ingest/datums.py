"""Datum named by a header, a title or a file name, such as 高德经度, lon_bd09 or GPS坐标."""

import re
import unicodedata

_AXIS = r"(?=[\s_\-]*(?:lon|lng|long|lat|x|y|经|纬|坐标))"
_PATTERNS: dict[str, str] = {
    "gcj02": rf"gcj[\s_\-]*(?:02)?|火星|国测局|(?:高德|腾讯)(?:地图)?|(?<![a-z])(?:amap|autonavi|tencent|(?:gd|mars){_AXIS})",
    "bd09": rf"bd[\s_\-]*09(?:ll)?|百度(?:地图)?|baidu|(?<![a-z])bd{_AXIS}",
    "wgs84": rf"wgs(?:[\s_\-]*(?:19)?84)?|(?<![a-z])gps(?:(?![a-z])|{_AXIS})|天地图|tianditu|cgcs[\s_\-]*2000|2000国家大地"
    r"|(?:国家|大地)2000",
}
"""Names of datums and of Chinese map services that use them; CGCS2000 and WGS 84 differ by too little to matter."""
_ANY = re.compile("|".join(f"({pattern})" for pattern in _PATTERNS.values()))
_SYSTEM = r"坐标系统?(?=.*(?:经|纬|坐标|横|纵|lon|lng|lat|x|y))|坐标(?=.*(?:经|纬|横|纵|lon|lng|lat|x|y))"
_WHOLE = re.compile(rf"(?:{'|'.join(_PATTERNS.values())})\s*(?:{_SYSTEM})?")
_CONVERSION = re.compile(r"转换?|(?<![a-z])to(?![a-z])|2(?=wgs|gcj|bd|gps)|->|→|=>")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def datums_in(text: str) -> tuple[str, ...]:
    """Return the datums that a text names, without repetition: ``wgs84``, ``gcj02`` or ``bd09``.

    If the text describes a conversion, only its target.

    >>> [datums_in(t) for t in ("高德经度", "lng_BD-09", "GPS坐标", "gcj02转wgs84", "gcj02/bd09", "经度")]
    [('gcj02',), ('bd09',), ('wgs84',), ('wgs84',), ('gcj02', 'bd09'), ()]
    """
    folded = _folded(text)
    matches = [(m.end(), tuple(_PATTERNS)[(m.lastindex or 1) - 1]) for m in _ANY.finditer(folded)]
    names = tuple(dict.fromkeys(name for _, name in matches))
    if len(names) > 1 and _CONVERSION.search(folded[matches[-2][0] :]):
        return names[-1:]
    return names


def without_datum(header: str) -> str:
    """Return a header without datum names; 坐标 (coordinates) if nothing else remains.

    >>> [without_datum(h) for h in ("高德经度", "lng_BD09", "百度坐标", "火星坐标系X坐标", "gcj02", "经度(WGS84)", "编号")]
    ['经度', 'lng_', '坐标', 'x坐标', '坐标', '经度()', '编号']
    """
    folded = _folded(header)
    remaining = _WHOLE.sub("", folded)
    if remaining == folded:
        return header
    return remaining if re.search(r"[^\W_]", remaining) else "坐标"
