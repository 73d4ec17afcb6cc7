"""Tables that are loaded from files, with the record of every load: what the register and the project are made of."""

from geoservice.db.arrow import digest
from geoservice.vintages.base import Source, Vintage
from geoservice.vintages.store import VintageStore

__all__ = ["Source", "Vintage", "VintageStore", "digest"]
