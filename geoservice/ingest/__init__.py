"""Import of files and data frames: read in a child process, map columns, check values, write the whole table or nothing."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoservice.ingest.dataset import import_dataset
    from geoservice.ingest.load import import_file, import_frame
    from geoservice.ingest.report import Options, Reject, Report

__all__ = ["Options", "Reject", "Report", "import_dataset", "import_file", "import_frame"]
_MODULES = {"import_dataset": "dataset", "import_file": "load", "import_frame": "load"}


def __getattr__(name: str) -> Any:
    """Import on first use, since the reader process is a module of this package and must start fast."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"geoservice.ingest.{_MODULES.get(name, 'report')}"), name)
