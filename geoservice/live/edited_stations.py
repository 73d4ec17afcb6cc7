"""The stations of a scenario: those of the release with edits applied, which are checked."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.errors import ParameterError
from geoservice.live.edits import NEEDED, StationEdit
from geoservice.schema import TIERS

Row = Mapping[str, Any]
FIELDS = ("name", "lon", "lat", "tier", "services", "capacity", "start_delay_s", "open")


def edited(stations: Sequence[Row], edits: Sequence[StationEdit], services: Sequence[str]) -> tuple[list[Row], list[int]]:
    """Return the stations after edits, and the positions of those edited; new ones follow in the order of the edits.

    A row without ``open`` is of an open station. Raises :class:`ParameterError` for a new station without what it needs, and
    for an unknown tier or service.
    """
    rows = list(stations)
    position = {row["id"]: number for number, row in enumerate(rows)}
    changed = set[int]()
    for edit in edits:
        _check(edit, edit.station in position, services)
        changes = {name: getattr(edit, name) for name in FIELDS if getattr(edit, name) is not None}
        if edit.station not in position:
            position[edit.station] = len(rows)
            rows.append({"id": edit.station, "name": edit.station, "capacity": None, "start_delay_s": 0.0})
        number = position[edit.station]
        rows[number] = {**rows[number], **changes}
        changed.add(number)
    return rows, sorted(changed)


def _check(edit: StationEdit, known: bool, services: Sequence[str]) -> None:
    missing = [] if known else [name for name in NEEDED if getattr(edit, name) is None]
    if missing:
        text = f"station {edit.station!r} is not one of the release, and a new station needs {', '.join(NEEDED)}"
        raise ParameterError(f"{text}; missing: {', '.join(missing)}")
    if (edit.lon is None) != (edit.lat is None):
        raise ParameterError(f"station {edit.station!r}: a position needs both lon and lat")
    if edit.tier is not None and edit.tier not in TIERS:
        raise ParameterError(f"station {edit.station!r}: tier is {edit.tier!r:.60}, allowed are {', '.join(TIERS)}")
    for service in edit.services or ():
        if service not in services:
            raise ParameterError(f"station {edit.station!r}: service is {service!r:.60}, allowed are {', '.join(services)}")
