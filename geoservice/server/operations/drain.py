"""The shutdown state of the service, as seen by one worker."""

from pathlib import Path

DRAINING = "draining"
"""File in the workers' shared folder that exists while the service is being stopped."""


class Drain:
    """Whether the service is being stopped: ``begun`` is the result of the last :meth:`look`, and costs nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self.begun = folder, False

    def look(self) -> bool:
        """Check and return whether the service is being stopped."""
        self.begun = self.begun or (self._folder is not None and (self._folder / DRAINING).exists())
        return self.begun
