"""The gazetteer of a project: where its places come from, and how they are joined."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoservice.geocode.add import AddReport, add_file
    from geoservice.geocode.build import GazetteerReport, add_places, build_gazetteer, open_gazetteer
    from geoservice.geocode.stored_sources import GazetteerSource

__all__ = [
    "AddReport",
    "GazetteerReport",
    "GazetteerSource",
    "add_file",
    "add_places",
    "build_gazetteer",
    "open_gazetteer",
]
_MODULES = {"AddReport": "add", "add_file": "add", "GazetteerSource": "stored_sources"}


def __getattr__(name: str) -> Any:
    """Import on first use: a command that opens a gazetteer needs no readers of files."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"geoservice.geocode.{_MODULES.get(name, 'build')}"), name)
