"""Import of a dataset partitioned by county: the files of all or some counties, as one source."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from geoservice.datasets import open_store
from geoservice.datasets.manifest import check_digest
from geoservice.datasets.partitions import partition_folder
from geoservice.datasets.read import PartFile, dataset_files
from geoservice.datasets.store import FolderStore, Store
from geoservice.datasets.urls import is_url, split_url
from geoservice.errors import InputError
from geoservice.ingest.job import Job, file_in_errors
from geoservice.ingest.load import import_source, read_source
from geoservice.ingest.located import AddressLocator
from geoservice.ingest.report import Options, Report
from geoservice.ingest.sandbox import SCRATCH
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.schema import TableName
from geoservice.scratch import scratch_folder
from geoservice.study import Study


def is_dataset(source: str) -> bool:
    """Whether a source is a dataset, a folder or a URL, and not a file."""
    return is_url(source) or Path(source).is_dir()


def import_dataset(
    project: Project,
    table: TableName,
    url: str,
    options: Options,
    study: Study,
    progress: Progress,
    locator: AddressLocator | None = None,
) -> Report:
    """Load a dataset into a public table, as :func:`geoservice.ingest.load.import_file` loads a file.

    Parameters
    ----------
    project, table
        As for a file.
    url
        A folder with partitions such as ``county=340811``, or ``s3://bucket/name``.
    options
        As for a file; ``counties`` are those to load, by default all.
    study, progress, locator
        As for a file.

    Raises
    ------
    InputError
        As for a file; also if writing the dataset did not end, or a part is another one than was written.
    NotFound
        There is no such dataset or county.
    Forbidden, Unavailable
        The store refused the access keys, or cannot be reached.
    """
    if table == "households":
        raise InputError("households: got a dataset; allowed is a file: households are private and stay in the county")
    base, name = split_url(url)
    store = open_store(base)
    with file_in_errors(name), scratch_folder(SCRATCH, project.folder) as scratch:
        progress("read", 0.0)
        files = dataset_files(store, name, options.counties or None)
        folder = Path(scratch) / name
        parts = [_local_file(store, name, file, folder) for file in files]
        job = Job(project, project, table, name, "dataset", options, study, progress, locator)
        return import_source(
            job, source_name(name, options.counties), [_digest(parts)], lambda: read_source(job, folder, "dataset")
        )


def source_name(name: str, counties: Iterable[str]) -> str:
    """Return the name of a source: a selection of counties is a source of its own.

    >>> source_name("stations", ()), source_name("stations", ["340822", "340811"])
    ('stations', 'stations/county=340811,340822')
    """
    codes = ",".join(partition_folder(c).partition("=")[2] for c in sorted(set(counties)))
    return f"{name}/county={codes}" if codes else name


def _local_file(store: Store, name: str, file: PartFile, folder: Path) -> tuple[str, bytes]:
    """Put a file of the dataset where the reader process finds it; return its path in the dataset, and its SHA-256."""
    path = file.path[len(name) + 1 :]
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(store, FolderStore):
        target.symlink_to(store.absolute(file.path))
    else:
        with store.errors(file.path), store.open(file.path) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out)
    with target.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256")
    if file.part is not None:
        check_digest(file.part, sha256.hexdigest(), f"{name}/{path}")
    return path, sha256.digest()


def _digest(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the SHA-256 over the paths and contents of the parts."""
    sha256 = hashlib.sha256()
    for path, digest in parts:
        sha256.update(path.encode() + b"\0" + digest)
    return sha256.digest()
