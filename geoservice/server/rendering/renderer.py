"""Pictures made once and kept: however many ask for one it is drawn once."""

from functools import partial

from geoservice.maps.drawings import Drawing
from geoservice.server.rendering.pool import DrawingPool
from geoservice.server.single_flight import SingleFlight

CACHE_BYTES = 64 * 2**20


class Pictures:
    """The pictures of one worker."""

    def __init__(self, pool: DrawingPool, cache_bytes: int = CACHE_BYTES) -> None:
        self.pool, self.once = pool, SingleFlight(cache_bytes)

    async def get(self, version: str, drawing: Drawing) -> bytes:
        """Return a picture of a release, from memory if it was asked for before; raises as :meth:`DrawingPool.draw` does."""
        return await self.once.get((version, drawing), partial(self.pool.draw, version, drawing))
