"""The page for developers of other portals: examples to copy, and the rules that all clients meet."""

from collections.abc import Iterator
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.server import pages, schemas
from geoservice.server.clients.examples import Names, example_layers, guide
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.params import DEFAULT_LIMIT, MAX_LIMIT
from geoservice.server.formats import HTML, JSON
from geoservice.server.links import link
from geoservice.server.responses import answer, document
from geoservice.server.translations import in_language

router = APIRouter(tags=["service"])

PATH, SUMMARY = "/clients", "Examples for other programs"
EXAMPLE: schemas.Schema = {
    "type": "object",
    "required": ["id", "title", "steps", "file", "example"],
    "properties": {
        "id": schemas.TEXT, "title": schemas.TEXT, "steps": schemas.NAMES, "file": schemas.TEXT, "example": schemas.TEXT,
    },
}  # fmt: skip
CLIENTS: schemas.Schema = {
    "type": "object",
    "required": ["title", "rules", "clients", "links"],
    "properties": {
        "title": schemas.TEXT, "description": schemas.TEXT, "links": schemas.LINKS,
        "clients": {"type": "array", "items": EXAMPLE}, "rules": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip


@router.get(PATH, operation_id="getClients", summary=SUMMARY, responses=schemas.ok(CLIENTS))
def examples(ask: Annotated[RequestContext, Depends(request_context("json", "html"))]) -> Response:
    """Answer with examples for other programs, which work as they are."""
    to, title = ask.urls.to, in_language(SUMMARY, ask.language)
    links = [link("self", JSON, to(PATH, {"f": "json"})), link("alternate", HTML, to(PATH, {"f": "html"}))]
    about = {"title": title, "description": getattr(guide().introduction, ask.language)}
    content = {**about, "rules": list(rules(ask)), "clients": list(entries(ask)), "links": links}
    if ask.format == "html":
        return answer(ask, pages.page(title, body(content), ask), HTML, pages.HEADERS)
    return document(ask, content, title)


def names_of(ask: RequestContext) -> Names | None:
    """Return what the examples show, None where no layer has a map."""
    layers = example_layers(ask.layers)
    credit = (ask.reader.manifest.study.get("source") or {}).get(ask.language, "")
    return None if layers is None else Names(ask.urls.base, *layers, ask.language, credit)


def entries(ask: RequestContext) -> Iterator[dict[str, Any]]:
    """Yield each client with its example."""
    names = names_of(ask)
    for client in guide().clients if names else ():
        assert names
        about = {"id": client.id, "title": getattr(client.title, ask.language), "steps": list(names.steps(client))}
        yield {**about, "file": client.file, "example": names.example(client)}


def rules(ask: RequestContext) -> Iterator[dict[str, str]]:
    """Yield what every client should know."""
    origins = "*" if "*" in ask.settings.cors_origins else ", ".join(ask.settings.cors_origins)
    words = {"base": ask.urls.base, "default": DEFAULT_LIMIT, "most": MAX_LIMIT, "origins": origins or "-"}
    for rule in guide().rules:
        title, text = (getattr(label, ask.language) for label in (rule.title, rule.text))
        yield {"id": rule.id, "title": title, "text": text.format(**words)}


def body(content: dict[str, Any]) -> str:
    """Return the page: a list of what is on it, the rules, and the examples."""
    listed = [*content["clients"], *content["rules"]]
    parts = [
        f"<p>{escape(content['description'])}</p>",
        pages.row([pages.anchor(f"#{entry['id']}", entry["title"]) for entry in listed]),
    ]
    for entry in content["clients"]:
        steps = "".join(f"<li>{escape(step)}</li>" for step in entry["steps"])
        parts.append(f"{head(entry)}<ul>{steps}</ul><p><code>{entry['file']}</code></p><pre>{escape(entry['example'])}</pre>")
    parts += [f"{head(entry)}<p>{escape(entry['text'])}</p>" for entry in content["rules"]]
    return "".join(parts)


def head(entry: dict[str, Any]) -> str:
    """Return the heading of a part."""
    return f'<h2 id="{entry["id"]}">{escape(entry["title"])}</h2>'
