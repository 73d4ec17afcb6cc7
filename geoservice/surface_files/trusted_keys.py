"""The file of a project with the public keys of the offices whose surfaces it takes: ``trusted_keys.toml``."""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from geoservice.durable import atomic_write
from geoservice.errors import Conflict, InputError, StudyError
from geoservice.surface_files.header import PLAIN_TEXT, Code
from geoservice.surface_files.signing import KEY_PATTERN
from geoservice.toml_file import read_toml, toml_model

TRUSTED_KEYS = "trusted_keys.toml"


class TrustedKey(BaseModel):
    """A public key, the name of its office, and the areas that it may sign for; any, if none are stated."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1, max_length=80, pattern=PLAIN_TEXT)
    key: str = Field(pattern=KEY_PATTERN)
    areas: tuple[Code, ...] = ()

    def check_areas(self, areas: Sequence[str], name: str) -> None:
        """Raise :class:`InputError` if a file is of areas that this office may not sign for."""
        if self.areas and (others := [code for code in areas if code not in self.areas]):
            raise InputError(
                f"{name}: it is of {', '.join(others)}, but {TRUSTED_KEYS} trusts {self.name} for {', '.join(self.areas)} alone"
            )


class _Keys(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    keys: tuple[TrustedKey, ...] = ()


def read_trusted_keys(folder: Path) -> dict[str, TrustedKey]:
    """Return the trusted keys of a project folder by key; raises :class:`StudyError` for a file that is not valid."""
    path = folder / TRUSTED_KEYS
    if not path.exists():
        return {}
    keys = toml_model(_Keys, read_toml(path, "add a key with: geoservice surface trust KEY"), path.name).keys
    by_key = {k.key: k for k in keys}
    if len(by_key) < len(keys):
        raise StudyError(f"{path.name}: a key is in it twice; each may be once")
    return by_key


def add_trusted_key(folder: Path, key: TrustedKey) -> None:
    """Add a key to the file of a project folder.

    Raises
    ------
    Conflict
        It is trusted already.
    StudyError
        The file is not valid.
    """
    trusted = read_trusted_keys(folder)
    if key.key in trusted:
        raise Conflict(f"{TRUSTED_KEYS} has the key already, as {trusted[key.key].name}; edit the file to change it")
    path = folder / TRUSTED_KEYS
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    entry = {"name": key.name, "key": key.key, **({"areas": list(key.areas)} if key.areas else {})}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in entry.items()]  # valid TOML as well
    with atomic_write(path) as aside:
        aside.write_text("\n".join([*before.splitlines(), *([""] if before else []), "[[keys]]", *lines, ""]), encoding="utf-8")
