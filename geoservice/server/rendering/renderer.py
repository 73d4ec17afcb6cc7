"""The cache of rendered pictures, in which concurrent requests for a picture render it once."""

from functools import partial

from geoservice.maps.drawings import Drawing
from geoservice.server.jobs.pool import JobPool
from geoservice.server.rendering.draw_task import DrawTask
from geoservice.server.single_flight import SingleFlight

CACHE_BYTES = 64 * 2**20


class Pictures:
    """The rendered pictures of one worker."""

    def __init__(self, pool: JobPool, cache_bytes: int = CACHE_BYTES) -> None:
        self.pool, self.once = pool, SingleFlight(cache_bytes)

    async def get(self, version: str, drawing: Drawing) -> bytes:
        """Return a picture of a release, cached or rendered; raises as :meth:`JobPool.run` does."""
        return await self.once.get((version, drawing), partial(self.pool.run, version, DrawTask(drawing)))
