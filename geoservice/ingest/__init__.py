"""Import of files and data frames: read in a child process, map columns, check values, write the whole table or nothing."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoservice.ingest.load import import_file, import_frame
    from geoservice.ingest.report import Options, Reject, Report

__all__ = ["Options", "Reject", "Report", "import_file", "import_frame"]


def __getattr__(name: str) -> Any:
    """Import on first use, since the reader process is a module of this package and must start fast."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module("geoservice.ingest." + ("load" if name.startswith("import_") else "report")), name)
