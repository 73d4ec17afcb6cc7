"""Edits of stations as JSON text, in which they are stored and exported; what is left out stays as it is."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from geoservice.live.edits import StationEdit

_EDITS = TypeAdapter(tuple[StationEdit, ...])


def plain(edits: Iterable[StationEdit]) -> list[dict[str, Any]]:
    """Return edits as JSON values, without what stays as it is.

    >>> plain([StationEdit(station="s1", open=False), StationEdit(station="s2", lon=25, lat=60)])
    [{'station': 's1', 'open': False}, {'station': 's2', 'lon': 25.0, 'lat': 60.0}]
    """
    return [edit.model_dump(mode="json", exclude_defaults=True) for edit in edits]


def text_of(edits: Iterable[StationEdit]) -> str:
    """Return edits as JSON."""
    return _EDITS.dump_json(tuple(edits), exclude_defaults=True).decode()


def edits_of(text: str) -> tuple[StationEdit, ...]:
    """Return the edits in a JSON text of :func:`text_of`.

    >>> edits_of('[{"station": "s1", "capacity": 0}]')[0].capacity
    0.0
    """
    return _EDITS.validate_json(text)
