"""Files of answers: GeoJSON or CSV by the ending of the name."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoservice.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

OUTLINES, ROWS = (".geojson", ".csv"), (".csv",)
"""Endings of files of rows with a geometry, and without one."""


def check_out(path: Path, endings: tuple[str, ...] = OUTLINES) -> None:
    """Raise :class:`InputError` unless a file can have this name."""
    if path.suffix.lower() not in endings:
        raise InputError(f"out: got {path.name!r:.60}, allowed are names that end in {' or '.join(endings)}")


def write_frame(frame: "pd.DataFrame", path: Path) -> None:
    """Write the rows of a frame; in CSV points become the columns ``lon`` and ``lat``, and other shapes are left out."""
    from geoservice.durable import atomic_write
    from geoservice.spreadsheet import escape_formula

    places: Any = frame if "geometry" in frame else None
    check_out(path, ROWS if places is None else OUTLINES)
    with atomic_write(path) as aside:
        if path.suffix.lower() == ".geojson":
            aside.write_text(places.to_json(drop_id=True, ensure_ascii=False), encoding="utf-8")
            return
        plain = frame if places is None else frame.drop(columns="geometry")
        if places is not None and (places.geometry.geom_type == "Point").all():
            plain = plain.assign(lon=places.geometry.x.to_numpy(), lat=places.geometry.y.to_numpy())
        safe = plain.map(lambda value: escape_formula(value) if isinstance(value, str) else value)
        safe.to_csv(aside, index=False, encoding="utf-8-sig")
