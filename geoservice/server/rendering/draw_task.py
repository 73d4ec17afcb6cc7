"""A drawing as a task of a pool of processes."""

from dataclasses import dataclass

from geoservice.maps.drawings import Drawing
from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState


@dataclass(frozen=True)
class DrawTask:
    """Draws a picture; its cost is in pixels."""

    drawing: Drawing

    @property
    def cost(self) -> int:
        """Approximate number of pixels."""
        return self.drawing.pixels

    def run(self, reader: ReleaseReader, _state: ReleaseState) -> bytes:
        """Return the picture as a PNG file; raises the errors of the drawing."""
        return self.drawing.draw(reader)
