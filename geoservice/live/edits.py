"""Edits of stations in a scenario: a station as it would be, new, moved, changed or closed."""

from pydantic import BaseModel, ConfigDict, Field

from geoservice.live.position import Latitude, Longitude

MAX_EDITS = 200
"""Edits of a scenario."""
MAX_TEXT = 200
NEEDED = ("lon", "lat", "tier", "services")
"""What a new station must state."""


class StationEdit(BaseModel):
    """A station as it would be; what is left out stays as it is.

    An unknown id is a new station, which needs ``lon``, ``lat``, ``tier`` and ``services``. ``capacity`` is in persons,
    ``start_delay_s`` in seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    station: str = Field(min_length=1, max_length=MAX_TEXT)
    name: str | None = Field(None, max_length=MAX_TEXT)
    lon: Longitude | None = None
    lat: Latitude | None = None
    tier: str | None = None
    services: tuple[str, ...] | None = None
    capacity: float | None = Field(None, ge=0, le=1e9)
    start_delay_s: float | None = Field(None, ge=0, le=86_400)
    open: bool = True
