"""Authentication: which kind of token a request has, and the check that applies to it."""

from pathlib import Path

from anyio import to_thread

from geoservice.server.access.jwks import Keys, fetch
from geoservice.server.access.oidc import Oidc
from geoservice.server.access.tokens import TokenVerifier
from geoservice.server.principal import Principal
from geoservice.settings import Settings


class Authenticator:
    """Checks tokens of this service, and those of an identity provider if one is configured."""

    def __init__(self, tokens: TokenVerifier, oidc: Oidc | None) -> None:
        self._tokens, self._oidc = tokens, oidc

    def unverified(self, text: str) -> bool:
        """Whether a token has to be checked: every one but this service's own that were verified a short time ago."""
        return not self._tokens.is_verified(text)

    async def principal(self, text: str) -> Principal:
        """Return the caller that a token identifies; raises :class:`geoservice.errors.Unauthorized` for an invalid token."""
        if self._oidc is not None and text.count(".") == 2:  # a JWT
            return await to_thread.run_sync(self._oidc.principal, text)
        return await self._tokens.principal(text)


def authenticator_for(settings: Settings, tokens: TokenVerifier) -> Authenticator:
    """Return the authenticator that the settings describe."""
    jwks = settings.oidc_jwks
    if not (settings.oidc_issuer and settings.oidc_audience and jwks):
        return Authenticator(tokens, None)
    source = jwks if "://" in jwks else str(settings.home / Path(jwks))
    return Authenticator(tokens, Oidc(settings, Keys(lambda: fetch(source))))
