"""The index of a folder of arrays: a JSON object that names what is current."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from geoservice.errors import NetworkError, NotFound


def read_index_file(file: Path, subject: str, missing: str, version: int, keys: Iterable[str] = ()) -> dict[str, Any]:
    """Return the index of ``subject``; ``version`` is the only ``format`` that is read, ``keys`` it must have.

    Raises :class:`NotFound` with the text ``missing`` if there is no file, :class:`NetworkError` if it is damaged.
    """
    try:
        index: Any = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        raise NotFound(missing) from e
    except (OSError, ValueError) as e:
        raise NetworkError(f"{subject} is damaged: {file.name} cannot be read; import it again") from e
    if not isinstance(index, dict) or not set(keys) <= index.keys():
        raise NetworkError(f"{subject} is damaged: {file.name} is no index; import it again")
    if index.get("format") != version:
        raise NetworkError(f"{subject} has format {index.get('format')}, this version reads {version}; import it again")
    return index
