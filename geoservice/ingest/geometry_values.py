"""Parsing of geometries: WKB, and text in WKT, EWKT, hexadecimal WKB or GeoJSON; SRIDs are kept.

GEOS recurses into nested geometries and aborts the process when a file nests a hundred thousand; geometries that may be that
deep, and types that GEOS does not support, are parsed by our own readers.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from geoservice.geo import Bools, Objects
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.wkb import from_wkb, kind_of
from geoservice.ingest.wkt import from_wkt

SAFE_BYTES = 1 << 15
"""WKB up to this size nests at most 3 600 levels deep, half of what GEOS was measured to survive."""
_PLAIN = ("POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON")
_OTHER_WKT = (
    r"(?i)CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|MULTICURVE|MULTISURFACE|POLYHEDRALSURFACE|\bTINZ?M?\b|TRIANGLE"
    r"|GEOMETRYCOLLECTION"
)
_SRID = r"(?is)^SRID\s*=\s*(?P<srid>[0-9]{1,9})\s*;\s*(?P<wkt>.*)$"
_HEX = r"^(\\x|0[xX])?[0-9A-Fa-f]{10,}$"
GEOMETRY_TEXT = (
    r"(?i)^\s*(SRID\s*=|\w*(POINT|STRING|POLYGON|CURVE|SURFACE|COLLECTION)\s*Z?M?\s*(\(|EMPTY)|(\\x|0x)?0[01][0-9A-F]{8}|\{)"
)
"""Matches the beginning of a geometry as text."""
_FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, ShapelyError)


class Geometries(NamedTuple):
    """Geometries of a column, shape ``(n,)``, None where missing; masks of the unreadable ones and of those with curves."""

    shapes: Objects
    broken: Bools
    curved: Bools


def parse_wkb(column: Column) -> Geometries:
    """Return the geometries of a column of WKB or EWKB; curves are approximated by straight segments."""
    values = column.to_numpy(zero_copy_only=False)
    kinds = _kinds(column)
    other = ~np.isin(kinds, _PLAIN)
    deep = bools(pc.fill_null(pc.greater(pc.binary_length(column), SAFE_BYTES), False))
    shapes = np.full(len(values), None, object)
    fast = ~(other | deep)
    shapes[fast] = shapely.from_wkb(values[fast], on_invalid="ignore")
    _each(shapes, ~fast, values, from_wkb)
    return Geometries(shapes, _broken(values, shapes), other & (kinds != "GEOMETRYCOLLECTION") & ~shapely.is_missing(shapes))


def _kinds(column: Column) -> Objects:
    """Return the geometry type of each WKB by its first bytes; empty for anything else."""
    heads = pc.binary_slice(column, 0, 5).to_numpy(zero_copy_only=False)
    kind_by_head = {head: kind_of(head or b"") for head in set(heads)}
    return np.array([kind_by_head[head] for head in heads], object)


def parse_text(column: Column) -> Geometries:
    """Return the geometries of a text column; each value may be in another format.

    >>> texts = ["POINT(1 2)", "SRID=4490;POINT(3 4)", "0101000000000000000000F03F0000000000000040", "1,2", None]
    >>> parsed = parse_text(pa.chunked_array([texts]))
    >>> [str(s) for s in parsed.shapes], parsed.broken.tolist(), int(shapely.get_srid(parsed.shapes[1]))
    (['POINT (1 2)', 'POINT (3 4)', 'POINT (1 2)', 'None', 'None'], [False, False, False, True, False], 4490)
    """
    values = column.to_numpy(zero_copy_only=False)
    split = pc.extract_regex(column, _SRID)
    plain = pc.coalesce(pc.struct_field(split, "wkt"), column)
    srids = pc.fill_null(pc.cast(pc.struct_field(split, "srid"), pa.int32()), 0).to_numpy()
    hexadecimal, other = _matches(plain, _HEX), _matches(plain, _OTHER_WKT)
    structure = _matches(plain, r"^\{")
    other &= ~(hexadecimal | structure)
    texts = plain.to_numpy(zero_copy_only=False)
    shapes = np.full(len(values), None, object)
    fast = ~(hexadecimal | other | structure)
    shapes[fast] = shapely.from_wkt(texts[fast], on_invalid="ignore")
    _each(shapes, other, texts, from_wkt)
    _each(shapes, structure, texts, lambda text: shape(json.loads(text)))
    binary = parse_wkb(pa.chunked_array([pa.array([_unhex(t) for t in texts[hexadecimal]], pa.binary())]))
    shapes[hexadecimal] = binary.shapes
    curved = other & ~shapely.is_missing(shapes)
    curved[hexadecimal] = binary.curved
    has_srid = srids > 0
    shapes[has_srid] = shapely.set_srid(shapes[has_srid], srids[has_srid])
    return Geometries(shapes, _broken(values, shapes), curved)


def _matches(text: Column, pattern: str) -> Bools:
    return bools(pc.fill_null(pc.match_substring_regex(text, pattern), False))


def _each(shapes: Objects, mask: Bools, values: Objects, parse: Callable[..., shapely.Geometry]) -> None:
    """Parse the values of ``mask`` one by one into ``shapes``; unreadable ones stay None."""
    for i in np.flatnonzero(mask):
        try:
            shapes[i] = None if values[i] is None else parse(values[i])
        except _FAULTS:
            continue


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("\\x").removeprefix("0x").removeprefix("0X"))
    except ValueError:
        return b""


def _broken(values: Objects, shapes: Objects) -> Bools:
    broken: Bools = np.array([v is not None for v in values], bool) & shapely.is_missing(shapes)
    return broken
