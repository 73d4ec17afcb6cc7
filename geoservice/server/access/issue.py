"""Issuing tokens: a token under another one never exceeds its rights."""

from geoservice.errors import Forbidden
from geoservice.release.base import ItemQuery
from geoservice.release.protocols import ReleaseReader
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
    store: AccessStore, request: TokenRequest, under: str | None, lies_in: LiesIn, entry: AuditEntry
) -> tuple[Token, str]:
    """Create and store a token, and write ``entry`` to the audit log; returns the token and its text, which is not stored.

    Raises :class:`Forbidden` for more than the rights of the token ``under``, or if that token is no longer valid.
    """
    token_id, text = generate_token()
    parent = None
    if under is not None:
        tokens = store.tokens()
        parent = active_token(tokens, under)
        if reason := invalid_reason(parent, {t.id: t for t in tokens}, rfc3339()):
            raise Forbidden(f"token {under}: no token can be issued under it, it is {reason}")
    token = new_token(request, token_id, HASHER.hash(text), parent, lies_in)
    store.add(token, entry)
    return token, text


def area_containment(reader: ReleaseReader | None) -> LiesIn:
    """Return a predicate of whether an area lies in others: by the release's hierarchy, for other areas by the code's digits.

    The features of an area are among those of others exactly when adding the area to the others adds no feature.
    """

    def lies_in(area: str, others: tuple[str, ...]) -> bool:
        if area in others:
            return True
        in_release = False
        for layer in reader.manifest.layers if reader else ():
            if reader is not None and reader.count(layer.id, ItemQuery(within=(area,))):
                in_release = True
                if reader.count(layer.id, ItemQuery(within=(area, *others))) != reader.count(
                    layer.id, ItemQuery(within=others)
                ):
                    return False
        return in_release or any(by_prefix(area, other) for other in others)

    return lies_in
