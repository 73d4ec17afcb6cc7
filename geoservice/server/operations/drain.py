"""That the service is being stopped, as one worker knows it."""

from pathlib import Path

DRAINING = "draining"
"""File in the workers' common folder that says: the service is being stopped."""


class Drain:
    """Whether the service is being stopped: ``begun`` is what was known at the last :meth:`look`, and costs nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self.begun = folder, False

    def look(self) -> bool:
        """Look whether the service is being stopped."""
        self.begun = self.begun or (self._folder is not None and (self._folder / DRAINING).exists())
        return self.begun
