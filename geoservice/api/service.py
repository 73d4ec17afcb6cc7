"""The release of a running service, read over OGC API Features as GeoParquet."""

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
    """A :class:`geoservice.release.protocols.FeatureReader` of the release that is current when the reader is created.

    Its manifest lacks what a service does not publish: inputs, parameters and digests of the run are empty, and all layers that
    the caller may read are public.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ParameterError(f"url: got {url!r:.200}, allowed are URLs that begin with http:// or https:// and a host")
        self._base, self._token = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", token
        self.number, self.manifest = self._read_manifest()

    def _get(self, path: str, parameters: Mapping[str, str]) -> bytes:
        return self._response(Request(f"{self._base}{path}?{urlencode(parameters)}"))  # noqa: S310 - its scheme is one of SCHEMES

    def execute(self, process: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer of a process of the service; raises any error of its response."""
        body = json.dumps({"inputs": inputs}).encode()
        url, headers = f"{self._base}/processes/{process}/execution", {"Content-Type": "application/json"}
        answer: dict[str, Any] = json.loads(self._response(Request(url, body, headers)))  # noqa: S310 - as above
        return answer

    def _response(self, request: Request) -> bytes:
        if self._token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")  # another host must not get it
        try:
            with urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 - as above
                body: bytes = response.read()
        except HTTPError as e:
            raise self._error(e.code, e.read()) from None
        except (OSError, http.client.HTTPException) as e:
            raise Unavailable(f"{self._base}: no response; is the service running there?") from e
        return body

    def _error(self, status: int, body: bytes) -> GeoserviceError:
        """Return the service's error response as the error of its status."""
        kind = next((k for k, code in STATUS.items() if code == status), GeoserviceError)
        try:
            detail = json.loads(body)["detail"]
        except (ValueError, KeyError, TypeError):
            detail = f"response with status {status}"
        return kind(f"{self._base}: {detail}")

    def _read_manifest(self) -> tuple[int, Manifest]:
        try:
            body: dict[str, Any] = json.loads(self._get("/manifest", {"f": "json"}))
            layers = [_parse_layer(layer) for layer in body["layers"]]
            return int(body["release"]), Manifest(
                hash=body["hash"], created=body["created"], code_version=body["codeVersion"], study=body["study"], inputs={},
                parameters={}, table_digest="", layers=tuple(layers), processes=body["processes"], notes=body["notes"],
                disclosure=body["disclosure"], base_map=body["baseMap"],
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as e:
            raise UnreadableFile(f"{self._base}: the response is not that of geoservice, or of another version of it") from e

    def layer(self, layer_id: str) -> PublishedLayer:
        """Return the layer; raises :class:`NotFound` with the names of the existing layers."""
        layers = {layer.id: layer for layer in self.manifest.layers}
        if layer_id not in layers:
            raise NotFound(f"layer {layer_id!r:.80} does not exist; there are {', '.join(layers) or 'none'}")
        return layers[layer_id]

    def page(self, layer_id: str, query: ItemQuery) -> Page:
        """Return at most ``limit`` features in the order of ``fid``.

        Raises :class:`ParameterError` for a query by ids or of another order, :class:`Conflict` if the service has a new
        release, and any error of the service's response.
        """
        layer = self.layer(layer_id)
        rows = self._rows(layer, query)
        schema = result_schema(layer, requested_properties(layer, query.properties), query.geometry)
        last = rows.column("fid")[-1].as_py() if rows.num_rows == query.limit else None
        return Page(rows.select(schema.names).cast(schema), None, None if last is None else (last,))

    def _rows(self, layer: PublishedLayer, query: ItemQuery) -> pa.Table:
        file = pq.ParquetFile(io.BytesIO(self._get(f"/collections/{layer.id}/items", query_parameters(layer, query))))
        about = json.loads((file.metadata.metadata or {}).get(b"geoservice", b"{}"))
        if (now := about.get("release")) != str(self.number):
            raise Conflict(f"{self._base}: release {now} has replaced {self.number}; open it again")
        return file.read()

    def close(self) -> None:
        """Do nothing: no connection stays open between requests."""


def query_parameters(layer: PublishedLayer, query: ItemQuery) -> dict[str, str]:
    """Return a query as parameters of OGC API Features; raises :class:`ParameterError` if it has no such parameters."""
    if query.sortby or query.ids is not None or query.before is not None or query.within is not None:
        raise ParameterError("query: over HTTP, features are in order of fid; allowed are filter, box and equalities")
    parameters = {"f": "parquet", "limit": str(query.limit)}
    if query.after:
        parameters["after"] = encode_key(layer, (), query.after if isinstance(query.after, tuple) else (query.after,))
    if query.bbox is not None:
        parameters["bbox"] = ",".join(map(repr, query.bbox))
    if query.filter is not None:
        parameters |= {"filter": query.filter.text, "filter-lang": "cql2-json"}
    if query.properties is not None:
        parameters["properties"] = ",".join(query.properties)
    if not query.geometry:
        parameters["skipGeometry"] = "true"
    return {**parameters, **{k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in query.equals.items()}}


def _parse_layer(layer: dict[str, Any]) -> PublishedLayer:
    """Return a layer from a service's description, without the colours that are derived from its style."""
    style = {k: v for k, v in layer["style"].items() if k not in {"legend", "dark"}}
    return PublishedLayer(**{"role": "public", "features": 0, **layer, "style": style})
