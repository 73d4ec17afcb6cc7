"""The public store: immutable, numbered releases. The serving process opens nothing else."""

from pathlib import Path

from geoservice.release.base import ItemQuery, LayerContent, Manifest, ReleaseContent
from geoservice.release.protocols import ReleaseReader, ReleaseStore

__all__ = [
    "ItemQuery",
    "LayerContent",
    "Manifest",
    "ReleaseContent",
    "ReleaseReader",
    "ReleaseStore",
    "check_served",
    "open_store",
    "prepare_roles",
]


def open_store(
    folder: Path, dsn: str | None, prefix: str, read_only: bool = True, seconds: float | None = None
) -> ReleaseStore:
    """Return the store of releases: numbered folders in ``folder``, or schemas ``<prefix>_release_<n>`` if there is a ``dsn``.

    A read-only store (that of the serving process) creates nothing, not even the folder. A reader's query that takes longer
    than ``seconds`` raises :class:`geoservice.errors.TimedOut`; None is no limit.
    """
    if dsn is None:
        from geoservice.release.folder import FolderStore

        return FolderStore(folder, read_only, seconds)
    from geoservice.release.postgis import PostGISStore

    return PostGISStore(dsn, prefix, read_only, seconds)


def check_served(dsn: str, prefix: str) -> None:
    """Check that there are releases to serve; see :func:`geoservice.release.roles.check_served`."""
    from geoservice.release.roles import check_served as check

    check(dsn, prefix)


def prepare_roles(dsn: str, prefix: str, serving_role: str) -> None:
    """Allow a PostgreSQL role to read releases and nothing else; see :func:`geoservice.release.roles.prepare_roles`."""
    from geoservice.release.roles import prepare_roles as prepare

    prepare(dsn, prefix, serving_role)
