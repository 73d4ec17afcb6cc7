"""All that stands before the routes, put together from the settings."""

from starlette.types import ASGIApp

from geoservice.publish.access.checks import checks_for
from geoservice.publish.access.door import Door
from geoservice.publish.access.limits import Rates, Sizes
from geoservice.publish.access.recorder import Recorder
from geoservice.publish.access.store import open_access
from geoservice.settings import Settings


def entrance(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Wrap the routes: sizes first, then who asks and how often. Nothing is opened before the first token comes."""
    dsn = settings.publish_dsn.get_secret_value() if settings.publish_dsn else None
    store = open_access(settings.home, dsn, settings.schema_prefix, owner=False)
    door = Door(app, checks_for(settings, store), Rates(settings), Recorder(store))
    return Sizes(door, settings.body_bytes)
