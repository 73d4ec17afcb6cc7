"""The principal of a request: a name for the audit log, a role, and limits to the areas and layers it may read."""

from contextvars import ContextVar
from dataclasses import dataclass

from geoservice.release.base import PublishedLayer

ROLES = ("public", "planner", "steward")
"""Roles in ascending order: each may also read what the roles before it may read."""


@dataclass(frozen=True)
class Principal:
    """The holder of a verified token, or an anonymous caller.

    ``areas`` are codes: in non-public layers the caller sees features of these areas only; None is no limit. ``layers`` are
    the ids of the non-public layers that the token allows; None allows all layers of the role. ``token`` is the id of the
    token, ``oidc`` for a token of the identity provider; ``expires`` is its end (RFC 3339, UTC), None without one.
    """

    name: str = "anybody"
    role: str = "public"
    areas: tuple[str, ...] | None = None
    layers: tuple[str, ...] | None = None
    token: str | None = None
    expires: str | None = None

    def may_read(self, layer: PublishedLayer) -> bool:
        """Whether the caller may read a layer, and know that it exists."""
        if layer.role == "public":
            return True
        return ROLES.index(self.role) >= ROLES.index(layer.role) and (self.layers is None or layer.id in self.layers)

    def within(self, layer: PublishedLayer) -> tuple[str, ...] | None:
        """Return the areas that the caller's view of a layer is limited to, None without a limit."""
        return None if layer.role == "public" else self.areas


ANYBODY = Principal()


def readable_layers(layers: tuple[PublishedLayer, ...], principal: Principal) -> list[PublishedLayer]:
    """Return the layers that a principal may read."""
    return [layer for layer in layers if principal.may_read(layer)]


def limited_to_current(layers: tuple[PublishedLayer, ...], current: tuple[PublishedLayer, ...]) -> tuple[PublishedLayer, ...]:
    """Return the layers of an older release that may still be read.

    ``current`` are the layers of the current release. Layers that it lacks are left out; the others get the stricter of their
    two roles.
    """
    if layers is current:
        return layers
    roles = {layer.id: layer.role for layer in current}
    return tuple(_at_least(layer, roles[layer.id]) for layer in layers if layer.id in roles)


def _at_least(layer: PublishedLayer, role: str) -> PublishedLayer:
    return layer if ROLES.index(role) <= ROLES.index(layer.role) else layer.model_copy(update={"role": role})


AUDITED_LAYERS: ContextVar[dict[str, int | None] | None] = ContextVar("audited_layers", default=None)
"""The non-public layers that the response uses, with the number of rows where counted; the middleware writes the audit log."""


def note_for_audit(layer: PublishedLayer, rows: int | None = None) -> None:
    """Note for the audit log that the response uses a layer; the access middleware writes the log before the response is sent.

    Every lookup of a layer calls this. ``rows`` is the number of features in the response, given by routes that know it.
    """
    audited = AUDITED_LAYERS.get()
    if layer.role != "public" and audited is not None:
        audited[layer.id] = rows if rows is not None else audited.get(layer.id)
