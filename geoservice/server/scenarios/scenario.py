"""A stored scenario: a name, a note and edits of stations, with its owner and its revision."""

import secrets
from collections import Counter
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, field_validator

from geoservice.errors import Forbidden, Unauthorized
from geoservice.live.edits import MAX_EDITS, StationEdit
from geoservice.server.principal import ROLES, Principal

MAX_NAME, MAX_NOTE = 100, 2000
"""Characters."""
MAX_OF_OWNER = 100
"""Scenarios of one owner."""
WRITER = "planner"
"""The role from which on scenarios can be stored; each role includes those before it."""
OIDC = "oidc"
"""The token of a principal of the identity provider."""
STEWARD = "steward"
"""The role that may also change and delete the scenarios of others."""


def check_text(text: str, allowed: str = "") -> str:
    """Return a text; raises ValueError for control characters that are not in ``allowed``."""
    if any(c < " " and c not in allowed for c in text):
        raise ValueError("contains a control character")
    return text


class ScenarioContent(BaseModel):
    """What a planner states of a scenario: at most one edit for each station."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    name: str = Field(min_length=1, max_length=MAX_NAME)
    note: str = Field("", max_length=MAX_NOTE)
    edits: tuple[StationEdit, ...] = Field((), max_length=MAX_EDITS)

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        return check_text(name)

    @field_validator("note")
    @classmethod
    def _check_note(cls, note: str) -> str:
        return check_text(note, "\n\r\t")

    @field_validator("edits")
    @classmethod
    def _check_edits(cls, edits: tuple[StationEdit, ...]) -> tuple[StationEdit, ...]:
        counts = Counter(edit.station for edit in edits)
        if repeated := [station for station, count in counts.items() if count > 1]:
            raise ValueError(f"station {repeated[0]!r:.60} is edited more than once, allowed is one edit for each station")
        for edit in edits:
            check_text(edit.station + (edit.name or ""))
        return edits


@dataclass(frozen=True)
class Summary:
    """A stored scenario without its edits. Times are RFC 3339 in UTC; ``release`` is the version that it was made on.

    ``owner`` is the kind and the name of the principal: ``token:NAME``, or ``oidc:SUBJECT`` for a token of the identity
    provider. ``revision`` starts at 1 and grows with each change; ``edit_count`` is the number of edits.
    """

    id: str
    owner: str
    name: str
    note: str
    created: str
    updated: str
    release: str
    revision: int
    edit_count: int


@dataclass(frozen=True)
class Scenario(Summary):
    """A stored scenario with its edits."""

    edits: tuple[StationEdit, ...]

    @property
    def etag(self) -> str:
        """Return the entity tag, which changes with each revision."""
        return f'"{self.id}-{self.revision}"'


def new_id() -> str:
    """Return an id of 64 random bits.

    >>> len(new_id())
    16
    """
    return secrets.token_hex(8)


def owner_of(principal: Principal) -> str:
    """Return the owner that a principal is: its name, since a token that is renewed under its name keeps its scenarios.

    >>> owner_of(Principal("Yixiu county", "planner", token="1f"))
    'token:Yixiu county'
    """
    kind = "oidc" if principal.token == OIDC else "token"
    return f"{kind}:{principal.name}"


def is_reader(principal: Principal) -> bool:
    """Whether a principal may read and store scenarios."""
    return principal.token is not None and ROLES.index(principal.role) >= ROLES.index(WRITER)


def check_reader(principal: Principal) -> None:
    """Raise :class:`Unauthorized` for a caller without a token, :class:`Forbidden` for one below the role of planners."""
    if principal.token is None:
        raise Unauthorized(
            f"stored scenarios are for the role {WRITER}: send a token of that role as Authorization: Bearer <token>; without "
            "one, a scenario is in the address of the page"
        )
    if not is_reader(principal):
        raise Forbidden(f"this token has the role {principal.role}, stored scenarios are for the role {WRITER}")


def may_change(scenario: Summary, principal: Principal) -> bool:
    """Whether a principal may change and delete a scenario: its owner, and stewards."""
    return owner_of(principal) == scenario.owner or principal.role == STEWARD


def check_writer(scenario: Summary, principal: Principal) -> None:
    """Raise :class:`Forbidden` for a principal that may only read a scenario."""
    if not may_change(scenario, principal):
        owner = scenario.owner.partition(":")[2]
        raise Forbidden(f"scenario {scenario.name!r:.80} belongs to {owner}: others may read it, and store a copy as their own")
