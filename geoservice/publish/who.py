"""Who asks: a name for the audit log, a role, and the areas that the view of non-public layers is limited to."""

from dataclasses import dataclass

from starlette.types import Scope

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


def visible(layers: tuple[PublishedLayer, ...], who: Principal) -> list[PublishedLayer]:
    """Return the layers that a caller may read."""
    return [layer for layer in layers if who.reads(layer)]


def audited(scope: Scope, layer: PublishedLayer, rows: int | None = None) -> None:
    """Note that the answer to a request is built from a layer; the door writes it down before the answer leaves.

    Public layers are not noted. ``rows`` is how many features the answer holds, where a route knows it. A request that came
    past the door has no place to note it in: KeyError, so that nothing leaves unrecorded.
    """
    if layer.role != "public":
        noted: dict[str, int | None] = scope["state"]["audit"]
        noted[layer.id] = rows if rows is not None else noted.get(layer.id)
