"""The share of people, and the stations, without travel times, with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from geoservice.demand import DemandSurface, Quantity
from geoservice.errors import InputError
from geoservice.geo import BBox, Bools, Int8s
from geoservice.labels import MODE_LABELS
from geoservice.layer import Label
from geoservice.network.snap import NO_NETWORK, REASONS, SNAPPED, TOO_FAR

NOT_JOINED = "not joined to the network"
ALL = 99.995
"""Percent that rounds to all people."""


@dataclass(frozen=True)
class OffStreet:
    """Points without travel times in a mode, because they are on no street, or on streets that are not joined to a station.

    ``shares`` is the percent of all persons by reason, ``stations`` the reason by station id.
    """

    shares: dict[str, float]
    stations: dict[str, str]

    @classmethod
    def of(
        cls, surface: DemandSurface, points: Int8s, joined: Bools, stations: pa.Table, station_reasons: Int8s
    ) -> "OffStreet":
        """Return the results of snapping the surface's points and the stations, from the reasons of both.

        ``points`` and ``station_reasons`` are positions in :data:`geoservice.network.snap.REASONS`, ``joined`` is that of the
        points.
        """
        people = surface.positive[Quantity("persons")][surface.point_leaf] * surface.point_weight
        total = max(float(people.sum()), 1e-9)
        masks = {reason: points == code for code, reason in enumerate(REASONS) if code != SNAPPED}
        masks[NOT_JOINED] = ~joined
        shares = {reason: round(100 * float(people[mask].sum()) / total, 2) for reason, mask in masks.items()}
        ids = stations.column("id").to_pylist()
        return cls(shares, {str(ids[i]): REASONS[station_reasons[i]] for i in np.flatnonzero(station_reasons != SNAPPED)})

    def lines(self, mode: str) -> list[str]:
        """Return notes on the stations off the streets of a mode."""
        return [
            f"station {s} is not on a street for {mode} ({reason}): nobody reaches it" for s, reason in self.stations.items()
        ]

    @property
    def beyond(self) -> float:
        """Percent of all persons beyond the extract."""
        return self.shares[REASONS[NO_NETWORK]]


def extract_notes(off_street: Mapping[str, OffStreet], extract: str, boxes: Mapping[str, BBox]) -> tuple[Label, ...]:
    """Return a note if people live beyond the extract of the streets: their share, and the streets' bounding box.

    Parameters
    ----------
    off_street
        Points off the streets by mode.
    extract
        Name of the file.
    boxes
        Bounding box of the streets by mode.

    Raises
    ------
    InputError
        If everybody lives beyond it, whatever the mode.
    """
    mode = max(off_street, key=lambda m: off_street[m].beyond)
    share, box = off_street[mode].beyond, boxes[mode]
    corners = f"{box.west:.2f} {box.south:.2f}", f"{box.east:.2f} {box.north:.2f}"
    if min(o.beyond for o in off_street.values()) >= ALL:
        raise InputError(
            f"{extract}: its streets are between {corners[0]} and {corners[1]} (longitude latitude), and nobody of this study "
            "lives there; import an extract of the study's areas: geoservice import network FILE.osm.pbf"
        )
    if not share:
        return ()
    zh = (
        f"{share:.2f}%的人口位于路网数据“{extract}”的范围（经纬度 {corners[0]} 至 {corners[1]}）之外，因此没有到站点的时间；"
        "如需计算，请导入覆盖全部区域的数据。"
    )
    en = (
        f"{share:.2f} % of the people live beyond the extract of the streets, {extract} (longitude and latitude {corners[0]} "
        f"to {corners[1]}), and so have no times to stations; to have them, import an extract that covers all areas."
    )
    return (Label(zh=zh, en=en),)


_WORDS = {
    REASONS[TOO_FAR]: ("离道路太远", "too far from a street"),
    NOT_JOINED: ("所在道路与有站点的路网不相连", "on streets that are not joined to a station"),
}


def street_notes(off_street: Mapping[str, OffStreet]) -> tuple[Label, ...]:
    """Return a note for each mode and reason on the people within the extract who have no times."""
    notes = []
    for mode, off in off_street.items():
        for reason, (zh, en) in _WORDS.items():
            if share := off.shares.get(reason, 0.0):
                label = MODE_LABELS[mode]
                notes.append(
                    Label(
                        zh=f"{label.zh}：{share:.2f}%的人口{zh}，没有到站点的时间。",
                        en=f"{label.en}: {share:.2f} % of the people are {en} and have no times to stations.",
                    )
                )
    return tuple(notes)
