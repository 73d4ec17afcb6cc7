"""All that stands before the routes, put together from the settings."""

from starlette.types import ASGIApp

from geoservice.server.access.audit_writer import AuditWriter
from geoservice.server.access.auth_middleware import AuthMiddleware
from geoservice.server.access.authenticators import checks_for
from geoservice.server.access.rate_limits import RateLimits, SizeLimits
from geoservice.server.access.store import AccessStore, open_access
from geoservice.server.access.tokens import Tokens
from geoservice.server.operations.metrics import Metrics
from geoservice.settings import Settings


def access_store(settings: Settings) -> AccessStore:
    """Return the access store of a server. Nothing is opened before the first token comes."""
    dsn = settings.serve_dsn.get_secret_value() if settings.serve_dsn else None
    return open_access(settings.home, dsn, settings.schema_prefix, owner=False)


def entrance(app: ASGIApp, settings: Settings, metrics: Metrics, store: AccessStore, tokens: Tokens) -> ASGIApp:
    """Wrap the routes: sizes first, then who asks and how often."""
    recorder = AuditWriter(store)
    metrics.count("audit_rows", "Entries of the audit log written", lambda: recorder.written)
    door = AuthMiddleware(app, checks_for(settings, tokens), RateLimits(settings), recorder)
    return SizeLimits(door, settings.body_bytes)
