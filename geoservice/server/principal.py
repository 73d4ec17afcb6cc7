"""Who asks: a name for the audit log, a role, and the areas that the view of non-public layers is limited to."""

from contextvars import ContextVar
from dataclasses import dataclass

from geoservice.release.base import PublishedLayer

ROLES = ("public", "planner", "steward")
"""Each role reads what those before it read."""


@dataclass(frozen=True)
class Principal:
    """A caller whose token has been checked, or anybody.

    ``areas`` are codes: in layers that are not public the caller sees features in these areas only; None is no limit.
    ``layers`` are the non-public layers that whoever gave the token allows; None is all of the role. ``token`` is the id of
    the token, ``oidc`` for one of the office's identity provider; ``expires`` is when it ends (RFC 3339, UTC), where it does.
    """

    name: str = "anybody"
    role: str = "public"
    areas: tuple[str, ...] | None = None
    layers: tuple[str, ...] | None = None
    token: str | None = None
    expires: str | None = None

    def reads(self, layer: PublishedLayer) -> bool:
        """Whether the caller may know that a layer exists."""
        if layer.role == "public":
            return True
        return ROLES.index(self.role) >= ROLES.index(layer.role) and (self.layers is None or layer.id in self.layers)

    def within(self, layer: PublishedLayer) -> tuple[str, ...] | None:
        """Return the areas that the view of a layer is limited to, None where it is not."""
        return None if layer.role == "public" else self.areas


ANYBODY = Principal()


def readable_layers(layers: tuple[PublishedLayer, ...], who: Principal) -> list[PublishedLayer]:
    """Return the layers that a caller may read."""
    return [layer for layer in layers if who.reads(layer)]


def limited_to_current(layers: tuple[PublishedLayer, ...], now: tuple[PublishedLayer, ...]) -> tuple[PublishedLayer, ...]:
    """Return layers of a release that is not the current one, as far as they may still be read.

    ``now`` are those of the current release: what it lacks is left out, what both have gets the stricter role of the two.
    """
    if layers is now:
        return layers
    roles = {layer.id: layer.role for layer in now}
    return tuple(_at_least(layer, roles[layer.id]) for layer in layers if layer.id in roles)


def _at_least(layer: PublishedLayer, role: str) -> PublishedLayer:
    return layer if ROLES.index(role) <= ROLES.index(layer.role) else layer.model_copy(update={"role": role})


AUDITED_LAYERS: ContextVar[dict[str, int | None] | None] = ContextVar("noted", default=None)
"""The layers, not public, that the answer being made is built from, and rows where counted; the door writes them down."""


def note_for_audit(layer: PublishedLayer, rows: int | None = None) -> None:
    """Note for the audit log that the answer being made is built from a layer; the door writes it down before it leaves.

    Whoever looks a layer up notes it thereby. ``rows`` is how many features the answer holds, said by a route that knows it.
    """
    noted = AUDITED_LAYERS.get()
    if layer.role != "public" and noted is not None:
        noted[layer.id] = rows if rows is not None else noted.get(layer.id)
