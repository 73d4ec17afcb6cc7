"""The demand surface: estimated people by small public place, the noise they carry, and its form on disk.

A surface has *leaves*, the small places, and *points* within each leaf, on its streets or buildings, whose weights add up to 1.
Estimates are signed and unbiased; a second, non-negative set of values is for drawing, routing and siting. Nothing in a surface
is private: it comes from a public population file, or from a differentially private measurement of a register.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.errors import InputError
from geoservice.geo import Float32s, Floats, Int32s, Objects

FORMAT = 1
Z90 = 1.6448536269514722
"""Standard errors to either side that hold 90 % of a normal distribution."""
REPLAYS = 200
"""Draws of the noise that are stored with a surface; the spread of a sum is known from them to one part in twenty."""


class Quantity(NamedTuple):
    """What is estimated: ``households`` or ``persons`` of a population group (``all``, ``resident``, ``under_6`` ...)."""

    unit: Literal["households", "persons"]
    group: str = "all"

    def __str__(self) -> str:
        """Return ``unit.group``, the name of its columns on disk."""
        return f"{self.unit}.{self.group}"


@dataclass(frozen=True)
class Flows:
    """Migrants by area and origin, estimated; all of shape ``(cells,)``, ``noise`` ``(cells, replays)`` in persons.

    ``origin`` is an area code, ``code.rest`` for what is not listed below it, or ``elsewhere``. Some rows are parts of others:
    an area's are parts of those of the area above it, a county's as an origin of its province's.
    """

    area: Sequence[str]
    origin: Sequence[str]
    persons: Floats
    noise: Float32s

    def margins(self) -> Floats:
        """Half-width of each number's 90 % interval; shape ``(cells,)``."""
        return np.asarray(Z90 * np.sqrt((self.noise.astype(float) ** 2).mean(axis=1)), float)


@dataclass(frozen=True)
class DemandSurface:
    """People by leaf.

    Attributes
    ----------
    ids : list of str
        Names of the leaves, in the order of all arrays of shape ``(leaves,)``.
    geometry : object array of bytes, shape (leaves,)
        Outline of each leaf, WKB in degrees.
    values, positive : mapping of Quantity to float64 array, shape (leaves,)
        Signed, unbiased estimates; and the non-negative ones for drawing, routing and siting.
    noise : float32 array, shape (leaves, replays)
        The estimator applied to pure noise of unit scale, ``replays`` times; no replays for a surface without noise.
    scales : mapping of Quantity to float64 array, shape (measurements,)
        How far each independent measurement's unit noise enters a quantity. The covariance of the errors of quantities ``a``
        and ``b`` in one place is ``scales[a] @ scales[b]`` times the mean square of the replays there.
    deviations : mapping of Quantity to float64 array, shape (leaves,)
        Standard errors that a population file states; independent between leaves. Empty for a register's surface.
    point_leaf, point_weight, point_lon, point_lat : arrays, shape (points,)
        Where in each leaf people are taken to be.
    flows : Flows or None
        Where migrants came from, if that was measured.
    description : mapping
        JSON: ``kind``, and of a register's surface ``rho``, ``guess``, ``caps``, ``levels``, ``source``.
    """

    ids: Sequence[str]
    geometry: Objects
    values: Mapping[Quantity, Floats]
    positive: Mapping[Quantity, Floats]
    noise: Float32s
    scales: Mapping[Quantity, Floats]
    deviations: Mapping[Quantity, Floats]
    point_leaf: Int32s
    point_weight: Floats
    point_lon: Floats
    point_lat: Floats
    description: Mapping[str, Any]
    flows: Flows | None = None

    @property
    def leaves(self) -> int:
        """Number of leaves."""
        return len(self.ids)

    def has(self, quantity: Quantity) -> bool:
        """Whether the surface estimates a quantity."""
        return quantity in self.values

    def groups(self) -> tuple[str, ...]:
        """Return the population groups whose persons are estimated, ``all`` first."""
        return tuple(q.group for q in self.values if q.unit == "persons")

    def has_margin(self, quantity: Quantity) -> bool:
        """Whether the errors of a quantity are known."""
        return quantity in self.scales or quantity in self.deviations

    def to_bytes(self) -> bytes:
        """Return the surface as two Arrow IPC streams, leaves and flows; the same surface gives the same bytes."""
        sink = pa.BufferOutputStream()
        for table in (_table(self), _flows_table(self.flows)):
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
        return sink.getvalue().to_pybytes()


def digest(body: bytes) -> str:
    """SHA-256 of a surface's bytes, in hexadecimal: its name in stores and manifests."""
    return hashlib.sha256(body).hexdigest()


def _table(surface: DemandSurface) -> pa.Table:
    starts = pa.array(np.searchsorted(surface.point_leaf, np.arange(surface.leaves + 1)), pa.int32())
    columns: dict[str, pa.Array[Any]] = {
        "id": pa.array(list(surface.ids), pa.string()),
        "geometry": pa.array(list(surface.geometry), pa.binary()),
    }
    for name in ("weight", "lon", "lat"):
        columns[f"point.{name}"] = pa.ListArray.from_arrays(starts, pa.array(getattr(surface, f"point_{name}"), pa.float64()))
    for prefix, group in (("value", surface.values), ("positive", surface.positive), ("deviation", surface.deviations)):
        columns |= {f"{prefix}.{q}": pa.array(v, pa.float64()) for q, v in group.items()}
    flat = pa.array(np.ascontiguousarray(surface.noise, np.float32).ravel())
    if surface.noise.shape[1]:
        columns["noise"] = pa.FixedSizeListArray.from_arrays(flat, surface.noise.shape[1])
    meta = {
        "format": FORMAT,
        "replays": surface.noise.shape[1],
        "scales": {str(q): s.tolist() for q, s in surface.scales.items()},
        "description": dict(surface.description),
    }
    return pa.table(columns).replace_schema_metadata({"geoservice": json.dumps(meta, sort_keys=True, ensure_ascii=False)})


def _flows_table(flows: Flows | None) -> pa.Table:
    if flows is None:
        return pa.table({})
    noise = pa.FixedSizeListArray.from_arrays(pa.array(flows.noise.ravel()), flows.noise.shape[1])
    columns = {"area": pa.array(list(flows.area), pa.string()), "origin": pa.array(list(flows.origin), pa.string())}
    return pa.table({**columns, "persons": pa.array(flows.persons), "noise": noise})


def _read_flows(table: pa.Table) -> Flows | None:
    if not table.num_columns:
        return None
    noise = pc.list_flatten(table.column("noise").combine_chunks()).to_numpy().reshape(table.num_rows, -1)
    area, origin = ([str(c) for c in table.column(n).to_pylist()] for n in ("area", "origin"))
    return Flows(area, origin, table.column("persons").to_numpy(), noise)


def read_surface(body: bytes) -> DemandSurface:
    """Read what :meth:`DemandSurface.to_bytes` wrote; raises :class:`InputError` for anything else or another format."""
    try:
        source = pa.BufferReader(body)
        table, flows = (pa.ipc.open_stream(source).read_all().combine_chunks() for _ in range(2))
        meta = json.loads((table.schema.metadata or {})[b"geoservice"])
    except (pa.ArrowException, OSError, KeyError, ValueError) as e:
        raise InputError("demand surface: the stored bytes are damaged; restore them from a backup") from e
    if meta["format"] != FORMAT:
        raise InputError(f"demand surface: format {meta['format']}, this version reads {FORMAT}")

    def numbers(prefix: str) -> dict[Quantity, Floats]:
        names = [n for n in table.column_names if n.startswith(f"{prefix}.")]
        return {_quantity(n.removeprefix(f"{prefix}.")): table.column(n).to_numpy() for n in names}

    points = {n: table.column(f"point.{n}").combine_chunks() for n in ("weight", "lon", "lat")}
    sizes = pc.list_value_length(points["weight"]).to_numpy()
    noise = np.empty((table.num_rows, 0), np.float32)
    if meta["replays"]:
        flat = pc.list_flatten(table.column("noise").combine_chunks()).to_numpy()
        noise = flat.reshape(table.num_rows, meta["replays"])
    return DemandSurface(
        ids=[str(i) for i in table.column("id").to_pylist()],
        geometry=table.column("geometry").to_numpy(zero_copy_only=False),
        values=numbers("value"),
        positive=numbers("positive"),
        noise=noise,
        scales={_quantity(k): np.array(v, float) for k, v in meta["scales"].items()},
        deviations=numbers("deviation"),
        point_leaf=np.repeat(np.arange(table.num_rows, dtype=np.int32), sizes),
        point_weight=pc.list_flatten(points["weight"]).to_numpy(),
        point_lon=pc.list_flatten(points["lon"]).to_numpy(),
        point_lat=pc.list_flatten(points["lat"]).to_numpy(),
        description=meta["description"],
        flows=_read_flows(flows),
    )


def _quantity(name: str) -> Quantity:
    unit, group = name.split(".", 1)
    return Quantity("households" if unit == "households" else "persons", group)


def combine(first: DemandSurface, second: DemandSurface, groups: Mapping[str, str]) -> DemandSurface:
    """Put two surfaces of one study together: everybody of the first as one group, everybody of the second as another.

    Parameters
    ----------
    first, second : DemandSurface
        E.g. residents from a census grid and migrants from a register.
    groups : mapping
        ``{"first": group, "second": group}``: what the people of each surface are called, e.g. ``resident`` and ``migrant``.

    Returns
    -------
    DemandSurface
        All leaves of both. ``all`` is the sum of the two; other groups of a surface stay its own.

    Raises
    ------
    InputError
        Both carry noise: their scales could not be told apart.
    """
    parts = [_renamed(first, groups["first"]), _renamed(second, groups["second"])]
    names = list(dict.fromkeys(q for p in parts for q in p.values))
    if all(p.scales for p in parts):
        raise InputError("demand surface: two surfaces that are both measured with noise cannot be put together")
    replays = max(p.noise.shape[1] for p in parts)
    noise = [np.zeros((p.leaves, replays), np.float32) if not p.noise.shape[1] else p.noise for p in parts]

    def stacked(of: str, q: Quantity) -> Floats:
        return np.concatenate([getattr(p, of).get(q, np.zeros(p.leaves)) for p in parts])

    return DemandSurface(
        ids=[*first.ids, *second.ids],
        geometry=np.concatenate([p.geometry for p in parts]),
        values={q: stacked("values", q) for q in names},
        positive={q: stacked("positive", q) for q in names},
        noise=np.concatenate(noise),
        scales={q: s for p in parts for q, s in p.scales.items()},
        deviations={q: stacked("deviations", q) for q in dict.fromkeys(q for p in parts for q in p.deviations)},
        point_leaf=np.concatenate([first.point_leaf, second.point_leaf + first.leaves]).astype(np.int32),
        point_weight=np.concatenate([p.point_weight for p in parts]),
        point_lon=np.concatenate([p.point_lon for p in parts]),
        point_lat=np.concatenate([p.point_lat for p in parts]),
        description={"kind": "combined", "parts": [dict(p.description) for p in parts], "groups": dict(groups)},
        flows=second.flows or first.flows,
    )


def _renamed(surface: DemandSurface, group: str) -> DemandSurface:
    """Return the surface's people, those of ``group`` alone where it estimates that group, as ``all`` and as ``group``."""
    own = [q for q in surface.values if q.group == group]
    source = group if own else "all"

    def renamed(of: Mapping[Quantity, Floats]) -> dict[Quantity, Floats]:
        kept = {q: v for q, v in of.items() if q.group not in ("all", "resident", "migrant", group)}
        for q, v in of.items():
            if q.group == source:
                kept |= {Quantity(q.unit, "all"): v, Quantity(q.unit, group): v}
        return kept

    return replace(
        surface,
        values=renamed(surface.values),
        positive=renamed(surface.positive),
        scales=renamed(surface.scales),
        deviations=renamed(surface.deviations),
    )
