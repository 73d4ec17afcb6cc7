"""geoservice: maps of access to public services, from registers that stay private."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoservice.api.project import ProjectFolder, open_project
    from geoservice.api.release import Release, open_release

__version__ = "0.1.0"
__all__ = ["ProjectFolder", "Release", "open_project", "open_release"]
_MODULES = {"ProjectFolder": "project", "open_project": "project", "Release": "release", "open_release": "release"}


def __getattr__(name: str) -> object:
    """Import a name on first use, so that a process that needs one part does not load the others."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.api.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the names for tab completion."""
    return sorted({*globals(), *__all__})
