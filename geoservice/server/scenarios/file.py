"""A file of scenarios, for backups and for another service: JSON with every field of each."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Annotated

import orjson
from pydantic import Field

from geoservice.errors import InputError, ParameterError
from geoservice.live.inputs import validated
from geoservice.server.scenarios.edits_text import plain
from geoservice.server.scenarios.scenario import Scenario, ScenarioContent, Summary

FIELDS = tuple(f.name for f in fields(Summary) if f.name != "edit_count")
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]


class _Entry(ScenarioContent):
    """A scenario in a file."""

    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    owner: str = Field(pattern=r"^(token|oidc):[^\x00-\x1f]{1,200}$")
    created: Time
    updated: Time
    release: str = Field(pattern=r"^\d{1,9}-[0-9a-f]{1,64}$")
    revision: int = Field(ge=1, lt=2**53)


def to_bytes(scenarios: Sequence[Scenario]) -> bytes:
    """Return the content of a file."""
    rows = [{**{name: getattr(s, name) for name in FIELDS}, "edits": plain(s.edits)} for s in scenarios]
    return orjson.dumps({"scenarios": rows}, option=orjson.OPT_INDENT_2)


def from_bytes(content: bytes) -> list[Scenario]:
    """Return the scenarios of a file; raises :class:`InputError` with the place of what is wrong."""
    try:
        rows = orjson.loads(content)["scenarios"]
        if not isinstance(rows, list):
            raise TypeError  # noqa: TRY301 - the same error as for a file that is no object
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise InputError('not a file of scenarios: expected JSON, {"scenarios": […]}, as "export" writes it') from None
    try:
        entries = [validated(row, _Entry, f"scenarios.{i}") for i, row in enumerate(rows)]
    except ParameterError as error:
        raise InputError(str(error)) from None
    return [
        Scenario(**entry.model_dump(exclude={"edits"}), edit_count=len(entry.edits), edits=entry.edits) for entry in entries
    ]
