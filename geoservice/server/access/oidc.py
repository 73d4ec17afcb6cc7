"""Tokens of the office's identity provider (OpenID Connect): signed, from one issuer, for this service, in time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from geoservice.errors import Unauthorized
from geoservice.server.access.jwks import Keys
from geoservice.server.access.token import rfc3339
from geoservice.server.principal import ROLES, Principal
from geoservice.settings import Settings

LEEWAY_S = 60
REFUSED = "this token is not one of the identity provider set here, not for this service, or not in time"
"""One sentence for every fault: which one it was helps only those who try."""

MALFORMED = (JoseError, ValueError, OverflowError, TypeError, AttributeError, KeyError, RecursionError)
"""What the library raises for parts that are no JSON, of other types, nested too deep, or times beyond every calendar."""


class Oidc:
    """Checks bearer tokens by the settings ``oidc_*``.

    Everything that decides is pinned there: issuer, audience, algorithms and where the keys are. What a token says about
    keys (``jku``, ``x5u``, ``jwk``) is never looked at.
    """

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._settings, self._keys = settings, keys
        self._registry = JWSRegistry(algorithms=settings.oidc_algorithms, strict_check_header=False)
        self._registry.max_header_length = 4096  # x5c and the like make a header long; it is not looked at
        self._claims = JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": settings.oidc_issuer or ""},
            aud={"essential": True, "value": settings.oidc_audience or ""},
            exp={"essential": True},
            sub={"essential": True},
        )

    def principal(self, text: str) -> Principal:
        """Return whose token this is.

        Raises :class:`Unauthorized` for a bad one and :class:`geoservice.errors.Unavailable` when no keys can be had.
        """
        try:
            token = jwt.decode(text, self._key, list(self._settings.oidc_algorithms), self._registry)
            self._claims.validate(token.claims)
            return self._who(token.claims)
        except MALFORMED as e:
            raise Unauthorized(REFUSED) from e

    def _key(self, guest: Any) -> Any:
        kid = guest.headers().get("kid")
        key = self._keys.find(kid) if isinstance(kid, str) else None
        if key is None:
            raise Unauthorized(REFUSED)
        return key

    def _who(self, claims: Mapping[str, Any]) -> Principal:
        """Read role and areas. Without both a caller reads what anybody reads: a claim forgotten opens nothing."""
        areas = _strings(claims.get(self._settings.oidc_areas_claim))
        given = _strings(claims.get(self._settings.oidc_role_claim))
        role = max((r for r in ROLES if r in given), key=ROLES.index, default="public") if areas else "public"
        within = None if "*" in areas else tuple(areas)
        return Principal(str(claims["sub"])[:200], role, within, None, "oidc", rfc3339_of(claims["exp"]))


def _strings(claim: object) -> list[str]:
    """Return a claim that is a word, words with spaces between, or a list of words."""
    if isinstance(claim, str):
        return claim.split()
    return [w for w in claim if isinstance(w, str) and w] if isinstance(claim, list) else []


def rfc3339_of(seconds: float) -> str:
    """Return seconds since 1970 as RFC 3339.

    >>> stamp_of(0)
    '1970-01-01T00:00:00.000Z'
    """
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
