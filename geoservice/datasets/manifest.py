"""The manifest of a dataset, written last: the digest and size of each part, and which parts are still to come."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geoservice.datasets.partitions import FILE, partition_folder
from geoservice.datasets.store import Store
from geoservice.errors import InputError, NotFound, UnreadableFile

MANIFEST = "_manifest.json"


class Part(BaseModel):
    """One county's file: its rows, its size in bytes, its SHA-256 and the box of its geometries in degrees.

    ``columns`` are its columns and their types, which the manifest states once for all parts.
    """

    model_config = ConfigDict(frozen=True)
    rows: int = Field(ge=0)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bbox: tuple[float, float, float, float] | None = None
    county: str = Field("", exclude=True)
    columns: dict[str, str] = Field({}, exclude=True)


class DatasetManifest(BaseModel):
    """The parts of a dataset by county; ``pending`` are counties that a writer has not finished yet."""

    model_config = ConfigDict(frozen=True)
    format: Literal[1] = 1
    columns: dict[str, str] = {}
    pending: tuple[str, ...] = ()
    parts: dict[str, Part] = {}


def part_path(name: str, county: str) -> str:
    """Return the path of a county's file in a store."""
    return f"{name}/{partition_folder(county)}/{FILE}"


def find_manifest(store: Store, name: str) -> DatasetManifest | None:
    """Return the manifest of a dataset, None if it has none; raises :class:`UnreadableFile` for a damaged one."""
    path = f"{name}/{MANIFEST}"
    try:
        return DatasetManifest.model_validate_json(store.read(path))
    except NotFound:
        return None
    except ValidationError as e:
        raise UnreadableFile(f"{store.url}/{path}: the manifest is damaged, or of another version of geoservice") from e


def write_manifest(store: Store, name: str, manifest: DatasetManifest) -> None:
    """Write the manifest of a dataset."""
    ordered = manifest.model_copy(update={"parts": dict(sorted(manifest.parts.items()))})
    store.write(f"{name}/{MANIFEST}", (ordered.model_dump_json(indent=1) + "\n").encode())


def check_digest(part: Part, sha256: str, where: str) -> None:
    """Raise :class:`UnreadableFile` with the address of a file whose SHA-256 is not that of its part."""
    if part.sha256 != sha256:
        raise UnreadableFile(f"{where}: its SHA-256 is not that of the manifest: it was changed; write it again")


def check_complete(store: Store, name: str, manifest: DatasetManifest) -> None:
    """Raise :class:`InputError` for a dataset whose writing did not end."""
    if manifest.pending:
        counties = ", ".join(partition_folder(c) for c in manifest.pending[:5])
        more = f" and {len(manifest.pending) - 5} more" if len(manifest.pending) > 5 else ""
        raise InputError(f"{store.url}/{name}: writing did not end: {counties}{more} is missing; write these counties again")
