"""Opens a store of datasets by its URL."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from geoservice.datasets.store import FolderStore, Store
from geoservice.errors import InputError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def is_url(text: str) -> bool:
    """Whether a text is a URL and not the path of a file.

    >>> is_url("s3://bucket/prefix"), is_url("data/stations")
    (True, False)
    """
    return _SCHEME.match(text) is not None


def open_store(url: str, environment: Mapping[str, str] | None = None) -> Store:
    """Return the store of a folder, which need not exist, or of ``s3://bucket/prefix``.

    Parameters
    ----------
    url
        A path, ``file:///path`` or ``s3://bucket/prefix``.
    environment
        Has ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY`` and, where they apply, ``AWS_SESSION_TOKEN``, ``AWS_REGION``,
        ``AWS_ENDPOINT_URL`` and ``AWS_NO_SIGN_REQUEST``; by default that of the process.

    Raises
    ------
    InputError
        The URL has another scheme, or a user or password; access keys are not set.
    NotFound
        The bucket does not exist.
    Forbidden
        The store refused the access keys.
    Unavailable
        The store cannot be reached.
    """
    scheme = match.group(1).lower() if (match := _SCHEME.match(url)) else ""
    if not scheme:
        return FolderStore(Path(url))
    if scheme not in {"file", "s3"}:
        raise InputError(f"{scheme}://: this scheme is not supported; allowed are a folder and s3://bucket/prefix")
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query or parts.fragment:  # the text is not repeated: it may have a password
        raise InputError(
            f"{scheme}://: a URL may have no user, password, query or fragment; access keys come from the environment"
        )
    if scheme == "file":
        if parts.netloc not in {"", "localhost"}:
            raise InputError(f"file://{parts.netloc}: got a host, allowed is file:///path")
        return FolderStore(Path(parts.path))
    from geoservice.datasets.s3 import S3Store, check_bucket

    check_bucket(parts.netloc)
    return S3Store(parts.netloc, parts.path.strip("/"), os.environ if environment is None else environment)


def split_url(url: str) -> tuple[str, str]:
    """Return the URL of the store, and the name of the dataset in it; raises :class:`InputError` without a name.

    >>> split_url("s3://bucket/study/stations/"), split_url("data/stations")
    (('s3://bucket/study', 'stations'), ('data', 'stations'))
    """
    base, _, name = url.rstrip("/").rpartition("/")
    if not is_url(url):
        path = Path(url).resolve() if base in {"", "."} or name in {"", ".", ".."} else Path(url)
        return str(path.parent), path.name
    if not name or base.endswith("/"):
        raise InputError("s3://: got a bucket alone, allowed is s3://bucket/name or s3://bucket/prefix/name")
    return base, name
