"""Models read from TOML files that people write: study.toml, layer files, tables of speeds."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from geoservice.errors import StudyError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, hint: str) -> dict[str, Any]:
    """Return the keys of a TOML file.

    Raises :class:`StudyError` naming the file if it cannot be read; ``hint`` says what to do if it does not exist.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        raise StudyError(f"{path.name} not found; {hint}") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise StudyError(f"{path.name}: not readable as TOML: {e}") from e


def toml_model(model: type[Model], data: dict[str, Any], name: str) -> Model:
    """Return the validated model; raises :class:`StudyError` that names the file ``name``, each key and its value."""
    try:
        return model.model_validate(data)
    except ValidationError as e:
        faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}; got {f['input']!r:.80}" for f in e.errors()]
        raise StudyError(f"{name}: " + "; ".join(faults)) from e
