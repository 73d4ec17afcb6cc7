"""Files of answers: GeoJSON or CSV by the ending of the name."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoservice.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

OUTLINES, ROWS, TOURS = (".geojson", ".csv"), (".csv",), (".csv", ".geojson", ".ics")
"""Endings of files of rows with a geometry, of rows without one, and of tours of vans."""


def check_out(path: Path, endings: tuple[str, ...] = OUTLINES) -> None:
    """Raise :class:`InputError` unless a file can have this name."""
    if path.suffix.lower() not in endings:
        allowed = (" or " if len(endings) == 2 else ", ").join(endings)
        raise InputError(f"out: got {path.name!r:.60}, allowed are names that end in {allowed}")


def write_frame(frame: "pd.DataFrame", path: Path) -> None:
    """Write the rows of a frame; in CSV points become the columns ``lon`` and ``lat``, and other shapes are left out."""
    from geoservice.durable import atomic_write

    places: Any = frame if "geometry" in frame else None
    check_out(path, ROWS if places is None else OUTLINES)
    with atomic_write(path) as aside:
        if path.suffix.lower() == ".geojson":
            aside.write_text(places.to_json(drop_id=True, ensure_ascii=False), encoding="utf-8")
            return
        plain = frame if places is None else frame.drop(columns="geometry")
        if places is not None and (places.geometry.geom_type == "Point").all():
            plain = plain.assign(lon=places.geometry.x.to_numpy(), lat=places.geometry.y.to_numpy())
        write_csv(plain, aside)


def write_csv(frame: "pd.DataFrame", path: Path) -> None:
    """Write the columns of a frame as CSV that spreadsheets open, without formulas."""
    from geoservice.spreadsheet import escape_formula

    safe = frame.map(lambda value: escape_formula(value) if isinstance(value, str) else value)
    safe.to_csv(path, index=False, encoding="utf-8-sig")
