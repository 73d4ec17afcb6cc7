"""ZIP archives: checked before anything is unpacked, names in the encodings that planners' computers write."""

import shutil
import zipfile
import zlib
from pathlib import Path

from geoservice.errors import TooLarge, UnreadableFile

MAX_UNPACKED = 1 << 30
"""Most bytes an archive may unpack into."""
MAX_RATIO = 200
"""Most times that one member may grow, when it is over a megabyte: real sheets grow 5 to 20 times, bombs a thousand."""
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


def check_archive(path: Path, what: str = "archive") -> None:
    """Raise :class:`TooLarge` if an archive says or shows that it unpacks into too much; unpacks nothing.

    Raises
    ------
    UnreadableFile
        It is damaged or cut short, or has a password; ``what`` it is then called.
    """
    entries = archive_entries(path, what)
    if any(e.flag_bits & _ENCRYPTED for e in entries):
        raise UnreadableFile(f"the {what} is protected by a password; unpack it, and import the file that was in it")
    total = sum(e.file_size for e in entries)
    if total > MAX_UNPACKED:
        raise TooLarge(f"the archive unpacks into {total >> 20} MB, allowed are {MAX_UNPACKED >> 20} MB")
    for entry in entries:
        growth = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > 1 << 20 and growth > MAX_RATIO:
            raise TooLarge(f"{member_name(entry)} in the archive grows {growth} times; allowed are {MAX_RATIO}")


def archive_entries(path: Path, what: str = "archive") -> list[zipfile.ZipInfo]:
    """Return the directory of an archive; raises :class:`UnreadableFile` where there is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as e:
        raise UnreadableFile(f"the {what} is damaged, or cut short on its way here") from e


def member_name(entry: zipfile.ZipInfo) -> str:
    """Return the path of a member, in UTF-8 or GBK where the archive does not say which, with forward slashes.

    >>> member_name(zipfile.ZipInfo("乡镇/站点.csv".encode("gbk").decode("cp437")))
    '乡镇/站点.csv'
    """
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        try:
            data = name.encode("cp437")
        except UnicodeEncodeError:
            return name.replace("\\", "/")
        for encoding in ("utf-8", "gb18030"):
            try:
                return data.decode(encoding).replace("\\", "/")
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Write one member; no more comes out of it than it says, which was checked.

    Raises :class:`UnreadableFile` for one that is damaged, or packed in a way that is not read.
    """
    try:
        with archive.open(entry) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except NotImplementedError as e:
        how = f"in a way that is not read (method {entry.compress_type})"
        raise UnreadableFile(f"{member_name(entry)} is packed {how}; unpack the archive, and import the file") from e
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as e:
        raise UnreadableFile(f"{member_name(entry)} in the archive is damaged") from e
