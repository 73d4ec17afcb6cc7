"""ZIP archives: checks before unpacking, and member names in UTF-8 or GBK."""

import shutil
import zipfile
import zlib
from pathlib import Path

from geoservice.errors import TooLarge, UnreadableFile

MAX_UNPACKED = 1 << 30
"""Limit of the unpacked size of an archive, in bytes."""
MAX_RATIO = 200
"""Limit of the compression ratio of a member over 1 MB: spreadsheets reach 5 to 20, decompression bombs about 1000."""
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


def check_archive(path: Path, what: str = "archive") -> None:
    """Raise :class:`TooLarge` if an archive would unpack into too much, by its directory; unpacks nothing.

    Raises
    ------
    UnreadableFile
        It is damaged, truncated or protected by a password; the message calls it ``what``.
    """
    entries = archive_entries(path, what)
    if any(e.flag_bits & _ENCRYPTED for e in entries):
        raise UnreadableFile(f"the {what} is protected by a password; unpack it and import the file inside")
    total = sum(e.file_size for e in entries)
    if total > MAX_UNPACKED:
        raise TooLarge(f"the archive unpacks into {total >> 20} MB, allowed are at most {MAX_UNPACKED >> 20} MB")
    for entry in entries:
        growth = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > 1 << 20 and growth > MAX_RATIO:
            raise TooLarge(f"{member_name(entry)} in the archive unpacks into {growth} times its size; allowed are {MAX_RATIO}")


def archive_entries(path: Path, what: str = "archive") -> list[zipfile.ZipInfo]:
    """Return the directory of an archive; raises :class:`UnreadableFile` if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as e:
        raise UnreadableFile(f"the {what} is damaged or cut short") from e


def member_name(entry: zipfile.ZipInfo) -> str:
    """Return the path of a member with forward slashes, decoded as UTF-8 or GBK where the archive does not state which.

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
    """Write one member to ``target``; zipfile stops at the size in the directory, which was checked.

    Raises :class:`UnreadableFile` if the member is damaged or its compression method is not supported.
    """
    try:
        with archive.open(entry) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except NotImplementedError as e:
        method = f"an unsupported compression method ({entry.compress_type})"
        raise UnreadableFile(f"{member_name(entry)} uses {method}; unpack the archive and import the file") from e
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as e:
        raise UnreadableFile(f"{member_name(entry)} in the archive is damaged") from e
