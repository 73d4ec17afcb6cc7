"""Giving tokens: under another one they never reach further than it does."""

from geoservice.errors import Forbidden
from geoservice.release.base import ItemQuery, ReleaseReader
from geoservice.server.access.audit import AuditEntry
from geoservice.server.access.store import AccessStore, active_token
from geoservice.server.access.token import (
    LiesIn,
    Token,
    TokenRequest,
    by_prefix,
    generate_token,
    invalid_reason,
    new_token,
    rfc3339,
)
from geoservice.server.access.tokens import HASHER


def issue_token(
    store: AccessStore, wanted: TokenRequest, under: str | None, lies_in: LiesIn, entry: AuditEntry
) -> tuple[Token, str]:
    """Make a token, keep it and write ``entry`` into the audit log; returns it and its text, which is kept nowhere.

    Raises :class:`Forbidden` for more than the token ``under`` has, or where that one is no longer good.
    """
    made, text = generate_token()
    parent = None
    if under is not None:
        tokens = store.tokens()
        parent = active_token(tokens, under)
        if reason := invalid_reason(parent, {t.id: t for t in tokens}, rfc3339()):
            raise Forbidden(f"token {under}: nothing can be given under it, it has {reason}")
    token = new_token(wanted, made, HASHER.hash(text), parent, lies_in)
    store.add(token, entry)
    return token, text


def area_containment(reader: ReleaseReader | None) -> LiesIn:
    """Return the judge of whether an area lies in others: the release's own paths, and the codes' digits for areas not in it.

    Features in an area are among those in others exactly when adding it to the others adds no feature.
    """

    def lies_in(area: str, others: tuple[str, ...]) -> bool:
        if area in others:
            return True
        found = False
        for layer in reader.manifest.layers if reader else ():
            if reader is not None and reader.count(layer.id, ItemQuery(within=(area,))):
                found = True
                if reader.count(layer.id, ItemQuery(within=(area, *others))) != reader.count(
                    layer.id, ItemQuery(within=others)
                ):
                    return False
        return found or any(by_prefix(area, other) for other in others)

    return lies_in
