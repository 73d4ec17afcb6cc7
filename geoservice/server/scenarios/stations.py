"""The stations of a scenario: those of the release with its edits, as GeoJSON features, and features back as edits."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from geoservice.errors import Conflict, NotFound, ParameterError, check_choice
from geoservice.live.edits import MAX_EDITS, NEEDED, StationEdit
from geoservice.live.inputs import validated
from geoservice.server.scenarios.baseline import Baseline, Station
from geoservice.server.scenarios.scenario import check_text

FIELDS = ("name", "tier", "services", "capacity", "start_delay_s")
NEW = "new-"
MAX_DEPTH = 8
"""Levels of objects in a merge patch; a feature has two."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Feature = dict[str, Any]


class PointBody(BaseModel):
    """The geometry of a station in a body; a height is ignored."""

    type: Literal["Point"]
    coordinates: tuple[Number, Number] | tuple[Number, Number, Number]


class PropertiesBody(BaseModel):
    """The properties of a station in a body; null is as in the release. ``status`` is the server's and is ignored."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1), AfterValidator(check_text)] | None = None
    tier: str | None = None
    services: tuple[str, ...] | None = None
    capacity: Number | None = None
    start_delay_s: Number | None = None
    status: Any = None


class FeatureBody(BaseModel):
    """A GeoJSON feature in a body; other members, such as links, are ignored."""

    type: Literal["Feature"]
    geometry: PointBody | None = None
    properties: PropertiesBody


class Allowed(BaseModel):
    """What stations of a study can be: its tiers and services; an empty list allows all."""

    tiers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @classmethod
    def of(cls, study: Mapping[str, Any]) -> "Allowed":
        """Return what a study, as in a manifest, allows."""
        return cls(tiers=tuple(study.get("tiers", ())), services=tuple(s["id"] for s in study.get("services", ())))

    def check(self, edit: StationEdit, place: Mapping[str, str]) -> None:
        """Raise :class:`ParameterError` for a tier or service that the study does not have, or a new station without all.

        ``place`` are the places of the fields of an edit in the body.
        """
        if (edit.lon is None) != (edit.lat is None):
            raise ParameterError(f"{place['lon']}: a position needs both lon and lat")
        if edit.tier is not None and self.tiers:
            check_choice(place["tier"], edit.tier, self.tiers)
        if edit.services is None:
            return
        if not edit.services or len(set(edit.services)) < len(edit.services):
            raise ParameterError(f"{place['services']}: allowed is a list of at least one service, each once")
        for service in edit.services:
            if self.services:
                check_choice(place["services"], service, self.services)
        if missing := [name for name in NEEDED if getattr(edit, name) is None]:
            raise ParameterError(f"{place[missing[0]]}: missing; an edit with services needs {', '.join(NEEDED)}")


IN_FEATURE = {"lon": "geometry", "lat": "geometry", **{name: f"properties.{name}" for name in FIELDS}}


def check_edits(edits: Sequence[StationEdit], allowed: Allowed) -> None:
    """Raise :class:`ParameterError` with the place of an edit that the study does not allow."""
    for i, edit in enumerate(edits):
        allowed.check(edit, {name: f"edits.{i}.{name}" for name in IN_FEATURE})


def edited(base: Station | None, edit: StationEdit) -> Station:
    """Return a station with an edit applied; ``base`` is None for a new one."""
    changes = {name: getattr(edit, name) for name in ("lon", "lat", *FIELDS) if getattr(edit, name) is not None}
    return replace(base or Station(edit.station, edit.station), **changes)


def feature_of(station: Station, status: str) -> Feature:
    """Return a station as a GeoJSON feature; ``status`` is ``release``, ``changed`` or ``new``."""
    has_point = station.lon is not None and station.lat is not None
    return {
        "type": "Feature",
        "id": station.id,
        "geometry": {"type": "Point", "coordinates": [station.lon, station.lat]} if has_point else None,
        "properties": {name: getattr(station, name) for name in FIELDS} | {"status": status},
    }


def feature_etag(feature: Feature) -> str:
    """Return the strong entity tag of a feature: equal for equal content, whatever else changes in the scenario."""
    return f'"{hashlib.sha256(orjson.dumps(feature)).hexdigest()[:32]}"'


class ScenarioStations:
    """The stations of a scenario.

    Parameters
    ----------
    baseline
        Stations of the release.
    edits
        Those of the scenario. An edit of a station that the release does not have, and that is no new one, has no effect.
    """

    def __init__(self, baseline: Baseline, edits: Sequence[StationEdit]) -> None:
        self._baseline, self._edits = baseline, {edit.station: edit for edit in edits}

    @property
    def unknown(self) -> list[str]:
        """The stations of edits without effect."""
        return [e.station for e in self._edits.values() if e.station not in self._baseline and e.services is None]

    def _feature(self, station_id: str) -> Feature | None:
        base, edit = self._baseline.get(station_id), self._edits.get(station_id)
        if edit is None:
            return None if base is None else feature_of(base, "release")
        if not edit.open or (base is None and edit.services is None):
            return None
        return feature_of(edited(base, edit), "new" if base is None else "changed")

    def features(self) -> Iterator[Feature]:
        """Yield the open stations: those of the release in its order, then new ones in the order of the edits."""
        new = [station for station in self._edits if station not in self._baseline]
        for station_id in (*self._baseline, *new):
            if feature := self._feature(station_id):
                yield feature

    def feature(self, station_id: str) -> Feature:
        """Return an open station; raises :class:`NotFound`, also for one that the scenario closes."""
        feature = self._feature(station_id)
        if feature is None:
            closed = station_id in self._edits and station_id in self._baseline
            reason = "is closed in this scenario; a PUT opens it again" if closed else "is not in this scenario"
            raise NotFound(f"station {station_id!r:.60} {reason}")
        return feature

    def free_id(self) -> str:
        """Return an id that neither the release nor the scenario has."""
        number = 1
        while f"{NEW}{number}" in self._baseline or f"{NEW}{number}" in self._edits:
            number += 1
        return f"{NEW}{number}"

    def put(self, station_id: str, body: Mapping[str, Any], allowed: Allowed) -> tuple[StationEdit, ...]:
        """Return the edits with a station as a feature in a body describes it; what it leaves out is as in the release."""
        feature, base = validated(body, FeatureBody), self._baseline.get(station_id)
        properties = feature.properties.model_dump(include=set(FIELDS))
        lon, lat = feature.geometry.coordinates[:2] if feature.geometry else (None, None)
        stated = {"lon": lon, "lat": lat, **properties}
        edit = validated({"station": station_id, **_differences(stated, base)}, StationEdit, places=IN_FEATURE)
        allowed.check(edit, IN_FEATURE)
        if base is None and edit.services is None:
            raise ParameterError(f"properties.services: missing; a new station needs {', '.join(NEEDED)}")
        return self._with(station_id, None if edit == StationEdit(station=station_id) else edit)

    def close(self, station_id: str) -> tuple[StationEdit, ...]:
        """Return the edits without a new station, or with a station of the release closed."""
        if station_id not in self._baseline:
            return self._with(station_id, None)
        edit = self._edits.get(station_id) or StationEdit(station=station_id)
        return self._with(station_id, edit.model_copy(update={"open": False}))

    def is_closed(self, station_id: str) -> bool:
        """Whether a station of the release is closed."""
        return station_id in self._baseline and self._feature(station_id) is None

    def _with(self, station_id: str, edit: StationEdit | None) -> tuple[StationEdit, ...]:
        edits = {**self._edits, station_id: edit}
        if edit is not None and len(edits) > MAX_EDITS:
            raise Conflict(f"a scenario has at most {MAX_EDITS} edits; undo one first")
        return tuple(e for e in edits.values() if e is not None)


def _differences(stated: Mapping[str, Any], base: Station | None) -> dict[str, Any]:
    """Return what is stated and differs from the release; a change of services comes with position and tier."""
    if base is None:
        return dict(stated)
    found = {name: value for name, value in stated.items() if value is not None and value != getattr(base, name)}
    if "lon" in found or "lat" in found:
        found |= {"lon": stated["lon"], "lat": stated["lat"]}
    if "services" in found:  # an edit with services is whole: it stays one if the station leaves the release
        found = {"lon": base.lon, "lat": base.lat, "tier": base.tier, **found}
    return found


def merge_patch(target: Any, patch: Any, depth: int = MAX_DEPTH) -> Any:
    """Return a JSON value with a merge patch applied (RFC 7396): null removes a member.

    Raises :class:`ParameterError` for a patch with more than ``depth`` levels.

    >>> merge_patch({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": 4}})
    {'b': {'c': 4, 'd': 3}}
    """
    if not isinstance(patch, dict):
        return patch
    if not depth:
        raise ParameterError(f"body: objects are nested in more than {MAX_DEPTH} levels")
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value, depth - 1)
    return merged
