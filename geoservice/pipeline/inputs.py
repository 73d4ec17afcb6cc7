"""The areas and stations of a project that a study uses, and notes on those it leaves out."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from geoservice.errors import InputError
from geoservice.layer import Label
from geoservice.project import Project
from geoservice.schema import TableName
from geoservice.study import Study

MAX_NAMES = 20
"""Maximum of names in a note."""


class Inputs(NamedTuple):
    """Areas of the study's day, active stations in the order of their ids, and notes on those left out."""

    areas: pa.Table
    stations: pa.Table
    notes: tuple[Label, ...]


def read_inputs(project: Project, study: Study) -> Inputs:
    """Return areas and stations; raises :class:`InputError` if none is loaded, none valid on the day or none active."""
    all_areas = _required("areas", project.areas_of(study.code_system))
    all_stations = _required("stations", project.read("stations")).sort_by("id")
    areas = project.areas(study.as_of, study.code_system)
    stations = all_stations.filter(all_stations.column("active"))
    if not stations.num_rows:
        raise InputError("stations: none is active, so nobody can reach any; set active to true for those in operation")
    notes = []
    if omitted := all_areas.num_rows - areas.num_rows:
        day = project.day_of("areas", study.as_of)
        notes.append(
            Label(zh=f"区域以{day}为准，另有{omitted}个区域当日无效，未计入。", en=_AREAS.format(day=day, omitted=omitted))
        )
    active = set(stations.column("id").to_pylist())
    if inactive := [f"{s['name']} ({s['id']})" for s in all_stations.to_pylist() if s["id"] not in active]:
        notes.append(
            Label(
                zh=f"停用的站点不计入：{join_names(inactive, '、')}。",
                en=f"Not active and not counted: {join_names(inactive, ', ')}.",
            )
        )
    return Inputs(areas, stations, tuple(notes))


_AREAS = "Areas are those valid on {day}; {omitted} of the loaded ones are not and are left out."


def _required(table: TableName, rows: pa.Table) -> pa.Table:
    if rows.num_rows == 0:
        raise InputError(f"{table}: none are loaded; load them with: geoservice import {table} FILE")
    return rows


def join_names(names: Sequence[str], separator: str) -> str:
    """Return names joined in a text; beyond ``MAX_NAMES`` only the number of the others.

    >>> join_names(["A", "B"], ", "), join_names(["A"] * 22, "、")[-5:]
    ('A, B', 'A … 2')
    """
    remaining = len(names) - MAX_NAMES
    return separator.join(names[:MAX_NAMES]) + (f" … {remaining}" if remaining > 0 else "")
