"""A token: who it was given to and what it lets its bearer read."""

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
"""Whether an area, by its code, lies in one of others."""


@dataclass(frozen=True)
class Token:
    """A token as it is kept: the argon2id hash of its secret, never the secret. Times are RFC 3339 in UTC.

    ``areas`` and ``layers`` are those of :class:`geoservice.server.principal.Principal`; ``parent`` is the id of the token
    that it was issued under.
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
    """What a new token shall be."""

    name: str
    role: str
    areas: tuple[str, ...] | None = None
    layers: tuple[str, ...] | None = None
    days: int = 365


def rfc3339(moment: datetime | None = None) -> str:
    """Return a moment, now by default, as RFC 3339 in UTC to the millisecond; such texts sort as the moments do."""
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def generate_token() -> tuple[str, str]:
    """Return the id and the whole text of a new token: 64 and 256 random bits."""
    made = secrets.token_hex(8)
    return made, f"gs_{made}_{secrets.token_hex(32)}"


def new_token(wanted: TokenRequest, made: str, hashed: str, parent: Token | None, lies_in: LiesIn) -> Token:
    """Return the token to keep; under a parent it takes the parent's limits where it names none.

    Raises :class:`InputError` for a malformed name, role, area or layer and :class:`Forbidden` for more than the parent has.
    """
    _check_words(wanted)
    now = datetime.now(UTC)
    expires, areas, layers = rfc3339(now + timedelta(days=wanted.days)), wanted.areas, wanted.layers
    if parent is not None:
        areas, layers = areas or parent.areas, layers or parent.layers
        _check_under(wanted.role, areas, layers, parent, lies_in)
        expires = min(expires, parent.expires)
    return Token(
        made, wanted.name, wanted.role, areas, layers, rfc3339(now), expires, parent.id if parent else None, None, hashed
    )


def _check_words(wanted: TokenRequest) -> None:
    if not _NAME.fullmatch(wanted.name):
        raise InputError(f"token name {wanted.name!r:.80}: allowed are 1 to 60 letters, digits, spaces, . @ _ - of any script")
    if wanted.role not in ROLES[1:]:
        raise InputError(f"role {wanted.role!r:.40}: allowed are {' and '.join(ROLES[1:])}; what is public needs no token")
    for what, form, words in (("area", _AREA, wanted.areas), ("layer", _LAYER, wanted.layers)):
        for word in words or ():
            if not form.fullmatch(word):
                raise InputError(f"{what} {word!r:.60}: allowed are letters, digits, _ and - as in the release's {what}s")


def _check_under(
    role: str, areas: tuple[str, ...] | None, layers: tuple[str, ...] | None, parent: Token, lies_in: LiesIn
) -> None:
    """Raise :class:`Forbidden` where a token would reach further than its parent."""
    if ROLES.index(role) > ROLES.index(parent.role):
        raise Forbidden(f"role {role}: token {parent.name} is a {parent.role}'s and cannot give more")
    if parent.areas is not None:
        for area in areas or ():
            if not lies_in(area, parent.areas):
                raise Forbidden(f"area {area}: not in the areas of token {parent.name}, which are {', '.join(parent.areas)}")
    if parent.layers is not None and (more := sorted(set(layers or ()) - set(parent.layers))):
        raise Forbidden(f"layer {more[0]}: not among the layers of token {parent.name}, which are {', '.join(parent.layers)}")


LEVELS = (2, 4, 6, 9, 12)
"""Digits of a code of GB/T 2260 and GB/T 10114: province, city, county, township, village; zeros fill one up."""


def by_prefix(area: str, within: str) -> bool:
    """Whether one administrative code lies in another by its digits alone; codes that are not of this kind never do.

    >>> by_prefix("340811100", "340811"), by_prefix("340811", "340800"), by_prefix("340811", "34")
    (True, True, True)
    >>> by_prefix("340811101", "340811100"), by_prefix("W1", "W"), by_prefix("34", "340811")
    (False, False, False)
    """
    if not all(c.isascii() and c.isdigit() and len(c) in LEVELS for c in (area, within)):
        return area == within
    stem = next(within[:n] for n in LEVELS if not within[n:].strip("0"))
    return area.startswith(stem)


def invalid_reason(token: Token, known: Mapping[str, Token], now: str) -> str | None:
    """Return why a token is not good at a moment - it or one that it was given under was revoked or has expired - or None."""
    at: Token | None = token
    while at is not None:
        if at.revoked is not None:
            return "revoked"
        if at.expires <= now:
            return "expired"
        if at.parent is not None and at.parent not in known:
            return "revoked"
        at = known[at.parent] if at.parent else None
    return None
