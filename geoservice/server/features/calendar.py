"""A timetable layer as iCalendar, for calendar programs and portals."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import shapely

from geoservice.errors import ParameterError
from geoservice.icalendar import COLUMNS, calendar_text, stop_events
from geoservice.labels import service_label
from geoservice.release.base import PublishedLayer
from geoservice.server.features.writers import Content, shapes_of

NEEDED = (*(name for name in COLUMNS if name != "unit"), "service")


def is_timetable(layer: PublishedLayer) -> bool:
    """Return whether a layer has the columns of a timetable."""
    return set(NEEDED) <= {column.name for column in layer.columns}


def write_calendar(path: Path, content: Content) -> None:
    """Write an event for each stop that is visited.

    Raises :class:`ParameterError` if the request leaves out properties that a calendar needs.
    """
    if missing := [name for name in ("unit", *NEEDED) if name not in content.schema.names]:
        raise ParameterError(f"f=ics needs the property {missing[0]}; leave the parameter properties out")
    rows = list(_rows(content))
    services = {row["service"]: service_label(row["service"], content.study) for row in rows}
    events = [
        event
        for service, label in services.items()
        for event in stop_events(
            [row for row in rows if row["service"] == service],
            getattr(label, content.language),
            str(content.study["id"]),
            content.language,
        )
    ]
    text = calendar_text(content.about["title"], events, date.fromisoformat(content.created[:10]))
    path.write_bytes(text.encode())


def _rows(content: Content) -> Iterator[dict[str, Any]]:
    for table in content.batches:
        has_shapes = "geometry" in table.column_names
        points = shapely.point_on_surface(shapes_of(table)) if has_shapes else [None] * table.num_rows
        for row, point in zip(table.select(["unit", *NEEDED]).to_pylist(), points, strict=True):
            lon, lat = (None, None) if point is None else (float(shapely.get_x(point)), float(shapely.get_y(point)))
            yield {**row, "lon": lon, "lat": lat}
