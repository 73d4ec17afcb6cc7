"""The page for developers of client programs: examples to copy, and the rules for all clients."""

from collections.abc import Iterator
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.server import pages, schemas
from geoservice.server.clients.examples import Names, example_layers, guide
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.params import DEFAULT_LIMIT, MAX_LIMIT
from geoservice.server.formats import HTML
from geoservice.server.links import self_links
from geoservice.server.responses import document, respond
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


@router.get(PATH, operation_id="getClients", summary=SUMMARY, responses=schemas.responses(CLIENTS))
def examples(context: Annotated[RequestContext, Depends(request_context("json", "html"))]) -> Response:
    """Return examples for other programs, which work without changes."""
    links, title = self_links(context.urls, PATH), in_language(SUMMARY, context.language)
    about = {"title": title, "description": getattr(guide().introduction, context.language)}
    content = {**about, "rules": list(rules(context)), "clients": list(entries(context)), "links": links}
    if context.format == "html":
        return respond(context, pages.page(title, body(content), context), HTML, pages.HEADERS)
    return document(context, content, title)


def names_of(context: RequestContext) -> Names | None:
    """Return the values of the placeholders, None if no layer has a map."""
    layers = example_layers(context.layers)
    credit = (context.reader.manifest.study.get("source") or {}).get(context.language, "")
    return None if layers is None else Names(context.urls.base, *layers, context.language, credit)


def entries(context: RequestContext) -> Iterator[dict[str, Any]]:
    """Yield each client with its example."""
    names = names_of(context)
    for client in guide().clients if names else ():
        assert names
        about = {"id": client.id, "title": getattr(client.title, context.language), "steps": list(names.steps(client))}
        yield {**about, "file": client.file, "example": names.example(client)}


def rules(context: RequestContext) -> Iterator[dict[str, str]]:
    """Yield the rules for all clients."""
    origins = "*" if "*" in context.settings.cors_origins else ", ".join(context.settings.cors_origins)
    values = {"base": context.urls.base, "default": DEFAULT_LIMIT, "most": MAX_LIMIT, "origins": origins or "-"}
    for rule in guide().rules:
        title, text = (getattr(label, context.language) for label in (rule.title, rule.text))
        yield {"id": rule.id, "title": title, "text": text.format(**values)}


def body(content: dict[str, Any]) -> str:
    """Return the body of the page: a table of contents, the examples, and the rules."""
    sections = [*content["clients"], *content["rules"]]
    parts = [
        f"<p>{escape(content['description'])}</p>",
        pages.navigation([pages.anchor(f"#{entry['id']}", entry["title"]) for entry in sections]),
    ]
    for entry in content["clients"]:
        steps = "".join(f"<li>{escape(step)}</li>" for step in entry["steps"])
        parts.append(
            f"{heading(entry)}<ul>{steps}</ul><p><code>{entry['file']}</code></p><pre>{escape(entry['example'])}</pre>"
        )
    parts += [f"{heading(entry)}<p>{escape(entry['text'])}</p>" for entry in content["rules"]]
    return "".join(parts)


def heading(entry: dict[str, Any]) -> str:
    """Return the heading of a section."""
    return f'<h2 id="{entry["id"]}">{escape(entry["title"])}</h2>'
