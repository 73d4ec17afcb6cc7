"""Options of an import as keywords."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from geoservice.ingest import Options


class ImportOptions(TypedDict, total=False):
    """Options of an import, those of ``geoservice import``; :class:`geoservice.ingest.Options` says what each means."""

    crs: str | None
    mapping: Mapping[str, str]
    drop: Sequence[str]
    replaces: Sequence[str]
    dry_run: bool
    accept_partial: bool
    rejects: str | PathLike[str] | None
    layer: str | None
    header_row: int | None
    level: str | None
    code_system: str | None
    tier: str | None


def make_options(given: ImportOptions) -> "Options":
    """Return the options of an import; one word may stand for a list of columns or sources."""
    from geoservice.ingest import Options

    rejects = given.get("rejects")
    lists = {"drop": _words(given.get("drop", ())), "replaces": _words(given.get("replaces", ()))}
    plain = {**given, **lists, "rejects": rejects and Path(rejects)}
    return Options(**plain)  # type: ignore[arg-type]  # the keys and types of ImportOptions, which mypy loses on the way


def _words(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
