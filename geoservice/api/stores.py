"""Functions that open the settings, study, layers and stores of a project.

Parts are imported where they are used: a command loads only the stores that it needs, and ``serve`` nothing private.
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
    from geoservice.pipeline.standards import StationStandards
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.release.protocols import ReleaseStore
    from geoservice.settings import Settings
    from geoservice.study import Study
    from geoservice.vintages import VintageStore

SECRETS = "/run/secrets"
"""The folder of connection strings in a container, unless ``GEOSERVICE_SECRETS`` names another."""


def settings_for(home: Path | None, **options: object) -> "Settings":
    """Return the settings of the environment, overridden by ``--home`` and other options that are not None.

    Raises :class:`InputError` for a value that is not allowed; it names the variable and contains no connection string.
    """
    from pydantic import ValidationError

    from geoservice.settings import Settings

    overrides: dict[str, Any] = {k: v for k, v in {"home": home, **options}.items() if v is not None}
    folder = Path(os.environ.get("GEOSERVICE_SECRETS", SECRETS))
    if folder.is_dir():
        overrides["_secrets_dir"] = folder  # files such as geoservice_dsn, for secrets that should not be in the environment
    try:
        return Settings(**overrides)
    except ValidationError as e:
        raise InputError("; ".join(_setting_error(dict(x), overrides) for x in e.errors())) from None


def _setting_error(fault: dict[str, Any], options: dict[str, object]) -> str:
    if not fault["loc"]:  # a fault of several settings together; the message names them
        return f"settings: {fault['msg'].removeprefix('Value error, ')}"
    name = str(fault["loc"][0])
    value = "" if "dsn" in name else f" got {str(fault['input'])!r:.80},"
    return f"{'--' + name if name in options else 'GEOSERVICE_' + name.upper()}:{value} {fault['msg']}"


def connection_string(secret: "SecretStr | None") -> str | None:
    """Return the text of a secret connection string."""
    return secret.get_secret_value() if secret else None


def reachable_dsn(settings: "Settings", *names: str) -> str | None:
    """Return the first of these connection strings that is set, after a test connection.

    So a command reports a wrong one immediately, and not after it has read its files.
    """
    for name in names:
        if (dsn := connection_string(getattr(settings, name))) is not None:
            from geoservice.db.pool import check_reachable

            check_reachable(dsn, f"GEOSERVICE_{name.upper()}")
            return dsn
    return None


def reject_old_workspace(home: Path) -> None:
    """Raise :class:`InputError` for a folder of an older version, which kept private and public inputs in one place."""
    if (home / "workspace").is_dir() and not (home / "register").is_dir():
        raise InputError(
            "workspace/ is of an older version: this one has separate folders for private and public inputs, register/ and "
            "project/; move workspace/ out of the folder and import the files again"
        )


def register_of(settings: "Settings") -> "Register":
    """Open the private store of households, secret and budget book."""
    from geoservice.register import open_register

    reject_old_workspace(settings.home)
    dsn = reachable_dsn(settings, "register_dsn", "dsn")
    return open_register(settings.home / "register", dsn, settings.schema_prefix)


def project_of(settings: "Settings") -> "Project":
    """Open the store of public inputs."""
    from geoservice.project import open_project

    reject_old_workspace(settings.home)
    return open_project(settings.home / "project", reachable_dsn(settings, "dsn"), settings.schema_prefix)


def register_has_own_role(settings: "Settings") -> bool:
    """Whether the register belongs to another role: it has no connection string, and the project's role may not read it."""
    if not settings.dsn or settings.register_dsn:
        return False
    try:
        with closing(register_of(settings)) as register:
            register.vintages()
    except Forbidden:
        return True
    return False


def project_exists(settings: "Settings") -> bool:
    """Whether the project's folder exists, or a server is set."""
    return bool(settings.dsn) or (settings.home / "project").is_dir()


def register_exists(settings: "Settings") -> bool:
    """Whether the register's folder exists, or a server is set."""
    return bool(settings.dsn or settings.register_dsn) or (settings.home / "register").is_dir()


@contextmanager
def stores_of(settings: "Settings") -> "Iterator[list[VintageStore]]":
    """Open the existing stores of inputs: the project, and the register unless it belongs to another role."""
    with ExitStack() as stack:
        stores: list[VintageStore] = []
        if project_exists(settings):
            stores.append(stack.enter_context(closing(project_of(settings))))
        if register_exists(settings) and not register_has_own_role(settings):
            stores.append(stack.enter_context(closing(register_of(settings))))
        yield stores


def releases_of(settings: "Settings", *, read_only: bool) -> "ReleaseStore":
    """Open the releases; for reading only, with the serving role's connection if there is one."""
    from geoservice.release import open_store

    dsn = reachable_dsn(settings, *(("serve_dsn", "dsn") if read_only else ("dsn",)))
    return open_store(settings.home / "releases", dsn, settings.schema_prefix, read_only=read_only)


def study_of(settings: "Settings") -> "Study":
    """Return the project's study.toml."""
    from geoservice.study import read_study

    return read_study(settings.home / "study.toml")


def standards_of(settings: "Settings", file: Path | None = None) -> "StationStandards | None":
    """Return the standards of stations of a file, by default of standards.toml in the project's folder; None without it."""
    from geoservice.pipeline.standards import STANDARDS, read_standards

    own = settings.home / STANDARDS
    return read_standards(file) if file is not None else read_standards(own) if own.exists() else None


def layers_of(settings: "Settings") -> "tuple[Layer, ...]":
    """Return the project's own layers or, by default, those that come with geoservice."""
    from geoservice.layer import read_layers

    own = settings.home / "layers"
    if own.is_dir():
        return read_layers(own)
    packaged = Path(__file__).parents[1] / "_layers"
    return read_layers(packaged if packaged.is_dir() else Path(__file__).parents[2] / "layers")
