"""The review workbook: addresses that were not found well enough, for those who know them to fix, and its reading.

Each different address is one row, with its candidates and the reason. A row is fixed in one of three ways: the number of a
candidate, a corrected address, or a position.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
import orjson
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from geoservice.addresses.faults import FAULTS, REASONS
from geoservice.addresses.precision import PRECISIONS
from geoservice.durable import atomic_write
from geoservice.errors import BadValues, UnreadableFile
from geoservice.geo import Ints
from geoservice.geocode.results import Results
from geoservice.spreadsheet import text_cell

HEADER = {
    "rows": "行号 rows",
    "address": "地址 address",
    "reason": "原因 reason",
    "found": "现有结果 found",
    **{f"candidate_{n}": f"候选{n} candidate {n}" for n in range(1, 6)},
    "choice": "选择候选（1–5） choice",
    "corrected": "更正地址 corrected address",
    "lon": "经度 longitude",
    "lat": "纬度 latitude",
    "note": "备注 note",
}
"""Columns of the workbook; those from ``choice`` on are empty, to be filled."""
MAX_ROWS_NAMED = 20
NOTES = (
    "每行是一个需要核对的地址。请任选一种方式填写：选择候选编号；填写更正后的完整地址；或填写经纬度。空行不处理。",
    (
        "Each row is an address to check. Fill in one of: the number of a candidate; the whole address as it should be; or a "
        "longitude and latitude. Rows that are left empty are not used."
    ),
    "本表含登记地址，请按登记数据保管，用后删除。 This workbook has addresses of a register: keep it as you keep the register.",
)
_POSITION = re.compile(r"\((-?\d+\.\d+), (-?\d+\.\d+); (\w+)\)$")


class Fix(NamedTuple):
    """How a row was fixed: a position, or another address; ``row`` is that of the workbook, for messages.

    ``precision`` is one of the ladder. ``is_typed``: the position was typed in, perhaps in another datum.
    """

    row: int
    address: str
    corrected: str | None
    lon: float | None
    lat: float | None
    precision: str = ""
    is_typed: bool = False


@dataclass(frozen=True)
class Threshold:
    """What is good enough: a precision of the ladder, and the least score."""

    precision: str = "village"
    score: int = 45

    def needs_review(self, results: Results) -> Ints:
        """Return the rows that are not good enough, or of which several places fit."""
        least = PRECISIONS[self.precision].points
        points = np.array([PRECISIONS[name].points for name in results.column("precision")], np.int64)
        score = np.array(results.column("score"), np.int64)
        is_matched = np.array([status == "matched" for status in results.column("status")], np.bool_)
        return np.flatnonzero((points < least) | (score < self.score) | ~is_matched)


def write_review(path: Path, addresses: Sequence[str], rows: Sequence[int], results: Results, threshold: Threshold) -> int:
    """Write the addresses that need a review, each once, and return their number; without any there is no file.

    Parameters
    ----------
    path : Path
    addresses, rows : sequences, length n
        The addresses, and their rows in the file that they are from.
    results : Results of length n
    threshold : Threshold
    """
    same: dict[str, list[int]] = {}
    for i in threshold.needs_review(results).tolist():
        same.setdefault(addresses[i], []).append(i)
    if not same:
        return 0
    book = Workbook(write_only=True)
    sheet = book.create_sheet("review 核对")
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDEFGHIJKLMN", (10, 44, 30, 30, 34, 34, 20, 20, 20, 10, 44, 12, 12, 20), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.append(list(HEADER.values()))
    for address, members in same.items():
        cells = [_rows_text([rows[i] for i in members]), address, *_found(results.take(np.array(members[:1])))]
        sheet.append([text_cell(sheet, cell) for cell in cells])
    notes = book.create_sheet("说明 notes")
    for note in NOTES:
        notes.append([note])
    with atomic_write(path) as aside:
        aside.touch(mode=0o600)
        book.save(aside)
    return len(same)


def _rows_text(rows: Sequence[int]) -> str:
    more = f" … ({len(rows)})" if len(rows) > MAX_ROWS_NAMED else ""
    return ", ".join(map(str, rows[:MAX_ROWS_NAMED])) + more


def _found(result: Results) -> Iterator[str]:
    """Yield the reason, what was found, and the candidates of one result."""
    row: dict[str, Any] = result.table.to_pylist()[0]
    faults = [f"{FAULTS[code].text_zh} {FAULTS[code].text_en}" for code in row["faults"].split()]
    yield "; ".join([*(" ".join(REASONS[row["reason"]]) for _ in (1,) if row["reason"]), *faults])
    precision = PRECISIONS[row["precision"]]
    yield f"{row['matched'] or ''} [{precision.title_zh} {precision.title_en}, {row['score']}]".strip()
    for candidate in orjson.loads(row["candidates"]):
        if candidate["lon"] is not None:
            position = f"({candidate['lon']:.6f}, {candidate['lat']:.6f}; {candidate['precision']})"
            yield f"{candidate['name']} {position}"
        else:
            yield str(candidate["name"])


def read_review(path: Path) -> list[Fix]:
    """Return the rows of a review workbook that are filled.

    Raises
    ------
    UnreadableFile
        It is no workbook, or lacks columns.
    BadValues
        A row is filled in two ways, or with something that is not allowed; the message names the first one, and how many.
    """
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, InvalidFileException, BadZipFile) as e:
        raise UnreadableFile(f"{path.name}: expected a review workbook (.xlsx) of geoservice geocode") from e
    rows = book.worksheets[0].iter_rows(values_only=True)
    header = [str(value or "") for value in next(rows, ())]
    if missing := [text for text in HEADER.values() if text not in header]:
        raise UnreadableFile(f"{path.name}: the first sheet lacks the columns {', '.join(missing)}")
    place = {name: header.index(text) for name, text in HEADER.items()}
    fixes: list[Fix] = []
    errors: list[str] = []
    for number, values in enumerate(rows, 2):
        cells = {name: _text(values[i] if i < len(values) else None) for name, i in place.items()}
        try:
            fixes.extend(_fix(number, cells))
        except ValueError as e:
            errors.append(f"row {number}, {e}")
    if errors:
        raise BadValues(f"{path.name}: {errors[0]}" + (f"; {len(errors) - 1} more rows are wrong" if len(errors) > 1 else ""))
    return fixes


def _text(value: object) -> str:
    text = "" if value is None else str(value).strip()
    return text.removeprefix("'") if text[:2] in {"'=", "'+", "'-", "'@"} else text


def _fix(row: int, cells: dict[str, str]) -> Iterator[Fix]:
    """Yield how a row is fixed, nothing if it is not filled; raises ValueError that names column, value and what is allowed."""
    ways = [name for name in ("choice", "corrected", "lon", "lat") if cells[name]]
    if not ways:
        return
    if not cells["address"]:
        raise ValueError(f"column {HEADER['address']}: empty, allowed is the address as it was")
    if "choice" in ways:
        if len(ways) > 1:
            raise ValueError("got more than one of candidate, corrected address and position, allowed is one of them")
        yield _chosen(row, cells)
    elif "corrected" in ways:
        if len(ways) > 1:
            raise ValueError("got more than one of candidate, corrected address and position, allowed is one of them")
        yield Fix(row, cells["address"], cells["corrected"], None, None)
    else:
        lon, lat = (_degrees(cells, name, limit) for name, limit in (("lon", 180.0), ("lat", 90.0)))
        yield Fix(row, cells["address"], None, lon, lat, "door", is_typed=True)


def _chosen(row: int, cells: dict[str, str]) -> Fix:
    choice = cells["choice"].removesuffix(".0")
    text = cells.get(f"candidate_{choice}", "")
    position = _POSITION.search(text)
    if not text:
        raise ValueError(f"column {HEADER['choice']}: got {choice!r:.20}, allowed is the number of a candidate in this row")
    if position is None or position[3] not in PRECISIONS:
        raise ValueError(f"column {HEADER['choice']}: candidate {choice} has no position, allowed is one with a position")
    return Fix(row, cells["address"], None, float(position[1]), float(position[2]), position[3])


def _degrees(cells: dict[str, str], name: str, limit: float) -> float:
    try:
        value = float(cells[name])
    except ValueError:
        value = float("nan")
    if not abs(value) <= limit:
        raise ValueError(
            f"column {HEADER[name]}: got {cells[name]!r:.40}, allowed is a number from -{limit:g} to {limit:g} degrees"
        )
    return value
