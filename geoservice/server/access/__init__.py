"""Who may read what, and a record of it: tokens and the audit log, in a small store of their own."""

from geoservice.server.access.audit import Entry, Head, verify
from geoservice.server.access.giving import by_release, give
from geoservice.server.access.store import AccessStore, open_access
from geoservice.server.access.token import Token, Wanted

__all__ = ["AccessStore", "Entry", "Head", "Token", "Wanted", "by_release", "give", "open_access", "verify"]
