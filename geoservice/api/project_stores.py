"""The stores of a project folder: they are opened when they are first needed, and closed together."""

from contextlib import ExitStack, closing
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from geoservice.api.audit import PYTHON
from geoservice.api.stores import project_of, register_of, study_of

if TYPE_CHECKING:
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.settings import Settings
    from geoservice.study import Study


class ProjectStores:
    """The study, the inputs and the register of a project folder.

    Stores are opened when they are first needed and closed at the end of a ``with`` block or by :meth:`close`. Database files
    are open only during a transaction, so commands and servers can use the same folder at the same time.
    """

    def __init__(self, settings: "Settings", channel: str = PYTHON) -> None:
        self.settings, self._channel, self._resources = settings, channel, ExitStack()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.settings.home)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close files and connections; stores that are needed later are opened again."""
        self._resources.close()
        for name in ("_inputs", "_register"):
            self.__dict__.pop(name, None)

    @cached_property
    def _inputs(self) -> "Project":
        return self._resources.enter_context(closing(project_of(self.settings)))

    @cached_property
    def _register(self) -> "Register":
        return self._resources.enter_context(closing(register_of(self.settings)))

    @property
    def study(self) -> "Study":
        """Return the study from study.toml, read anew."""
        return study_of(self.settings)
