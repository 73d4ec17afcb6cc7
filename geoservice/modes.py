"""The modes of travel: all that differs between them, except speeds, which are in ``network/speeds.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from geoservice.layer import Label

SlopeCurve: TypeAlias = Literal["hiking", "cycling", "ebike"]
"""Curves of :mod:`geoservice.network.slope`."""
Hazard: TypeAlias = Literal["ford", "tidal", "winter_road"]
"""What closes ways for a part of the year or the day."""

_CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
_SIDEWALKS = ("sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both")


@dataclass(frozen=True)
class Mode:
    """A mode of travel.

    Attributes
    ----------
    label
        Its name in both languages.
    access
        OSM keys that decide whether the mode may use a way, the most specific first
        (https://wiki.openstreetmap.org/wiki/Key:access, "transport mode hierarchy").
    oneway
        OSM keys for the direction of travel of this mode, the most specific first; they override ``oneway``.
    straight_metres_per_minute
        Speed along a straight line, allowing for detours; used only to choose a point.
    barriers
        As which traveller it is stopped by barriers (``network/barriers.py``).
    lanes
        OSM keys of a part of the street made for this mode: a sidewalk, a cycle lane. It opens streets that are closed by
        their class.
    ramps
        OSM keys of ramps on which it gets over steps.
    fords
        Values of ``ford`` that it crosses in any season.
    without_doors
        Classes of ways to which no door opens, beside motorways and ferries: points do not snap to them.
    slope
        How slopes change its speed, where there is terrain; None if they do not.
    obeys_oneway
        Whether ``oneway``, roundabouts, motorways and turn restrictions bind it.
    steps, motorroads, contraflow, dismounts
        Whether it may use steps, motorroads and cycle lanes against the traffic, and ways with the access ``dismount``.
    ferries
        Whether it may use ferries whose tags do not mention it.
    needs_sidewalk
        Whether ``sidewalk=no`` closes the classes of ``no_sidewalk`` in ``speeds.toml``.
    """

    label: Label
    access: tuple[str, ...]
    oneway: tuple[str, ...]
    straight_metres_per_minute: float
    barriers: Literal["foot", "bicycle", "car"]
    lanes: tuple[str, ...] = ()
    ramps: tuple[str, ...] = ()
    fords: frozenset[str] = frozenset()
    without_doors: frozenset[str] = frozenset()
    slope: SlopeCurve | None = None
    obeys_oneway: bool = True
    steps: bool = False
    motorroads: bool = False
    contraflow: bool = False
    dismounts: bool = False
    ferries: bool = True
    needs_sidewalk: bool = False

    @property
    def opening(self) -> tuple[str, ...]:
        """The access keys that are about this mode: these open a way that is closed to it by its class."""
        return tuple(key for key in self.access if key not in {"access", "vehicle"})

    @property
    def restrictions(self) -> tuple[str, ...]:
        """The keys of turn restrictions that bind this mode, the most specific first."""
        if not self.obeys_oneway:
            return ()
        return (*(f"restriction:{key}" for key in self.access if key != "access"), "restriction")


MODES: Mapping[str, Mode] = MappingProxyType({
    "walk": Mode(
        Label(zh="步行", en="walking"), ("foot", "access"), ("oneway:foot", "conveying"), 60.0, "foot",
        lanes=_SIDEWALKS, fords=frozenset({"stepping_stones"}), without_doors=frozenset({"elevator"}),
        slope="hiking", obeys_oneway=False, steps=True, needs_sidewalk=True,
    ),
    "cycle": Mode(
        Label(zh="骑行", en="cycling"), ("bicycle", "vehicle", "access"), ("oneway:bicycle", "oneway:vehicle"), 180.0,
        "bicycle", lanes=_CYCLEWAYS, ramps=("ramp", "ramp:bicycle", "ramp:stroller", "ramp:wheelchair"),
        without_doors=frozenset({"elevator", "steps"}), slope="cycling", contraflow=True, dismounts=True,
    ),
    "ebike": Mode(
        Label(zh="电动自行车", en="e-bike"), ("electric_bicycle", "bicycle", "vehicle", "access"),
        ("oneway:bicycle", "oneway:vehicle"), 230.0, "bicycle", lanes=_CYCLEWAYS,
        ramps=("ramp", "ramp:bicycle", "ramp:stroller", "ramp:wheelchair"),
        without_doors=frozenset({"elevator", "steps"}), slope="ebike", contraflow=True, dismounts=True,
    ),
    "drive": Mode(
        Label(zh="驾车", en="driving"), ("motorcar", "motor_vehicle", "vehicle", "access"),
        ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle"), 450.0, "car", motorroads=True, ferries=False,
    ),
})  # fmt: skip


def known_mode(name: str) -> str:
    """Return the name of a mode; raises ValueError if there is no such mode."""
    if name not in MODES:
        raise ValueError(f"allowed are {', '.join(MODES)}")
    return name
