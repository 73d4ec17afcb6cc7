"""Uploaded files: private to the token that sent them, deleted after an hour or when they are imported."""

import hashlib
import json
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from anyio import to_thread

from geoservice.durable import disk_full, is_disk_full
from geoservice.errors import NotFound, ParameterError, TooLarge, TooManyRequests
from geoservice.server.imports.processes import UPLOAD_ID

KEPT_S = 3600.0
"""Seconds that an upload is kept."""
MAX_OF_OWNER, MAX_ALL = 4, 16
"""Uploads of one token, and of all."""
NAME = re.compile(r"[^\x00-\x1f/\\]{1,120}")
_DESCRIPTION, _CONTENT = "upload.json", "content"


@dataclass(frozen=True)
class Upload:
    """An uploaded file: its id, which nobody can guess, its owner, name, size and SHA-256, and when it will be deleted."""

    id: str
    owner: str
    name: str
    size: int
    sha256: str
    expires: float


class Uploads:
    """The uploads of a service in one folder, which all its workers share.

    Parameters
    ----------
    folder
        A folder for this user alone; it ends with the service.
    max_bytes
        Size of a file.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder, self._max_bytes = folder, max_bytes

    async def receive(self, parts: AsyncIterator[bytes], name: str, owner: str) -> Upload:
        """Store a file as it arrives and return it.

        Raises
        ------
        ParameterError
            The name is that of no file.
        TooLarge, TooManyRequests, DiskFull
            The file is too large, there are too many uploads, or there is no room.
        """
        check_name(name)
        await to_thread.run_sync(self.tidy)
        await to_thread.run_sync(self._check_count, owner)
        upload_id = secrets.token_urlsafe(24)
        folder = self._folder / upload_id
        try:
            return await self._store(folder, parts, upload_id, name, owner)
        except BaseException as error:
            await to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))
            if is_disk_full(error):
                raise disk_full(name, self._folder) from error
            raise

    async def _store(self, folder: Path, parts: AsyncIterator[bytes], upload_id: str, name: str, owner: str) -> Upload:
        (folder / _CONTENT).mkdir(mode=0o700, parents=True)
        size, digest = 0, hashlib.sha256()
        with (folder / _CONTENT / name).open("xb") as file:
            async for part in parts:
                size += len(part)
                if size > self._max_bytes:
                    raise TooLarge(f"the file is larger than {self._max_bytes} bytes, the limit GEOSERVICE_UPLOAD_BYTES")
                digest.update(part)
                await to_thread.run_sync(file.write, part)
        if not size:
            raise ParameterError("body: empty, allowed is the content of a file")
        upload = Upload(upload_id, owner, name, size, digest.hexdigest(), time.time() + KEPT_S)
        (folder / _DESCRIPTION).write_text(json.dumps(asdict(upload)), encoding="utf-8")
        return upload

    def _check_count(self, owner: str) -> None:
        uploads = self._all()
        own = sum(upload.owner == owner for upload in uploads)
        if own >= MAX_OF_OWNER or len(uploads) >= MAX_ALL:
            raise TooManyRequests(
                f"{own} files of yours are uploaded, allowed are {MAX_OF_OWNER}; import or delete one first", 10
            )

    def _all(self) -> list[Upload]:
        paths = self._folder.glob(f"*/{_DESCRIPTION}") if self._folder.is_dir() else ()
        return [upload for path in paths if (upload := _read(path)) is not None]

    def get(self, upload_id: str, owner: str) -> Upload:
        """Return an upload of a token; raises :class:`NotFound`, also for one of another token."""
        path = self._folder / upload_id / _DESCRIPTION
        upload = _read(path) if re.fullmatch(UPLOAD_ID, upload_id) else None
        if upload is None or upload.owner != owner or upload.expires < time.time():
            raise NotFound(f"no upload {upload_id!r:.60}; one is kept for an hour, or until it is imported")
        return upload

    def path(self, upload: Upload) -> Path:
        """Return the path of the file of an upload."""
        return self._folder / upload.id / _CONTENT / upload.name

    def delete(self, upload: Upload) -> None:
        """Delete an upload."""
        shutil.rmtree(self._folder / upload.id, ignore_errors=True)

    def tidy(self) -> None:
        """Delete uploads whose time has passed, and what is left of those that were never finished."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            upload = _read(folder / _DESCRIPTION)
            with suppress(FileNotFoundError):
                if (folder.stat().st_mtime + KEPT_S if upload is None else upload.expires) < time.time():
                    shutil.rmtree(folder, ignore_errors=True)


def check_name(name: str) -> None:
    """Raise :class:`ParameterError` for what cannot be the name of a file."""
    if not NAME.fullmatch(name) or name[0] in ".-" or len(name.encode()) > 240:
        raise ParameterError(f"name: got {name!r:.60}, allowed is the name of a file such as stations.xlsx")


def _read(path: Path) -> Upload | None:
    with suppress(FileNotFoundError, ValueError, TypeError):
        return Upload(**json.loads(path.read_text(encoding="utf-8")))
    return None
