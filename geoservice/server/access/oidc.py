"""Tokens of the office's identity provider (OpenID Connect): signature, issuer, audience and expiry are checked."""

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
REFUSED = "this token is not from the configured identity provider, not for this service, expired or not yet valid"
"""One message for every fault: the exact reason would help only an attacker."""

MALFORMED = (JoseError, ValueError, OverflowError, TypeError, AttributeError, KeyError, RecursionError)
"""Errors of the library for parts that are not JSON, of other types or nested too deep, and for times out of range."""


class Oidc:
    """Checks bearer tokens against the settings ``oidc_*``.

    Issuer, audience, algorithms and the source of keys come from the settings only. Headers of a token that name keys
    (``jku``, ``x5u``, ``jwk``) are ignored.
    """

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._settings, self._keys = settings, keys
        self._registry = JWSRegistry(algorithms=settings.oidc_algorithms, strict_check_header=False)
        self._registry.max_header_length = 4096  # x5c and the like, which are ignored, make a header long
        self._claims = JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": settings.oidc_issuer or ""},
            aud={"essential": True, "value": settings.oidc_audience or ""},
            exp={"essential": True},
            sub={"essential": True},
        )

    def principal(self, text: str) -> Principal:
        """Return the caller that a token identifies.

        Raises :class:`Unauthorized` for an invalid token and :class:`geoservice.errors.Unavailable` without keys.
        """
        try:
            token = jwt.decode(text, self._key, list(self._settings.oidc_algorithms), self._registry)
            self._claims.validate(token.claims)
            return self._principal(token.claims)
        except MALFORMED as e:
            raise Unauthorized(REFUSED) from e

    def _key(self, token: Any) -> Any:
        kid = token.headers().get("kid")
        key = self._keys.find(kid) if isinstance(kid, str) else None
        if key is None:
            raise Unauthorized(REFUSED)
        return key

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        """Return the caller with role and areas; a token that lacks either claim reads public layers only."""
        areas = _strings(claims.get(self._settings.oidc_areas_claim))
        roles = _strings(claims.get(self._settings.oidc_role_claim))
        role = max((r for r in ROLES if r in roles), key=ROLES.index, default="public") if areas else "public"
        within = None if "*" in areas else tuple(areas)
        return Principal(str(claims["sub"])[:200], role, within, None, "oidc", rfc3339_of(claims["exp"]))


def _strings(claim: object) -> list[str]:
    """Return the values of a claim: a string with values separated by spaces, or a list of strings."""
    if isinstance(claim, str):
        return claim.split()
    return [w for w in claim if isinstance(w, str) and w] if isinstance(claim, list) else []


def rfc3339_of(seconds: float) -> str:
    """Return seconds since 1970 as an RFC 3339 timestamp.

    >>> rfc3339_of(0)
    '1970-01-01T00:00:00.000Z'
    """
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
