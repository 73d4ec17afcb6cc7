"""Checks of geoservice doctor for surfaces of other offices: their bytes, signatures and keys."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from geoservice.cli.checks.result import CheckResult
from geoservice.cli.common import project_exists, project_of

if TYPE_CHECKING:
    from geoservice.project import SurfaceInfo, SurfaceSignature
    from geoservice.settings import Settings

REMOVE = "remove it with: geoservice surface remove DIGEST, and import its file again"


def surfaces(settings: "Settings") -> Iterator[CheckResult]:
    """Check again that signed surfaces are as their offices signed them, and that the keys are trusted still."""
    from geoservice.surface_files import TRUSTED_KEYS, read_trusted_keys

    if not project_exists(settings):
        return
    trusted = read_trusted_keys(settings.home)
    with closing(project_of(settings)) as project:
        for info in project.surfaces():
            if info.signature is None:
                continue
            project.surface(info.digest)  # raises if it is damaged
            title = f"surface {info.digest:.12} of {info.name}"
            if reason := _fault(info, info.signature):
                yield CheckResult("fail", f"{title}: {reason}; {REMOVE}")
            elif info.signature.key not in trusted:
                yield CheckResult("warn", f"{title}: {TRUSTED_KEYS} does not have its key {info.signature.key} any more")
            else:
                areas, office = ", ".join(info.areas), trusted[info.signature.key].name
                yield CheckResult("ok", f"{title}: of {areas}, measured {info.made_at}, unchanged as {office} signed it")


def _fault(info: "SurfaceInfo", signature: "SurfaceSignature") -> str:
    """Return what was altered of a stored surface or its signature, "" for nothing."""
    from geoservice.errors import InputError
    from geoservice.surface_files import verified_header

    try:
        header = verified_header(signature.header, bytes.fromhex(signature.signature), "its signature")
    except (InputError, ValueError) as error:
        return str(error)
    if (header.surface, header.key, header.made_at) != (info.digest, signature.key, info.made_at):
        return "its signature is that of another surface"
    different = header.differences(info.description)
    return f"the project states other {', '.join(different)} than its office signed" if different else ""
