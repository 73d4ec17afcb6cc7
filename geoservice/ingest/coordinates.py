"""Coordinates of a table's rows, from two columns of numbers or angles or from one column of pairs."""

import shlex
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from geoservice.errors import InputError, WrongPlace
from geoservice.geo import Bools, Floats
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.coordinate_headers import PART_OF_ANGLE
from geoservice.ingest.coordinate_pairs import (
    ALLOWED,
    Inside,
    Pairs,
    find_order,
    larger_share,
    order_in_header,
    read_pairs,
)
from geoservice.ingest.coordinate_readings import FilePoints, share_inside
from geoservice.ingest.crs import is_degrees
from geoservice.ingest.degrees import SPELLINGS, Axis, to_degrees
from geoservice.ingest.header_names import PAIR_FIELDS, PAIR_ORDERS
from geoservice.ingest.values import Text, normalize_text, numbers


def has_coordinates(cells: ColumnValues) -> bool:
    """Whether a table has coordinate columns."""
    return (cells.has("lon") and cells.has("lat")) or _pair_field(cells) is not None


def _pair_field(cells: ColumnValues) -> str | None:
    return next((f for f in PAIR_FIELDS if cells.has(f)), None)


def read_coordinates(cells: ColumnValues, crs: str, inside: Inside | None, *, private: bool) -> FilePoints:
    """Return the coordinates of a table; unreadable cells are rejected with the reason.

    Parameters
    ----------
    cells
        Columns of the file, coordinate columns among them.
    crs
        CRS to read them in; angles are accepted if its unit is the degree.
    inside
        Share of points inside the loaded areas, None without areas.
    private
        Whether messages must not show values.

    Raises
    ------
    InputError
        Degrees, minutes and seconds are in separate columns.
    WrongPlace
        The order of the pairs in one column is ambiguous.
    """
    if field := _pair_field(cells):
        return _read_pairs(cells, field, crs, inside, private=private)
    _check_parts(cells)
    x, y = (_read_axis(cells, axis, degrees=is_degrees(crs), private=private) for axis in ("lon", "lat"))
    return FilePoints(crs, x, y, cells.mapping)


def _check_parts(cells: ColumnValues) -> None:
    parts = [h for h in cells.raw.columns.column_names if h not in cells.mapping.values() and PART_OF_ANGLE.search(h)]
    if parts:
        raise InputError(
            f"columns {parts}: degrees, minutes and seconds in separate columns are not read; combine them in one cell, such "
            f"as 116°57'00\", or drop these columns: {' '.join(f'--drop {shlex.quote(h)}' for h in parts)}"
        )


def _read_axis(cells: ColumnValues, axis: Axis, *, degrees: bool, private: bool) -> Floats:
    allowed = SPELLINGS if degrees else "a number"
    if degrees:
        values, empty, reasons = angles(cells.column(axis), axis)
    else:
        values, empty, bad = cells.numbers(axis)
        reasons = dict.fromkeys(np.flatnonzero(bad).tolist(), "not a number")
    _refuse(cells, axis, reasons, allowed, private=private)
    cells.reject(empty, axis, "empty", allowed, private=private)
    return values


def angles(column: Text, axis: Axis) -> tuple[Floats, Bools, dict[int, str]]:
    """Return the degrees of a column, a mask of empty cells, and the reason for each cell that is no coordinate.

    A comma is a decimal mark, since degrees have no thousands.

    >>> angles(pa.chunked_array([["116.95", "116,951", "116°57′E", "30°60′", None]]), "lon")[0].tolist()
    [116.95, 116.951, 116.95, nan, nan]
    """
    parsed = numbers(column)
    if not parsed.bad.any() and not np.any(np.abs(parsed.values) >= 1000):
        return parsed.values, parsed.empty, {}
    values, empty, bad = numbers(pc.replace_substring_regex(normalize_text(column), r"^([+-]?\d{1,3}),(\d+)$", r"\1.\2"))
    reasons: dict[int, str] = {}
    for i, cell in zip(np.flatnonzero(bad).tolist(), column.take(pa.array(np.flatnonzero(bad))).to_pylist(), strict=True):
        try:
            values[i] = to_degrees(cell, axis)
        except ValueError as e:
            reasons[i] = str(e)
    return values, empty, reasons


def _refuse(cells: ColumnValues, name: str, reasons: Mapping[int, str], allowed: str, *, private: bool) -> None:
    mask = np.zeros(len(cells), bool)
    mask[list(reasons)] = True
    cells.reject(mask, name, [reasons[i] for i in sorted(reasons)], allowed, private=private)


def _read_pairs(cells: ColumnValues, field: str, crs: str, inside: Inside | None, *, private: bool) -> FilePoints:
    pairs, header = read_pairs(cells.column(field)), cells.mapping[field]
    _refuse(cells, field, pairs.reasons, ALLOWED, private=private)
    cells.reject(pairs.empty, field, "empty", ALLOWED, private=private)
    order = _order(cells, field, pairs, crs, inside)
    lon_first = np.where(pairs.lon_first < 0, order == PAIR_ORDERS[0], pairs.lon_first == 1)
    x, y = np.where(lon_first, pairs.first, pairs.second), np.where(lon_first, pairs.second, pairs.first)
    other_order = (np.abs(y) > 90) & (np.abs(x) <= 90) if is_degrees(crs) else np.zeros(len(x), bool)
    if other_order.sum() <= 0.5 * len(x):
        cells.reject(other_order, field, f"a latitude beyond 90: the other rows are {order}", ALLOWED, private=private)
        x, y = np.where(other_order, np.nan, x), np.where(other_order, np.nan, y)
    return FilePoints(crs, x, y, {order: header} if order else {})


def _order(cells: ColumnValues, field: str, pairs: Pairs, crs: str, inside: Inside | None) -> str:
    """Return the axis order of the pairs whose text does not show it, and note the reason."""
    ambiguous = (pairs.lon_first < 0) & np.isfinite(pairs.first)
    if field in PAIR_ORDERS or not ambiguous.any():
        return field if field in PAIR_ORDERS else ""
    header, first, second = cells.mapping[field], pairs.first[ambiguous], pairs.second[ambiguous]
    if is_degrees(crs):
        order, reason = find_order(first, second, header, inside)
    else:
        shares = share_inside(crs, first, second, inside), share_inside(crs, second, first, inside)
        order, reason = order_in_header(header), "the header says so"
        if not order:
            order, reason = larger_share(*shares), f"in that order they lie in the area of use of {crs}"
    if not order:
        choices = " or ".join(f"--map {shlex.quote(f'{o}={header}')}" for o in PAIR_ORDERS)
        raise WrongPlace(
            f"{cells.rejects.file}, column {header}: the order of longitude and latitude is ambiguous; state it with {choices}"
        )
    other = f"{PAIR_ORDERS[order == PAIR_ORDERS[0]]}={header}"
    cells.notes.append(
        f"column {header}: pairs were read as {order}, because {reason}; use --map {shlex.quote(other)} for the other order"
    )
    return order
