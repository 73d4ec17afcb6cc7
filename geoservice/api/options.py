"""The options of an import as keyword arguments."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from geoservice.ingest import Options


class ImportOptions(TypedDict, total=False):
    """The options of ``geoservice import``; :class:`geoservice.ingest.Options` explains them."""

    crs: str | None
    control_points: str | PathLike[str] | None
    mapping: Mapping[str, str]
    drop: Sequence[str]
    replaces: Sequence[str]
    dry_run: bool
    preview: bool
    accept_partial: bool
    rejects: str | PathLike[str] | None
    layer: str | None
    header_row: int | None
    counties: str | Sequence[str]
    level: str | None
    code_system: str | None
    tier: str | None
    trust_crs: bool


def make_options(keywords: ImportOptions) -> "Options":
    """Return the options of an import; a single column, source or county may be keywords as a text."""
    from geoservice.ingest import Options

    paths = {
        name: path and Path(path)
        for name, path in (("rejects", keywords.get("rejects")), ("control_points", keywords.get("control_points")))
    }
    lists = {name: _as_tuple(keywords.get(name, ())) for name in ("drop", "replaces", "counties")}
    arguments: dict[str, Any] = {**keywords, **lists, **paths}
    return Options(**arguments)


def _as_tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
