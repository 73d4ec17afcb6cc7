"""Opens what belongs to a project: its settings, study, layers and stores.

Parts are imported where they are used: whoever needs one store loads nothing of the others, and ``serve`` nothing private.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoservice.errors import Forbidden, InputError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from geoservice.layer import Layer
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.release.base import ReleaseStore
    from geoservice.settings import Settings
    from geoservice.study import Study
    from geoservice.vintages import VintageStore

SECRETS = "/run/secrets"
"""Where containers are given connection strings, unless ``GEOSERVICE_SECRETS`` names another folder."""


def settings_for(home: Path | None, **given: object) -> "Settings":
    """Read settings from the environment, overridden by ``--home`` and by other options that are not None.

    Raises :class:`InputError` for a value that is not allowed; it names the variable, and shows no connection string.
    """
    from pydantic import ValidationError

    from geoservice.settings import Settings

    said = {k: v for k, v in {"home": home, **given}.items() if v is not None}
    folder = Path(os.environ.get("GEOSERVICE_SECRETS", SECRETS))
    if folder.is_dir():
        said["_secrets_dir"] = folder  # files like geoservice_dsn, for what should be in no environment
    try:
        return Settings(**said)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as e:
        raise InputError("; ".join(_wrong_setting(dict(x), said) for x in e.errors())) from None


def _wrong_setting(fault: dict[str, Any], options: dict[str, object]) -> str:
    if not fault["loc"]:  # of several settings together; the text names them
        return f"settings: {fault['msg'].removeprefix('Value error, ')}"
    name = str(fault["loc"][0])
    shown = "" if "dsn" in name else f" got {str(fault['input'])!r:.80},"
    return f"{'--' + name if name in options else 'GEOSERVICE_' + name.upper()}:{shown} {fault['msg']}"


def plain(secret: "SecretStr | None") -> str | None:
    """Return a connection string out of its wrapping."""
    return secret.get_secret_value() if secret else None


def reached(settings: "Settings", *names: str) -> str | None:
    """Return the first of these connection strings that is set, after looking whether it leads anywhere.

    So a command says at once which one is wrong, and not after it has read its files.
    """
    for name in names:
        if (dsn := plain(getattr(settings, name))) is not None:
            from geoservice.db.pool import reach

            reach(dsn, f"GEOSERVICE_{name.upper()}")
            return dsn
    return None


def refuse_workspace(home: Path) -> None:
    """Raise :class:`InputError` for a folder of an older version, which kept private and public inputs in one place."""
    if (home / "workspace").is_dir() and not (home / "register").is_dir():
        raise InputError(
            "workspace/ is of an older version: this one keeps private and public inputs apart, in register/ and project/; "
            "move workspace/ out of the folder and import the files again"
        )


def register_of(settings: "Settings") -> "Register":
    """Open the private store: households, secret and budget book."""
    from geoservice.register import open_register

    refuse_workspace(settings.home)
    dsn = reached(settings, "register_dsn", "dsn")
    return open_register(settings.home / "register", dsn, settings.schema_prefix)


def project_of(settings: "Settings") -> "Project":
    """Open the store of public inputs."""
    from geoservice.project import open_project

    refuse_workspace(settings.home)
    return open_project(settings.home / "project", reached(settings, "dsn"), settings.schema_prefix)


def register_is_apart(settings: "Settings") -> bool:
    """Whether a role of its own keeps the register: no connection of it is set, and that of the project is refused there."""
    if not settings.dsn or settings.register_dsn:
        return False
    try:
        with closing(register_of(settings)) as register:
            register.vintages()
    except Forbidden:
        return True
    return False


def project_is_there(settings: "Settings") -> bool:
    """Whether there may be a project to open: its folder, or a server."""
    return bool(settings.dsn) or (settings.home / "project").is_dir()


def register_is_there(settings: "Settings") -> bool:
    """Whether there may be a register to open: its folder, or a server."""
    return bool(settings.dsn or settings.register_dsn) or (settings.home / "register").is_dir()


@contextmanager
def stores_of(settings: "Settings") -> "Iterator[list[VintageStore]]":
    """Open the stores of inputs that are there: the project, and the register where no other role keeps it."""
    with ExitStack() as stack:
        stores: list[VintageStore] = []
        if project_is_there(settings):
            stores.append(stack.enter_context(closing(project_of(settings))))
        if register_is_there(settings) and not register_is_apart(settings):
            stores.append(stack.enter_context(closing(register_of(settings))))
        yield stores


def releases_of(settings: "Settings", *, read_only: bool) -> "ReleaseStore":
    """Open the releases: with the serving role's connection when only reading."""
    from geoservice.release import open_store

    dsn = reached(settings, *(("serve_dsn", "dsn") if read_only else ("dsn",)))
    return open_store(settings.home / "releases", dsn, settings.schema_prefix, read_only=read_only)


def study_of(settings: "Settings") -> "Study":
    """Read the project's study.toml."""
    from geoservice.study import read_study

    return read_study(settings.home / "study.toml")


def layers_of(settings: "Settings") -> "tuple[Layer, ...]":
    """Read the project's own layers, or those that come with geoservice."""
    from geoservice.layer import read_layers

    own = settings.home / "layers"
    if own.is_dir():
        return read_layers(own)
    packaged = Path(__file__).parents[1] / "_layers"
    return read_layers(packaged if packaged.is_dir() else Path(__file__).parents[2] / "layers")
