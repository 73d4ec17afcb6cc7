"""A token: who holds it and what it lets its holder read."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from geoservice.errors import Forbidden, InputError
from geoservice.server.principal import ROLES

TEXT = re.compile(r"gs_([0-9a-f]{16})_([0-9a-f]{64})", re.ASCII)
_NAME = re.compile(r"[\w][\w .@-]{0,59}")
_AREA = re.compile(r"[\w-]{1,32}")
_LAYER = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)

LiesIn = Callable[[str, tuple[str, ...]], bool]
"""Whether an area lies in one of other areas, all by code."""


@dataclass(frozen=True)
class Token:
    """A stored token: the argon2id hash of its secret, never the secret. Times are RFC 3339 in UTC.

    ``areas`` and ``layers`` are as in :class:`geoservice.server.principal.Principal`; ``parent`` is the id of the token that
    it was issued under.
    """

    id: str
    name: str
    role: str
    areas: tuple[str, ...] | None
    layers: tuple[str, ...] | None
    created: str
    expires: str
    parent: str | None
    revoked: str | None
    hash: str


@dataclass(frozen=True)
class TokenRequest:
    """The properties requested for a new token."""

    name: str
    role: str
    areas: tuple[str, ...] | None = None
    layers: tuple[str, ...] | None = None
    days: int = 365


def rfc3339(moment: datetime | None = None) -> str:
    """Return a time, now by default, as RFC 3339 in UTC with milliseconds; these texts sort in order of time."""
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def generate_token() -> tuple[str, str]:
    """Return the id (64 random bits) and the full text (with 256 more) of a new token."""
    token_id = secrets.token_hex(8)
    return token_id, f"gs_{token_id}_{secrets.token_hex(32)}"


def new_token(request: TokenRequest, token_id: str, secret_hash: str, parent: Token | None, lies_in: LiesIn) -> Token:
    """Return the token to store; limits that it does not state are those of the parent.

    Raises :class:`InputError` for a malformed name, role, area or layer and :class:`Forbidden` for more rights than the
    parent's.
    """
    _check_syntax(request)
    now = datetime.now(UTC)
    expires, areas, layers = rfc3339(now + timedelta(days=request.days)), request.areas, request.layers
    if parent is not None:
        areas, layers = areas or parent.areas, layers or parent.layers
        _check_under(request.role, areas, layers, parent, lies_in)
        expires = min(expires, parent.expires)
    return Token(
        token_id,
        request.name,
        request.role,
        areas,
        layers,
        rfc3339(now),
        expires,
        parent.id if parent else None,
        None,
        secret_hash,
    )


def _check_syntax(request: TokenRequest) -> None:
    if not _NAME.fullmatch(request.name):
        raise InputError(
            f"token name {request.name!r:.80}: allowed are 1 to 60 letters, digits, spaces and . @ _ - of any script"
        )
    if request.role not in ROLES[1:]:
        raise InputError(f"role {request.role!r:.40}: allowed are {' and '.join(ROLES[1:])}; public layers need no token")
    for kind, pattern, values in (("area", _AREA, request.areas), ("layer", _LAYER, request.layers)):
        for value in values or ():
            if not pattern.fullmatch(value):
                raise InputError(f"{kind} {value!r:.60}: allowed are letters, digits, _ and - as in the release's {kind}s")


def _check_under(
    role: str, areas: tuple[str, ...] | None, layers: tuple[str, ...] | None, parent: Token, lies_in: LiesIn
) -> None:
    """Raise :class:`Forbidden` if a token would exceed its parent."""
    if ROLES.index(role) > ROLES.index(parent.role):
        raise Forbidden(f"role {role}: token {parent.name} has the role {parent.role}, which tokens under it cannot exceed")
    if parent.areas is not None:
        for area in areas or ():
            if not lies_in(area, parent.areas):
                raise Forbidden(f"area {area}: not in the areas of token {parent.name}, which are {', '.join(parent.areas)}")
    if parent.layers is not None and (more := sorted(set(layers or ()) - set(parent.layers))):
        raise Forbidden(f"layer {more[0]}: not in the layers of token {parent.name}, which are {', '.join(parent.layers)}")


LEVELS = (2, 4, 6, 9, 12)
"""Digits of a code of GB/T 2260 and GB/T 10114: province, city, county, township, village; padded with zeros."""


def by_prefix(area: str, within: str) -> bool:
    """Whether one administrative code lies in another by its digits; other codes lie only in themselves.

    >>> by_prefix("340811100", "340811"), by_prefix("340811", "340800"), by_prefix("340811", "34")
    (True, True, True)
    >>> by_prefix("340811101", "340811100"), by_prefix("W1", "W"), by_prefix("34", "340811")
    (False, False, False)
    """
    if not all(c.isascii() and c.isdigit() and len(c) in LEVELS for c in (area, within)):
        return area == within
    stem = next(within[:n] for n in LEVELS if not within[n:].strip("0"))
    return area.startswith(stem)


def invalid_reason(token: Token, by_id: Mapping[str, Token], now: str) -> str | None:
    """Return why a token is invalid at a time, None for a valid one: it or a token above it was revoked or has expired."""
    current: Token | None = token
    while current is not None:
        if current.revoked is not None:
            return "revoked"
        if current.expires <= now:
            return "expired"
        if current.parent is not None and current.parent not in by_id:
            return "revoked"
        current = by_id[current.parent] if current.parent else None
    return None
