"""Examples by client: what to do, in both languages, and text to copy, filled in with the names of a release."""

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
from geoservice.server.styles.routes import box_of, ordered, shown

FOLDER = Path(__file__).parent
SUFFIX = ".tmpl"
"""Of templates, so that no tool takes them for code of this package."""


class Client(BaseModel):
    """A program that reads the service; ``file`` is the name of its example."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    title: Label
    file: str
    steps: tuple[Label, ...]

    @property
    def template(self) -> str:
        """Return the example before names are filled in."""
        return (FOLDER / "templates" / f"{self.file}{SUFFIX}").read_text(encoding="utf-8")


class Rule(BaseModel):
    """What every client meets."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    title: Label
    text: Label


class Guide(BaseModel):
    """The page: clients and rules, in its order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    introduction: Label
    clients: tuple[Client, ...]
    rules: tuple[Rule, ...]


@cache
def guide() -> Guide:
    """Return the page as its file has it."""
    return Guide.model_validate(tomllib.loads((FOLDER / "clients.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Names:
    """What the examples show: a service, one layer of areas and one of points; they are the same layer where one is missing."""

    base: str
    areas: PublishedLayer
    points: PublishedLayer
    language: str
    credit: str

    @property
    def values(self) -> dict[str, str]:
        """Return the text of each name in the templates."""
        west, south, east, north = box_of([self.areas])
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
        """Return a client's example, filled in."""
        return filled(client.template, self.values)

    def steps(self, client: Client) -> Iterator[str]:
        """Yield what to do, in the language of the names."""
        names = {name.lower(): text for name, text in self.values.items()}
        return (getattr(step, self.language).format(**names) for step in client.steps)


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with its names filled in; raises KeyError for one that is unknown.

    >>> filled("__BASE__/tiles/{z}", {"BASE": "http://h"})
    'http://h/tiles/{z}'
    """
    return re.sub(r"__([A-Z]+)__", lambda match: values[match[1]], template)


def name_column(layer: PublishedLayer, language: str) -> str:
    """Return the property that names a feature for people: in their language, else any text, else the code."""
    names = [c.name for c in layer.columns if c.type == "text"]
    return next((n for n in (f"name_{language}", *names) if n in names), "unit")


def example_layers(layers: Sequence[PublishedLayer]) -> tuple[PublishedLayer, PublishedLayer] | None:
    """Return the layers of areas and points to show: those that a map opens with, public ones first; None without any."""
    drawn = ordered([layer for layer in layers if layer.role == "public"]) or ordered(layers)
    if not drawn:
        return None
    on = shown(drawn)
    areas = next((layer for layer in on if layer.geometry == "polygon"), on[0])
    return areas, next((layer for layer in on if layer.geometry == "point"), areas)
