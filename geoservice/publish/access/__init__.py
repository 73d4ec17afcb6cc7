"""Who may read what, and a record of it: tokens and the audit log, in a small store of their own."""

from geoservice.publish.access.audit import Entry, Head, verify
from geoservice.publish.access.giving import by_release, give
from geoservice.publish.access.store import AccessStore, open_access
from geoservice.publish.access.token import Token, Wanted

__all__ = ["AccessStore", "Entry", "Head", "Token", "Wanted", "by_release", "give", "open_access", "verify"]
