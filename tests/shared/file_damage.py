"""Ways to damage a PMTiles file in place: bad disks, truncated copies, edits."""

import shutil
from collections.abc import Callable
from pathlib import Path

from pmtiles.tile import deserialize_header

Damage = Callable[[Path, Path], object]
"""Takes the file and that of another layer."""


def edited(path: Path, at: int, new: bytes) -> None:
    """Overwrite bytes; the size stays."""
    data = path.read_bytes()
    path.write_bytes(data[:at] + new + data[at + len(new) :])


def section(path: Path, name: str) -> int:
    header = deserialize_header(path.read_bytes()[:127])
    return int(header[f"{name}_offset"])  # type: ignore[literal-required]  # one of four names


def cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def flipped_in_a_tile(path: Path, _: Path) -> None:
    at = section(path, "tile_data") + 30  # behind the ten bytes of a gzip header, in the first tile
    edited(path, at, bytes([path.read_bytes()[at] ^ 0x10]))


def replaced_by_folder(path: Path, _: Path) -> None:
    path.unlink()
    path.mkdir()


def padded_copy_of_the_other(path: Path, other: Path) -> None:
    """Of the size that is expected: the size alone does not tell."""
    size, data = path.stat().st_size, other.read_bytes()
    path.write_bytes(data[:size].ljust(size, b"\0"))


DAMAGE: dict[str, Damage] = {
    "empty": lambda path, _: path.write_bytes(b""),
    "one byte": lambda path, _: path.write_bytes(b"P"),
    "half": lambda path, _: cut(path, 0.5),
    "last byte lost": lambda path, _: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path, _: path.write_bytes(path.read_bytes() + b"\0"),
    "zeroed": lambda path, _: path.write_bytes(bytes(path.stat().st_size)),
    "header garbage": lambda path, _: edited(path, 0, b"\xde\xad" * 60),
    "offsets garbage": lambda path, _: edited(path, 8, b"\xff" * 88),
    "compression unknown": lambda path, _: edited(path, 97, b"\x63\x63"),
    "directory garbage": lambda path, _: edited(path, section(path, "root"), b"\xba\xd0" * 8),
    "directory zeroed": lambda path, _: edited(path, section(path, "root"), bytes(20)),
    "metadata garbage": lambda path, _: edited(path, section(path, "metadata") + 12, b"\xba\xd0" * 8),
    "tiles zeroed": lambda path, _: edited(path, at := section(path, "tile_data"), bytes(path.stat().st_size - at)),
    "bit flipped in a tile": flipped_in_a_tile,
    "another layer's": lambda path, other: path.write_bytes(other.read_bytes()),
    "another layer's, of the same size": padded_copy_of_the_other,
    "deleted": lambda path, _: path.unlink(),
    "a folder": replaced_by_folder,
    "a link to nothing": lambda path, _: (path.unlink(), path.symlink_to("nothing")),
}  # fmt: skip


def mend(path: Path, whole: Path) -> None:
    """Put the file back."""
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    shutil.copyfile(whole, path)
