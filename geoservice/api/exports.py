"""What of a release may be handed out: an older one is limited to what its readers may see now, as the service limits it."""

from contextlib import ExitStack, closing
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.api.audit import audit_action
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    from geoservice.release.protocols import ReleaseReader, ReleaseStore
    from geoservice.settings import Settings
    from geoservice.static_site import StaticCopy


def limited_reader(store: "ReleaseStore", reader: "ReleaseReader") -> "ReleaseReader":
    """Return a reader whose manifest has the layers that may still be read, with the stricter of their two roles.

    It shares files and connections with ``reader``, which is the one to close; raises :class:`Unavailable` if the store has no
    current release.
    """
    from geoservice.server.principal import limited_to_current

    with closing(store.open()) as current:
        layers = limited_to_current(reader.manifest.layers, current.manifest.layers)
    limited = copy(reader)
    limited.manifest = reader.manifest.model_copy(update={"layers": layers})
    return limited


def export_folder(
    store: "ReleaseStore | None", reader: "ReleaseReader", folder: Path, role: str, url: str | None, *,
    replace: bool, settings: "Settings | None", channel: str, progress: Progress = quiet,
) -> "StaticCopy":  # fmt: skip
    """Write a release as a folder for a web server; a copy with layers that are not public is in the project's audit log.

    Parameters
    ----------
    store
        The store of the release, whose current release says what may be read; None for the folder of one release alone.
    reader, folder, role, url, replace
        As of :func:`geoservice.static_site.export_static`, with its errors.
    settings, channel
        The project that has the audit log, None without one, and the channel in it.
    progress
        As of that function.
    """
    from geoservice.static_site import export_static

    limited = reader if store is None else limited_reader(store, reader)
    with ExitStack() as stack:
        if role != "public" and settings is not None:
            stack.enter_context(audit_action(settings, "export", f"static release={reader.number} role={role}", channel))
        return export_static(limited, folder, role=role, url=url, replace=replace, progress=progress)
