"""Counties of a region: each measures its register in a folder of its own, and hands over the surface alone."""

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from geoservice.api.project import ProjectFolder
from geoservice.api.stores import settings_for
from geoservice.errors import GeoserviceError
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    from typing import Literal

    from geoservice.schema import TableName

    Import = tuple[TableName | Literal["network"], Path, Mapping[str, Any]]
    """A table or the streets, a file, and the options of the import."""


class CountyJob(NamedTuple):
    """A county's code, name and folder, its imports in their order, and the file of its surface."""

    code: str
    name: str
    home: Path
    imports: "Sequence[Import]"
    surface: Path


def measure_county(job: CountyJob) -> str:
    """Import the files of a county, measure its register, write the surface file and return the key that it is signed with.

    Raises what the imports, :meth:`ProjectFolder.protect` and :meth:`ProjectFolder.export_surface` raise.
    """
    with ProjectFolder(settings_for(job.home)) as project:
        load_all(project, job.imports)
        project.protect()
        return project.export_surface(job.surface).key


def measure_counties(jobs: Sequence[CountyJob], workers: int, progress: Progress = quiet) -> dict[str, str]:
    """Measure counties in ``workers`` processes, and return the key of each by its code.

    Raises what :func:`measure_county` raises of the first county that fails; those that wait are not begun.
    """
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(measure_county, job): job.code for job in jobs}
        progress("measuring counties", 0.0)
        keys: dict[str, str] = {}
        try:
            for done in as_completed(futures):
                keys[futures[done]] = _named(done, futures[done])
                progress("measuring counties", len(keys) / len(jobs))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return keys


def _named(done: Future[str], code: str) -> str:
    """Return a result; its error names the county."""
    try:
        return done.result()
    except GeoserviceError as e:
        raise type(e)(f"county {code}: {e}") from e


def take_surfaces(region: ProjectFolder, jobs: Sequence[CountyJob], keys: Mapping[str, str]) -> None:
    """Trust the key of each county for its own area, and store its surface in the region's project."""
    trusted = region.trusted_keys()
    for job in jobs:
        if keys[job.code] not in trusted:
            region.trust_surface_key(keys[job.code], job.name, [job.code])
        region.import_surface(job.surface)


def load_all(project: ProjectFolder, imports: "Sequence[Import]", progress: Progress = quiet) -> None:
    """Import files in their order; the network with the streets' base map."""
    from geoservice.ingest import Options

    for number, (table, path, options) in enumerate(imports):
        progress("importing", number / len(imports))
        if table == "network":
            project.import_network(path)
        else:
            report = project.load(table, path, Options(**options))
            if report.refusal:
                raise report.refusal
    progress("importing", 1.0)
