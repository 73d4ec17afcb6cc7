"""Examples by client program: steps in both languages, and text to copy, with the names of a release."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict

from geoservice.layer import Label
from geoservice.release.base import PublishedLayer
from geoservice.server.features.params import MAX_LIMIT
from geoservice.server.styles.routes import bounds_of, drawing_order, visible_layers

FOLDER = Path(__file__).parent
SUFFIX = ".tmpl"
"""Suffix of templates, so that tools do not treat them as code of this package."""


class Client(BaseModel):
    """A client program; ``file`` is the file name of its example."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    title: Label
    file: str
    steps: tuple[Label, ...]

    @property
    def template(self) -> str:
        """Return the example with placeholders."""
        return (FOLDER / "templates" / f"{self.file}{SUFFIX}").read_text(encoding="utf-8")


class Rule(BaseModel):
    """A rule that holds for all clients."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    title: Label
    text: Label


class Guide(BaseModel):
    """The content of the page: clients and rules, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    introduction: Label
    clients: tuple[Client, ...]
    rules: tuple[Rule, ...]


@cache
def guide() -> Guide:
    """Return the content of ``clients.toml``."""
    return Guide.model_validate(tomllib.loads((FOLDER / "clients.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Names:
    """The values of the placeholders: URLs, a polygon layer and a point layer (the same one if either is missing)."""

    base: str
    areas: PublishedLayer
    points: PublishedLayer
    language: str
    credit: str

    @property
    def values(self) -> dict[str, str]:
        """Return the text of each placeholder."""
        west, south, east, north = bounds_of([self.areas])
        level = next(reversed(self.areas.zooms), "")
        return {
            "BASE": self.base,
            "AREAS": self.areas.id,
            "POINTS": self.points.id,
            "NAME": name_column(self.points, self.language),
            "WEST": f"{west:.5f}",
            "SOUTH": f"{south:.5f}",
            "EAST": f"{east:.5f}",
            "NORTH": f"{north:.5f}",
            "MINZOOM": str(self.areas.minzoom),
            "MAXZOOM": str(self.areas.maxzoom),
            "MAXIMUM": str(MAX_LIMIT),
            "FILTER": f"geography = '{level}'",
            "CREDIT": orjson.dumps(escape(self.credit)).decode(),
        }

    def example(self, client: Client) -> str:
        """Return a client's example without placeholders."""
        return fill_template(client.template, self.values)

    def steps(self, client: Client) -> Iterator[str]:
        """Yield the steps of a client, in the language of the page."""
        names = {name.lower(): text for name, text in self.values.items()}
        return (getattr(step, self.language).format(**names) for step in client.steps)


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Return a template with its placeholders replaced; raises KeyError for an unknown placeholder.

    >>> fill_template("__BASE__/tiles/{z}", {"BASE": "http://h"})
    'http://h/tiles/{z}'
    """
    return re.sub(r"__([A-Z]+)__", lambda match: values[match[1]], template)


def name_column(layer: PublishedLayer, language: str) -> str:
    """Return the property with the name of a feature: in the language, else the first text column, else the code."""
    names = [c.name for c in layer.columns if c.type == "text"]
    return next((n for n in (f"name_{language}", *names) if n in names), "unit")


def example_layers(layers: Sequence[PublishedLayer]) -> tuple[PublishedLayer, PublishedLayer] | None:
    """Return a polygon and a point layer for the examples, of those that a map initially shows, preferably public; or None."""
    candidates = drawing_order([layer for layer in layers if layer.role == "public"]) or drawing_order(layers)
    if not candidates:
        return None
    initial = visible_layers(candidates)
    areas = next((layer for layer in initial if layer.geometry == "polygon"), initial[0])
    return areas, next((layer for layer in initial if layer.geometry == "point"), areas)
