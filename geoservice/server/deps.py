"""FastAPI dependencies: a request, checked, with the release it will be answered from."""

import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, cast

from fastapi import Query, Request
from starlette.types import Scope

from geoservice import __version__
from geoservice.errors import NotFound
from geoservice.release.base import PublishedLayer, ReleaseReader
from geoservice.server import release_pool as served
from geoservice.server.formats import LANGUAGE_PATTERN, LANGUAGES, choose_format, choose_language
from geoservice.server.links import Urls
from geoservice.server.principal import ANYBODY, Principal, note_for_audit, limited_to_current, readable_layers
from geoservice.server.query_params import parameters
from geoservice.server.release_pool import ReleasePool
from geoservice.settings import Settings

version_of = served.version_of


class NotModified(Exception):
    """The client's copy is still good."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


@dataclass(frozen=True)
class RequestContext:
    """A checked request: the format and language to answer in, the reader to answer from, and the answer's ETag.

    ``query`` are its parameters; a route that takes more than the common ones checks them with :meth:`only`.
    """

    request: Request
    settings: Settings
    reader: ReleaseReader
    format: str
    language: str
    urls: Urls
    etag: str
    who: Principal
    query: Mapping[str, str]

    @property
    def path(self) -> str:
        """Return the path asked for."""
        return self.request.url.path

    def only(self, names: Collection[str], properties: Collection[str] = ()) -> "RequestContext":
        """Return the request with the parameters of these names and the common ones; a page passes over all others.

        Raises :class:`geoservice.errors.ParameterError` as :func:`geoservice.server.query_params.parameters` does.
        """
        pairs = self.request.query_params.multi_items()
        return replace(self, query=parameters(pairs, (*COMMON, *names), properties, lenient=self.format == "html"))

    def layer(self, layer_id: str) -> PublishedLayer:
        """Return a layer that the caller may read; raises :class:`NotFound` naming those there are."""
        return layer_for(self.reader, layer_id, self.who)

    @property
    def layers(self) -> list[PublishedLayer]:
        """Return the layers that the caller may read."""
        return layers_for(self.reader, self.who)


Layers = tuple[PublishedLayer, ...]


def layers_for(reader: ReleaseReader, who: Principal, now: Layers | None = None) -> list[PublishedLayer]:
    """Return the layers that a caller may read, and note for the audit log that the answer speaks of them.

    ``now`` are the layers of the current release, to be given where the reader may be of another: see :func:`held_to`.
    """
    found = _readable(reader, who, now)
    for layer in found:
        note_for_audit(layer)
    return found


def _readable(reader: ReleaseReader, who: Principal, now: Layers | None) -> list[PublishedLayer]:
    layers = reader.manifest.layers
    return readable_layers(layers if now is None else limited_to_current(layers, now), who)


def layer_for(reader: ReleaseReader, layer_id: str, who: Principal, now: Layers | None = None) -> PublishedLayer:
    """Return the layer of this id and note it for the audit log; ``now`` is as for :func:`layers_for`.

    Raises :class:`NotFound` naming the layers that the caller may read, and no other.
    """
    layers = _readable(reader, who, now)
    for layer in layers:
        if layer.id == layer_id:
            note_for_audit(layer)
            return layer
    raise NotFound(f"no layer {layer_id!r:.60}; there are: {', '.join(layer.id for layer in layers)}")


COMMON = ("f", "lang")
"""Parameters that every route but the health ones takes."""


def common_parameters(request: Request, chosen: str = "") -> dict[str, str]:
    """Return the parameters of a route that takes the common ones alone and answers in a format; see :func:`parameters`."""
    return parameters(request.query_params.multi_items(), COMMON, lenient=chosen == "html")


def principal_of(scope: Scope) -> Principal:
    """Return who asks, as the door has found out; anybody where nobody has asked."""
    found: Principal = scope.get("state", {}).get("who", ANYBODY)
    return found


def base_url(request: Request, settings: Settings) -> str:
    """Return the public base URL without a slash at its end: that of the settings, of a trusted proxy, or of the request."""
    return (settings.url or request.scope.get("state", {}).get("base") or str(request.base_url)).rstrip("/")


def entity_tag(*parts: str) -> str:
    """Return a weak ETag over everything that an answer depends on."""
    return 'W/"' + hashlib.sha256("\n".join([__version__, *parts]).encode()).hexdigest()[:32] + '"'


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` names the ETag, by the weak comparison of RFC 9110.

    >>> matches('"a", W/"b"', '"b"'), matches("*", '"b"'), matches("", '"b"')
    (True, True, False)
    """
    return lists_etag(if_none_match, etag) or lists_etag(if_none_match, "*")


def lists_etag(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` names this very ETag; ``*`` names none: it says nothing of what the client holds.

    >>> names("*", '"b"'), names('"a", "b"', 'W/"b"')
    (False, True)
    """
    return etag.removeprefix("W/") in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}


LANGUAGE_QUERY: Any = Query(
    description=f"language of titles: {' or '.join(LANGUAGES)}, also with a region (zh-CN)",
    json_schema_extra={"pattern": LANGUAGE_PATTERN},
)


def format_query(*formats: str) -> Any:
    """Return the description of parameter ``f``."""
    return Query(description="format", json_schema_extra={"enum": list(formats)})


def request_context(*formats: str, more: bool = False, cached: bool = True) -> Callable[..., AsyncIterator[RequestContext]]:
    """Return the dependency of a route that answers in ``formats``, the first by default.

    ``more``: the route takes parameters beside the common ones and checks all with :meth:`Ask.only`. ``cached``: an ETag
    tells whether the client's copy is still good, before any work is done. A class is not used because FastAPI reads the
    signature; one that is not async would cost two threads more, which take longer to wake than this takes.
    """

    async def ask(
        request: Request,
        f: Annotated[str | None, format_query(*formats)] = None,
        lang: Annotated[str | None, LANGUAGE_QUERY] = None,
    ) -> AsyncIterator[RequestContext]:
        chosen = choose_format(f, request.headers.get("accept", ""), formats)
        query = dict(request.query_params) if more else common_parameters(request, chosen)
        language = choose_language(lang, request.headers.get("accept-language", ""))
        settings, current = cast("tuple[Settings, ReleasePool]", request.app.state.geoservice)
        base, who = base_url(request, settings), principal_of(request.scope)
        async with current.borrow() as reader:
            release = f"{reader.number} {reader.manifest.hash}"
            seen = f"{who.role} {who.areas} {who.layers}"
            etag = entity_tag(base, request.url.path, request.url.query, chosen, language, release, seen) if cached else ""
            if etag and lists_etag(request.headers.get("if-none-match", ""), etag):
                _note_unchanged(request, reader, who)
                raise NotModified(etag)
            yield RequestContext(request, settings, reader, chosen, language, Urls(base), etag, who, query)

    return ask


def _note_unchanged(request: Request, reader: ReleaseReader, who: Principal) -> None:
    """Note that a caller was told its copy is still good: of the layer in the path, or of all that it may read."""
    if (layer_id := request.path_params.get("layer_id")) is None:
        layers_for(reader, who)
    else:
        layer_for(reader, layer_id, who)


def app_state(settings: Settings, current: ReleasePool) -> tuple[Any, ...]:
    """Return what the dependencies expect in ``app.state.geoservice``."""
    return settings, current
