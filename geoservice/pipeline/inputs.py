"""What a study takes of the areas and stations of its project, and what it leaves out, said."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from geoservice.errors import InputError
from geoservice.layer import Label
from geoservice.project import Project
from geoservice.schema import TableName
from geoservice.study import Study

LISTED = 20
"""Stations that a note names at the most."""


class Inputs(NamedTuple):
    """Areas of the study's day, stations that are active, in order of their ids, and what was left out of either."""

    areas: pa.Table
    stations: pa.Table
    notes: tuple[Label, ...]


def read_inputs(project: Project, study: Study) -> Inputs:
    """Read areas and stations; raises :class:`InputError` where none is loaded, none is of the day or none is active."""
    every_area, every_station = _loaded(project, "areas"), _loaded(project, "stations").sort_by("id")
    areas = project.areas(study.as_of)
    stations = every_station.filter(every_station.column("active"))
    if not stations.num_rows:
        raise InputError("stations: none is active, so nobody reaches any; active says which count")
    notes = []
    if left := every_area.num_rows - areas.num_rows:
        day = project.day_of("areas", study.as_of)
        notes.append(Label(zh=f"区域以{day}为准，另有{left}个区域当日无效，未计入。", en=_AREAS.format(day=day, left=left)))
    active = set(stations.column("id").to_pylist())
    if idle := [f"{s['name']} ({s['id']})" for s in every_station.to_pylist() if s["id"] not in active]:
        notes.append(
            Label(zh=f"停用的站点不计入：{listed(idle, '、')}。", en=f"Not active and not counted: {listed(idle, ', ')}.")
        )
    return Inputs(areas, stations, tuple(notes))


_AREAS = "Areas are those of {day}; {left} of those loaded are not valid then and are left out."


def _loaded(project: Project, table: TableName) -> pa.Table:
    rows = project.read(table)
    if rows.num_rows == 0:
        raise InputError(f"{table}: none are loaded; load them with: geoservice import {table} FILE")
    return rows


def listed(names: Sequence[str], comma: str) -> str:
    """Return names in a row, the first of them where they are many.

    >>> listed(["A", "B"], ", "), listed(["A"] * 22, "、")[-5:]
    ('A, B', 'A … 2')
    """
    more = len(names) - LISTED
    return comma.join(names[:LISTED]) + (f" … {more}" if more > 0 else "")
