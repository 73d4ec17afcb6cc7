"""A release behind a running service, read over OGC API Features as GeoParquet."""

import http.client
import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pyarrow as pa
import pyarrow.parquet as pq

from geoservice.errors import STATUS, Conflict, GeoserviceError, NotFound, ParameterError, Unavailable, UnreadableFile
from geoservice.release.base import ItemQuery, Manifest, Page, PublishedLayer
from geoservice.release.paging_keys import encode_key
from geoservice.release.query import requested_properties, result_schema

TIMEOUT_S = 60
SCHEMES = ("http", "https")


class ServiceReader:
    """See :class:`geoservice.release.base.FeatureReader`: the release that is current when this is made.

    What a service does not publish is not in the manifest: inputs, parameters and digests of the run are empty, and layers that
    the caller may read count as public.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ParameterError(f"url: got {url!r:.200}, allowed are those that begin with http:// or https:// and a host")
        self._base, self._token = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", token
        self.number, self.manifest = self._read_manifest()

    def _get(self, path: str, parameters: Mapping[str, str]) -> bytes:
        request = Request(f"{self._base}{path}?{urlencode(parameters)}")  # noqa: S310 - its scheme is one of SCHEMES
        if self._token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")  # another host must not get it
        try:
            with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
                body: bytes = answer.read()
        except HTTPError as e:
            raise self._refusal(e.code, e.read()) from None
        except (OSError, http.client.HTTPException) as e:
            raise Unavailable(f"{self._base}: no answer; is the service running there?") from e
        return body

    def _refusal(self, status: int, body: bytes) -> GeoserviceError:
        """Return what the service says with an error status, as the error that it was there."""
        kind = next((k for k, code in STATUS.items() if code == status), GeoserviceError)
        try:
            detail = json.loads(body)["detail"]
        except (ValueError, KeyError, TypeError):
            detail = f"answered with status {status}"
        return kind(f"{self._base}: {detail}")

    def _read_manifest(self) -> tuple[int, Manifest]:
        try:
            told: dict[str, Any] = json.loads(self._get("/manifest", {"f": "json"}))
            layers = [_published(layer) for layer in told["layers"]]
            return int(told["release"]), Manifest(
                hash=told["hash"], created=told["created"], code_version=told["codeVersion"], study=told["study"], inputs={},
                parameters={}, table_digest="", layers=tuple(layers), processes=told["processes"], notes=told["notes"],
                disclosure=told["disclosure"], base_map=told["baseMap"],
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as e:
            raise UnreadableFile(f"{self._base}: what answers there is no geoservice, or one of another version") from e

    def layer(self, layer_id: str) -> PublishedLayer:
        """Return the layer; raises :class:`NotFound` naming the layers there are."""
        known = {layer.id: layer for layer in self.manifest.layers}
        if layer_id not in known:
            raise NotFound(f"layer {layer_id!r:.80} does not exist; there are {', '.join(known) or 'none'}")
        return known[layer_id]

    def page(self, layer_id: str, query: ItemQuery) -> Page:
        """At most ``limit`` features in the order of ``fid``; a query of another order, or of ids, is not sent.

        Raises :class:`Conflict` when the service has another release by now, and whatever error it answers with.
        """
        layer = self.layer(layer_id)
        rows = self._rows(layer, query)
        schema = result_schema(layer, requested_properties(layer, query.properties), query.geometry)
        last = rows.column("fid")[-1].as_py() if rows.num_rows == query.limit else None
        return Page(rows.select(schema.names).cast(schema), None, None if last is None else (last,))

    def _rows(self, layer: PublishedLayer, query: ItemQuery) -> pa.Table:
        file = pq.ParquetFile(io.BytesIO(self._get(f"/collections/{layer.id}/items", parameters_of(layer, query))))
        about = json.loads((file.metadata.metadata or {}).get(b"geoservice", b"{}"))
        if (now := about.get("release")) != str(self.number):
            raise Conflict(f"{self._base}: release {now} has taken the place of {self.number}; open it again")
        return file.read()

    def close(self) -> None:
        """Nothing is held between requests."""


def parameters_of(layer: PublishedLayer, query: ItemQuery) -> dict[str, str]:
    """Return a query as parameters of OGC API Features; raises :class:`ParameterError` for one that cannot be asked."""
    if query.sortby or query.ids is not None or query.before is not None or query.within is not None:
        raise ParameterError("query: over HTTP features come in their own order, all or by filter, box and equalities")
    found = {"f": "parquet", "limit": str(query.limit)}
    if query.after:
        found["after"] = encode_key(layer, (), query.after if isinstance(query.after, tuple) else (query.after,))
    if query.bbox is not None:
        found["bbox"] = ",".join(map(repr, query.bbox))
    if query.filter is not None:
        found |= {"filter": query.filter.text, "filter-lang": "cql2-json"}
    if query.properties is not None:
        found["properties"] = ",".join(query.properties)
    if not query.geometry:
        found["skipGeometry"] = "true"
    return {**found, **{k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in query.equals.items()}}


def _published(layer: dict[str, Any]) -> PublishedLayer:
    """Return a layer as a service describes it: the colours of its legend are worked out from its style, and not part of it."""
    style = {k: v for k, v in layer["style"].items() if k != "legend"}
    return PublishedLayer(**{"role": "public", "features": 0, **layer, "style": style})
