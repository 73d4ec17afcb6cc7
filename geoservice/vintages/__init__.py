"""Tables loaded from files, with a record of every load: the common base of the register and the project."""

from geoservice.db.arrow import digest
from geoservice.vintages.base import ImportEvent, Source, Vintage
from geoservice.vintages.store import VintageStore

__all__ = ["ImportEvent", "Source", "Vintage", "VintageStore", "digest"]
