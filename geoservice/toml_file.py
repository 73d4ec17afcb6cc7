"""TOML files checked against a pydantic model; errors name the file, the key and the value."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from geoservice.errors import StudyError

M = TypeVar("M", bound=BaseModel)


def read_toml(path: Path, if_missing: str) -> dict[str, Any]:
    """Return the keys of a TOML file; raises :class:`StudyError`, for a file that does not exist with ``if_missing``."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        raise StudyError(f"{path.name} not found; {if_missing}") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise StudyError(f"{path.name}: not readable as TOML: {e}") from e


def validate(model: type[M], data: dict[str, Any], file_name: str) -> M:
    """Return the model of a file's keys; raises :class:`StudyError` with each key, its value and what is allowed."""
    try:
        return model.model_validate(data)
    except ValidationError as e:
        lines = [f"{'.'.join(map(str, err['loc']))}: {err['msg']}; got {err['input']!r:.80}" for err in e.errors()]
        raise StudyError(f"{file_name}: " + "; ".join(lines)) from e
