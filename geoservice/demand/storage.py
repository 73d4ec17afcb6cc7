"""Serialisation of a demand surface: Arrow IPC streams of leaves, of flows and, if it has them, of location counts."""

import hashlib
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.demand.surface import DemandSurface, Flows, LocationCounts, Quantity
from geoservice.errors import InputError
from geoservice.geo import Floats

FORMAT = 1


def write_surface(surface: DemandSurface) -> bytes:
    """Return the surface as Arrow IPC streams, one after the other; the same surface gives the same bytes."""
    sink = pa.BufferOutputStream()
    locations = [] if surface.locations is None else [_locations_table(surface.locations)]
    for table in (_table(surface), _flows_table(surface.flows), *locations):
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue().to_pybytes()


def digest(body: bytes) -> str:
    """Return the SHA-256 of a surface's bytes in hexadecimal, its name in stores and manifests."""
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
    if any(flows.arrived):
        columns["arrived"] = pa.array(list(flows.arrived), pa.string())
    return pa.table({**columns, "persons": pa.array(flows.persons), "noise": noise})


def _read_flows(table: pa.Table) -> Flows | None:
    if not table.num_columns:
        return None
    noise = pc.list_flatten(_whole(table.column("noise"))).to_numpy().reshape(table.num_rows, -1)
    area, origin = ([str(c) for c in table.column(n).to_pylist()] for n in ("area", "origin"))
    arrived = [str(a) for a in table.column("arrived").to_pylist()] if "arrived" in table.column_names else []
    return Flows(area, origin, table.column("persons").to_numpy(), noise, arrived)


def _locations_table(locations: LocationCounts) -> pa.Table:
    flat = pa.array(np.ascontiguousarray(locations.households, float).ravel())
    columns = {
        "areas": pa.array([list(codes) for codes in locations.areas], pa.list_(pa.string())),
        "households": pa.FixedSizeListArray.from_arrays(flat, len(locations.classes)),
    }
    deviation = locations.deviation if isinstance(locations.deviation, float) else locations.deviation.tolist()
    meta = {"classes": list(locations.classes), "deviation": deviation}
    return pa.table(columns).replace_schema_metadata({"geoservice": json.dumps(meta, sort_keys=True)})


def _read_locations(table: pa.Table) -> LocationCounts:
    meta = json.loads((table.schema.metadata or {})[b"geoservice"])
    flat = pc.list_flatten(_whole(table.column("households"))).to_numpy()
    deviation = np.array(meta["deviation"], float) if isinstance(meta["deviation"], list) else float(meta["deviation"])
    areas = [tuple(str(code) for code in codes or ()) for codes in table.column("areas").to_pylist()]
    return LocationCounts(areas, tuple(meta["classes"]), flat.reshape(table.num_rows, -1), deviation)


def read_surface(body: bytes | pa.Buffer) -> DemandSurface:
    """Return the surface of bytes from :func:`write_surface`; raises :class:`InputError` for other bytes or formats.

    Large arrays are views of the bytes: of a file that is mapped to memory, only what is used is read. Bytes of earlier
    versions end after the flows.
    """
    try:
        buffer = pa.py_buffer(body)
        source = pa.BufferReader(buffer)
        table, flows = (pa.ipc.open_stream(source).read_all().combine_chunks() for _ in range(2))
        meta = json.loads((table.schema.metadata or {})[b"geoservice"])
        has_more = source.tell() < buffer.size
        locations = _read_locations(pa.ipc.open_stream(source).read_all()) if has_more else None
    except (pa.ArrowException, OSError, KeyError, ValueError) as e:
        raise InputError("demand surface: the stored bytes are damaged; restore them from a backup") from e
    if meta["format"] != FORMAT:
        raise InputError(f"demand surface: format {meta['format']}, this version reads {FORMAT}")

    def numbers(prefix: str) -> dict[Quantity, Floats]:
        names = [n for n in table.column_names if n.startswith(f"{prefix}.")]
        return {_quantity(n.removeprefix(f"{prefix}.")): table.column(n).to_numpy() for n in names}

    points = {n: _whole(table.column(f"point.{n}")) for n in ("weight", "lon", "lat")}
    sizes = pc.list_value_length(points["weight"]).to_numpy()
    noise = np.empty((table.num_rows, 0), np.float32)
    if meta["replays"]:
        flat = pc.list_flatten(_whole(table.column("noise"))).to_numpy()
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
        locations=locations,
    )


def _whole(column: "pa.ChunkedArray[Any]") -> "pa.Array[Any]":
    """Return a column as one array, without a copy if it is one already: ``combine_chunks`` copies even then."""
    chunks = column.chunks
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays([pa.array([], column.type), *chunks])


def _quantity(name: str) -> Quantity:
    unit, group = name.split(".", 1)
    return Quantity("households" if unit == "households" else "persons", group)
