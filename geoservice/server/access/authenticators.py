"""Which kind of token a text is, and who checks it."""

from pathlib import Path

from anyio import to_thread

from geoservice.server.access.jwks import Keys, fetch
from geoservice.server.access.oidc import Oidc
from geoservice.server.access.tokens import Tokens
from geoservice.server.principal import Principal
from geoservice.settings import Settings


class Checks:
    """Tokens of this service, and those of an identity provider where one is set."""

    def __init__(self, tokens: Tokens, oidc: Oidc | None) -> None:
        self._tokens, self._oidc = tokens, oidc

    def unknown(self, text: str) -> bool:
        """Whether a token has yet to be checked: all but ours that were verified a short time ago."""
        return not self._tokens.knows(text)

    def _signed(self, text: str) -> bool:
        return self._oidc is not None and text.count(".") == 2

    async def principal(self, text: str) -> Principal:
        """Return whose token this is; raises :class:`geoservice.errors.Unauthorized` for a bad one."""
        if self._oidc is not None and self._signed(text):
            return await to_thread.run_sync(self._oidc.principal, text)
        return await self._tokens.principal(text)


def checks_for(settings: Settings, tokens: Tokens) -> Checks:
    """Return the checks that the settings ask for."""
    place = settings.oidc_jwks
    if not (settings.oidc_issuer and settings.oidc_audience and place):
        return Checks(tokens, None)
    where = place if "://" in place else str(settings.home / Path(place))
    return Checks(tokens, Oidc(settings, Keys(lambda: fetch(where))))
