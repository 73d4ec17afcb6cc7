"""layers/<id>.toml: what a published layer shows, as one frozen model; the file's stem is the layer's id."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from geoservice.errors import StudyError
from geoservice.toml_file import read_toml, validate

RESERVED = ("base", "map")
"""No layer's id: the base map's tiles and the style of the whole map are called so."""

Dimension = Literal["service", "tier", "mode", "nth", "group", "minutes"]


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Label(BaseModel):
    """Text in both languages; may hold ``{service}``-like placeholders of the column's dimensions."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    zh: str
    en: str


class LayerColumn(BaseModel):
    """A property of the layer's features.

    ``name`` may hold placeholders (``share_{service}_{mode}_{minutes}``): one property is made for each value of these
    dimensions in the release table. ``where`` fixes the others. Without ``measure`` the property is a public attribute of
    the unit itself (``name``, ``tier``, ...). ``status`` adds a property ``<name>_status``: why a number is missing, and
    whether it is uncertain.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_{}]*$")]
    title: Label
    type: Literal["text", "integer", "number", "boolean", "date", "timestamp"] = "number"
    unit: str = ""
    measure: str | None = None
    where: dict[Dimension, str | int] = Field(default_factory=dict)
    status: bool = False


class Style(BaseModel):
    """How the layer is drawn: a kind, the property that colours it, class breaks and a colour-blind-safe ramp.

    A feature whose value has a margin too wide to tell its class is grey (``uncertain``), one without a value is hatched;
    ``no_data`` is its plain colour where a hatch cannot be drawn. Of travel times ``beyond`` is the class of what is farther
    than was searched, the last colour unless the file states another. A release fills in ``status``, the property that says
    which value is uncertain and why one is missing, and ``reasons``, those among the layer's features.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["circle", "line", "fill", "none"] = "fill"
    property: str | None = None
    breaks: tuple[float, ...] = ()
    colours: tuple[Colour, ...] = ()
    uncertain: Colour = "#bcbac6"  # told from every class of our layers by colour-blind readers too
    no_data: Colour = "#f0f0ee"
    beyond: Colour | None = None
    status: str | None = None
    reasons: tuple[str, ...] = ()
    opacity: float = Field(0.7, ge=0, le=1)


class Layer(BaseModel):
    """A published layer: the geography of the release it draws, its columns, zooms, style and who may read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    title: Label
    description: Label
    geography: tuple[str, ...] = Field(
        description="geographies of the release, from coarse to fine; empty: the release table itself"
    )
    geometry: Literal["point", "line", "polygon", "none"]
    role: Literal["public", "planner", "steward"] = "public"
    minzoom: int = Field(0, ge=0, le=22)
    maxzoom: int = Field(14, ge=0, le=22)
    columns: tuple[LayerColumn, ...] = ()
    style: Style = Style()

    @field_validator("id")
    @classmethod
    def _free(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"{value} is taken, the layer needs another name than any of {', '.join(RESERVED)}")
        return value


def read_layer(path: Path) -> Layer:
    """Read one layer file; raises :class:`StudyError` naming the file and the key."""
    data = read_toml(path, "it should be a layer file")
    return validate(Layer, {**data, "id": path.stem}, path.name)


def read_layers(folder: Path) -> tuple[Layer, ...]:
    """Read every layer of a folder in order of file name; raises :class:`StudyError` if there is none."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise StudyError(f"{folder.name}: no layer files (*.toml)")
    return tuple(read_layer(f) for f in files)
