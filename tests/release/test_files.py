"""Files of a release: their sizes and digests are in its manifest, and what is not what was written is named."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import clinics
import pytest
from file_damage import DAMAGE, flipped_in_a_tile

from geoservice.errors import ReleaseError
from geoservice.release.base import FileFault
from geoservice.release.files import EXTRA, MISSING
from geoservice.release.folder import FolderStore

CLINICS, VISITS = "tiles/clinics.pmtiles", "tiles/visits.pmtiles"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    FolderStore(folder, read_only=False).write(clinics.release_content())
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """Return the folder of releases, one's own to damage."""
    shutil.copytree(written, tmp_path / "releases", symlinks=True)
    return tmp_path / "releases"


def faults(folder: Path) -> list[FileFault]:
    return FolderStore(folder, read_only=True).file_faults(1)


def test_the_manifest_has_size_and_sha256_of_every_file(written: Path) -> None:
    files = FolderStore(written, read_only=True).open().manifest.files
    there = [p for p in (written / "1").rglob("*") if p.is_file() and p.name != "manifest.json"]
    read = {str(p.relative_to(written / "1")): p.read_bytes() for p in there}
    expected = {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in read.items()}
    assert {name: (file.bytes, file.sha256) for name, file in files.items()} == expected
    assert set(expected) == {"layers.duckdb", CLINICS, VISITS}


def test_a_whole_release_has_no_faults(written: Path) -> None:
    assert faults(written) == []


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_the_only_one_named(folder: Path, kind: str) -> None:
    DAMAGE[kind](folder / "1" / CLINICS, folder / "1" / VISITS)
    (fault,) = faults(folder)
    assert fault.file == CLINICS
    assert fault.reason


def test_what_is_wrong_is_said(folder: Path) -> None:
    size = (folder / "1" / VISITS).stat().st_size
    (folder / "1" / VISITS).write_bytes(bytes(size - 7))
    flipped_in_a_tile(folder / "1" / CLINICS, folder)
    (folder / "1" / "layers.duckdb").unlink()
    (folder / "1" / "tiles" / "old.pmtiles").touch()
    told = {f.file: f.reason for f in faults(folder)}
    assert told["layers.duckdb"] == MISSING
    assert told[VISITS] == f"the file has {size - 7} bytes, {size} were written"
    assert told[CLINICS].startswith("the file was changed: its SHA-256 is ")
    assert told["tiles/old.pmtiles"] == EXTRA


def test_a_byte_of_the_database_that_no_reader_meets_is_found(folder: Path) -> None:
    path = folder / "1" / "layers.duckdb"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert [f.file for f in faults(folder)] == ["layers.duckdb"]


def test_a_database_of_another_release_is_not_opened(folder: Path, written: Path) -> None:
    store, content = FolderStore(folder, read_only=False), clinics.release_content()
    other = content.manifest.model_copy(update={"study": {"id": "other"}})
    store.write(replace(content, manifest=other))
    shutil.copyfile(written / "1" / "layers.duckdb", folder / "2" / "layers.duckdb")
    with pytest.raises(ReleaseError, match=r"release 2: layers\.duckdb is of another release; publish again"):
        store.open()


def test_a_damaged_manifest_says_so(folder: Path) -> None:
    (folder / "1" / "manifest.json").write_text("{")
    with pytest.raises(ReleaseError, match=r"release 1: its manifest cannot be read; publish again, or: geoservice rollback"):
        faults(folder)
