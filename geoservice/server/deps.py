"""FastAPI dependencies: the validated request together with the release that answers it."""

import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, cast

from fastapi import Query, Request
from starlette.types import Scope

from geoservice import __version__
from geoservice.errors import NotFound
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader
from geoservice.server.formats import LANGUAGE_PATTERN, LANGUAGES, choose_format, choose_language
from geoservice.server.links import Urls
from geoservice.server.principal import ANYBODY, Principal, limited_to_current, note_for_audit, readable_layers
from geoservice.server.query_params import parameters
from geoservice.server.release_pool import ReleasePool
from geoservice.settings import Settings


class NotModified(Exception):
    """The client's cached copy is still valid; the response is a 304."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


@dataclass(frozen=True)
class RequestContext:
    """A validated request: format and language of the response, its ETag, and the reader of the release.

    ``query`` holds the query parameters; routes with more than the common parameters validate them with :meth:`with_query`.
    """

    request: Request
    settings: Settings
    reader: ReleaseReader
    format: str
    language: str
    urls: Urls
    etag: str
    principal: Principal
    query: Mapping[str, str]

    @property
    def path(self) -> str:
        """Return the path of the request."""
        return self.request.url.path

    def with_query(self, names: Collection[str], properties: Collection[str] = ()) -> "RequestContext":
        """Return the context with the parameters of these names and the common ones; HTML pages ignore all others.

        Raises :class:`geoservice.errors.ParameterError` as :func:`geoservice.server.query_params.parameters` does.
        """
        pairs = self.request.query_params.multi_items()
        return replace(self, query=parameters(pairs, (*COMMON, *names), properties, lenient=self.format == "html"))

    def layer(self, layer_id: str) -> PublishedLayer:
        """Return a layer that the caller may read; raises :class:`NotFound` with the ids of the readable layers."""
        return layer_for(self.reader, layer_id, self.principal)

    @property
    def layers(self) -> list[PublishedLayer]:
        """Return the layers that the caller may read."""
        return layers_for(self.reader, self.principal)


Layers = tuple[PublishedLayer, ...]


def layers_for(reader: ReleaseReader, principal: Principal, current: Layers | None = None) -> list[PublishedLayer]:
    """Return the layers that a principal may read, and note them for the audit log.

    ``current`` are the layers of the current release; required where the reader may be of an older one, see
    :func:`geoservice.server.principal.limited_to_current`.
    """
    layers = _readable(reader, principal, current)
    for layer in layers:
        note_for_audit(layer)
    return layers


def _readable(reader: ReleaseReader, principal: Principal, current: Layers | None) -> list[PublishedLayer]:
    layers = reader.manifest.layers
    return readable_layers(layers if current is None else limited_to_current(layers, current), principal)


def layer_for(reader: ReleaseReader, layer_id: str, principal: Principal, current: Layers | None = None) -> PublishedLayer:
    """Return the layer of this id and note it for the audit log; ``current`` is as for :func:`layers_for`.

    Raises :class:`NotFound` with the ids of the layers that the principal may read, and of no others.
    """
    layers = _readable(reader, principal, current)
    for layer in layers:
        if layer.id == layer_id:
            note_for_audit(layer)
            return layer
    raise NotFound(f"no layer {layer_id!r:.60}; there are: {', '.join(layer.id for layer in layers)}")


COMMON = ("f", "lang")
"""Query parameters of every route except health checks."""


def common_parameters(request: Request, output_format: str = "") -> dict[str, str]:
    """Return the validated query of a route that has the common parameters only; see :func:`parameters`."""
    return parameters(request.query_params.multi_items(), COMMON, lenient=output_format == "html")


def principal_of(scope: Scope) -> Principal:
    """Return the principal that the access middleware authenticated; ``ANYBODY`` for a request without a token."""
    principal: Principal = scope.get("state", {}).get("principal", ANYBODY)
    return principal


def base_url(request: Request, settings: Settings) -> str:
    """Return the public base URL without a trailing slash: from the settings, a trusted proxy, or the request."""
    return (settings.url or request.scope.get("state", {}).get("base") or str(request.base_url)).rstrip("/")


def entity_tag(*parts: str) -> str:
    """Return a weak ETag over everything that a response depends on."""
    return 'W/"' + hashlib.sha256("\n".join([__version__, *parts]).encode()).hexdigest()[:32] + '"'


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` names the ETag, by the weak comparison of RFC 9110.

    >>> etag_matches('"a", W/"b"', '"b"'), etag_matches("*", '"b"'), etag_matches("", '"b"')
    (True, True, False)
    """
    return lists_etag(if_none_match, etag) or lists_etag(if_none_match, "*")


def lists_etag(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` lists this ETag; ``*`` does not count, as it does not identify the client's copy.

    >>> lists_etag("*", '"b"'), lists_etag('"a", "b"', 'W/"b"')
    (False, True)
    """
    return etag.removeprefix("W/") in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}


def if_match_holds(if_match: str, etag: str) -> bool:
    """Whether an ``If-Match`` names the ETag, by the strong comparison of RFC 9110.

    >>> if_match_holds('"a", "b"', '"b"'), if_match_holds("*", '"b"'), if_match_holds('W/"b"', '"b"')
    (True, True, False)
    """
    return if_match.strip() == "*" or etag in {tag.strip() for tag in if_match.split(",")}


LANGUAGE_QUERY: Any = Query(
    description=f"language of titles: {' or '.join(LANGUAGES)}, also with a region (zh-CN)",
    json_schema_extra={"pattern": LANGUAGE_PATTERN},
)


def format_query(*formats: str) -> Any:
    """Return the OpenAPI description of parameter ``f``."""
    return Query(description="format", json_schema_extra={"enum": list(formats)})


def request_context(
    *formats: str, more: bool = False, cached: bool = True, audited: bool = True
) -> Callable[..., AsyncIterator[RequestContext]]:
    """Return the dependency of a route with the response formats ``formats``; the first is the default.

    With ``more`` the route has further parameters and validates all of them with :meth:`RequestContext.with_query`. With
    ``cached`` the client's ETag is compared before any work is done. Without ``audited`` the route has no data of layers, and
    a 304 notes none for the audit log. This is not a class because FastAPI reads the signature;
    it is async because a sync dependency needs two more threads, and waking them takes longer than this code.
    """

    async def context(
        request: Request,
        f: Annotated[str | None, format_query(*formats)] = None,
        lang: Annotated[str | None, LANGUAGE_QUERY] = None,
    ) -> AsyncIterator[RequestContext]:
        output_format = choose_format(f, request.headers.get("accept", ""), formats)
        query = dict(request.query_params) if more else common_parameters(request, output_format)
        language = choose_language(lang, request.headers.get("accept-language", ""))
        settings, releases = cast("tuple[Settings, ReleasePool]", request.app.state.geoservice)
        base, principal = base_url(request, settings), principal_of(request.scope)
        async with releases.borrow() as reader:
            release = f"{reader.number} {reader.manifest.hash}"
            access = f"{principal.role} {principal.areas} {principal.layers}"
            parts = (base, request.url.path, request.url.query, output_format, language, release, access)
            etag = entity_tag(*parts) if cached else ""
            if etag and lists_etag(request.headers.get("if-none-match", ""), etag):
                if audited:
                    _audit_not_modified(request, reader, principal)
                raise NotModified(etag)
            yield RequestContext(request, settings, reader, output_format, language, Urls(base), etag, principal, query)

    return context


def _audit_not_modified(request: Request, reader: ReleaseReader, principal: Principal) -> None:
    """Note for the audit log the layers of a 304: the layer in the path, or all that the principal may read."""
    if (layer_id := request.path_params.get("layer_id")) is None:
        layers_for(reader, principal)
    else:
        layer_for(reader, layer_id, principal)


def app_state(settings: Settings, releases: ReleasePool) -> tuple[Any, ...]:
    """Return what the dependencies expect in ``app.state.geoservice``."""
    return settings, releases
