"""The tiles of a layer in a folder: never a damaged one, and again once the file is mended."""

import gzip
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from file_damage import DAMAGE, flipped_in_a_tile, mend
from open_files import open_paths

from geoservice.errors import DamagedFile
from geoservice.geo import BBox, Tile
from geoservice.release.files import stored_file
from geoservice.release.pmtiles import write_archive
from geoservice.release.tile_file import TileFile

NAME, NOBODY = "tiles/a.pmtiles", 65534
TILES = [Tile(8, x, y) for x in range(200, 220) for y in range(100, 110)]


def content(layer: str, tile: Tile) -> bytes:
    """Return a tile of bytes that do not compress away."""
    return gzip.compress(random.Random(f"{layer}{tile}").randbytes(200), mtime=0)


def write(path: Path, layer: str) -> None:
    tiles = [(tile, content(layer, tile)) for tile in TILES]
    write_archive(path, tiles, BBox(0, 0, 1, 1), {"vector_layers": [{"id": layer}]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiles").mkdir()
    for name in "ab":
        write(tmp_path / "tiles" / f"{name}.pmtiles", name)
        shutil.copyfile(tmp_path / "tiles" / f"{name}.pmtiles", tmp_path / f"{name}.whole")
    return tmp_path


def opened(folder: Path) -> TileFile:
    return TileFile(folder, NAME, "a", stored_file(folder / "a.whole"))


def refused_or_right(file: TileFile) -> int:
    """Read every tile; returns how many were refused. One that is given must be the one that was written."""
    refused = 0
    for tile in TILES:
        try:
            assert file.get(tile) == content("a", tile)
        except DamagedFile:
            refused += 1
    return refused


@pytest.mark.parametrize("running", [False, True], ids=["starting", "running"])
@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_gives_no_wrong_byte_and_is_read_again_once_it_is_mended(folder: Path, kind: str, running: bool) -> None:
    path = folder / NAME
    file = opened(folder)
    if running:
        assert refused_or_right(file) == 0
    DAMAGE[kind](path, folder / "tiles" / "b.pmtiles")
    if not running:
        file = opened(folder)
    gone = running and kind in {"deleted", "a link to nothing"}  # the file that is open is still whole
    assert refused_or_right(file) == (0 if gone else 1 if kind == "bit flipped in a tile" else len(TILES))
    if not gone:
        assert file.fault() is not None
        with pytest.raises(DamagedFile, match=r"^the tiles of layer a cannot be served") as caught:
            file.verified()
        assert caught.value.file == NAME
    mend(path, folder / "a.whole")
    assert refused_or_right(file) == 0
    assert file.fault() is None
    assert file.verified().read(0, 7) == b"PMTiles"
    file.close()


def test_one_flipped_bit_harms_one_tile_until_the_whole_file_is_asked_for(folder: Path) -> None:
    flipped_in_a_tile(folder / NAME, folder)
    file = opened(folder)
    assert file.fault() is None
    assert refused_or_right(file) == 1
    fault = file.fault()
    assert fault is not None
    assert (fault.file, fault.reason) == (NAME, "a.pmtiles: a tile is damaged")
    with pytest.raises(DamagedFile) as caught:
        file.verified()
    assert "its SHA-256 is" in caught.value.reason
    assert refused_or_right(file) == len(TILES)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's right to look into every file, where this is root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_file_that_may_not_be_read_is_refused_until_it_may() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "tiles").mkdir(0o755)
        write(folder / NAME, "a")
        shutil.copyfile(folder / NAME, folder / "a.whole")
        (folder / NAME).chmod(0)
        with as_nobody():
            file = opened(folder)
            assert refused_or_right(file) == len(TILES)
            fault = file.fault()
            assert fault is not None
            assert fault.reason == "the file cannot be opened: Permission denied"
        (folder / NAME).chmod(0o644)
        with as_nobody():
            assert refused_or_right(file) == 0


def test_archives_that_were_replaced_let_go_of_their_files(folder: Path) -> None:
    file = opened(folder)
    for _ in range(20):
        mend(folder / NAME, folder / "a.whole")
        assert refused_or_right(file) == 0
    held = [path for path in open_paths() if path.startswith(str(folder))]
    assert len(held) == 1
    file.close()
