"""Access control: tokens and the audit log, in a small store of their own."""

from geoservice.server.access.audit import AuditEntry, AuditHead, verify
from geoservice.server.access.issue import area_containment, issue_token
from geoservice.server.access.store import AccessStore, open_access
from geoservice.server.access.token import Token, TokenRequest

__all__ = [
    "AccessStore",
    "AuditEntry",
    "AuditHead",
    "Token",
    "TokenRequest",
    "area_containment",
    "issue_token",
    "open_access",
    "verify",
]
