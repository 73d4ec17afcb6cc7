"""The formats of files in which a layer is sent."""

from collections.abc import Mapping
from types import MappingProxyType

from geoservice.errors import ParameterError
from geoservice.release.base import PublishedLayer
from geoservice.server.features.calendar import is_timetable, write_calendar
from geoservice.server.features.writers import Writer, write_csv, write_flatgeobuf, write_geopackage, write_parquet

WRITERS: Mapping[str, Writer] = MappingProxyType({
    "csv": write_csv, "parquet": write_parquet, "gpkg": write_geopackage, "fgb": write_flatgeobuf, "ics": write_calendar,
})  # fmt: skip
"""Writers by format name, which is also the file suffix."""


def file_formats(layer: PublishedLayer) -> tuple[str, ...]:
    """Return the formats of a layer: all of them for a timetable, for others all but a calendar."""
    return tuple(f for f in WRITERS if f != "ics" or is_timetable(layer))


def check_file_format(layer: PublishedLayer, f: str) -> None:
    """Raise :class:`ParameterError` if a layer has no file of a format."""
    if f not in (formats := file_formats(layer)):
        raise ParameterError(
            f"parameter f: got {f!r}, and the layer {layer.id} is no timetable; allowed are {', '.join(formats)}"
        )
