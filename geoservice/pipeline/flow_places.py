"""Names and positions of the areas and origins of flows, from the areas of the project or the table of China's divisions."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import shapely

from geoservice.analysis.base import FlowPlace
from geoservice.areas import ancestors, chinese_level, enclosing_codes, significant_digits
from geoservice.divisions import divisions
from geoservice.pipeline.public_places import PublicPlaces

REST = ".rest"
NOWHERE = float("nan")


def flow_places(codes: Iterable[str], table: pa.Table, places: PublicPlaces, *, chinese: bool) -> dict[str, FlowPlace]:
    """Return a place for each code of an area or origin.

    Parameters
    ----------
    codes : iterable of str
        Area codes; ``code.rest`` is what is not listed below an area, any other unknown code is an unknown place.
    table : pyarrow.Table
        The loaded areas.
    places : PublicPlaces
        Their hierarchy and outlines.
    chinese : bool
        Whether codes are Chinese division codes.
    """
    rows = {str(r["code"]): r for r in table.select(["code", "name_zh", "name_en", "level"]).to_pylist()}
    listed = set(codes)
    wide = {significant_digits(c): c for c in listed if chinese and chinese_level(c) == "province"}
    return {code: _place(code, listed, rows, places, wide) for code in sorted(listed)}


def _place(code: str, listed: set[str], rows: Mapping[str, Any], places: PublicPlaces, wide: Mapping[str, str]) -> FlowPlace:
    base = code.removesuffix(REST)
    zh, en, level, lon, lat = _facts(base, rows, places)
    chain = _above(base, places, wide)
    parent = next((c for c in (chain if code != base else chain[1:]) if c in listed), "")
    if code != base:
        zh, en = f"{zh}（未细分）", f"{en}, not specified"
    county = next((c for c in chain if _level(c, places) == "county"), "")
    province = next((c for c in chain if _level(c, places) == "province"), chain[-1])
    return FlowPlace(zh, en, level, lon, lat, parent, county, province)


def _facts(code: str, rows: Mapping[str, Any], places: PublicPlaces) -> tuple[str, str, str, float, float]:
    """Return the names, the level and the position of a place."""
    if code in rows:
        row, outline = rows[code], places.outlines.get(code)
        point = None if outline is None else shapely.point_on_surface(outline)
        position = (NOWHERE, NOWHERE) if point is None else (round(point.x, 5), round(point.y, 5))
        return row["name_zh"], row["name_en"], row["level"], *position
    division = divisions().get(significant_digits(code))
    if division is not None and division.lon is not None and division.lat is not None:
        return division.name, division.name_en, chinese_level(code) or "", division.lon, division.lat
    return "其他地区", "elsewhere", "", NOWHERE, NOWHERE


def _above(code: str, places: PublicPlaces, wide: Mapping[str, str]) -> list[str]:
    """Return a code and those around it, lowest first; a Chinese province as it is written among the origins."""
    chain = ancestors(code, places.parents)
    digits = [significant_digits(code), *enclosing_codes(code)] if wide else []
    return [*chain, *(c for c in (wide.get(d, d if len(d) == 6 else "") for d in digits) if c and c not in chain)]


def _level(code: str, places: PublicPlaces) -> str | None:
    return places.levels.get(code) or chinese_level(code)
