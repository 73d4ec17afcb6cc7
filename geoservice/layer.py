"""The model of layers/<id>.toml: what a published layer shows. The file's stem is the layer's id."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from geoservice.errors import StudyError
from geoservice.toml_file import read_toml, toml_model

RESERVED = ("base", "map")
"""Ids that no layer may have: that of the base map's tiles and that of the style of the complete map."""

Dimension = Literal["service", "tier", "mode", "nth", "group", "minutes"]


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Label(BaseModel):
    """Text in both languages; it may contain placeholders of the column's dimensions, such as ``{service}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    zh: str
    en: str


class LayerColumn(BaseModel):
    """A property of the layer's features.

    ``name`` may contain placeholders (``share_{service}_{mode}_{minutes}``): the layer has one property for each value of these
    dimensions in the release table. ``where`` fixes the others. Without ``measure`` the property is a public attribute of
    the unit itself (``name``, ``tier``, ...). ``status`` adds a property ``<name>_status``: why a number is missing, or
    that it is uncertain.
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

    A feature whose margin is too wide to determine its class is grey (``uncertain``), one without a value is hatched;
    ``no_data`` is its plain colour where a hatch cannot be drawn. For travel times, ``beyond`` is the colour of features
    farther than the search limit: the last colour, unless the file states another. A release fills in ``status``, the
    property that states why a value is uncertain or missing, and ``reasons``, those that occur in the layer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["circle", "line", "fill", "none"] = "fill"
    property: str | None = None
    breaks: tuple[float, ...] = ()
    colours: tuple[Colour, ...] = ()
    uncertain: Colour = "#bcbac6"  # distinct from every class of our layers for colour-blind readers too
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
        description="geographies of the release from coarse to fine; empty for the release table itself"
    )
    geometry: Literal["point", "line", "polygon", "none"]
    role: Literal["public", "planner", "steward"] = "public"
    minzoom: int = Field(0, ge=0, le=22)
    maxzoom: int = Field(14, ge=0, le=22)
    first_zooms: dict[str, Annotated[int, Field(ge=0, le=22)]] = Field(
        default_factory=dict, description="first zoom of each geography, where the size of its units does not tell"
    )
    visible: bool = Field(True, description="whether maps of several layers show it unless it is asked for")
    columns: tuple[LayerColumn, ...] = ()
    style: Style = Style()

    @field_validator("id")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"{value} is reserved; allowed is any other id than {', '.join(RESERVED)}")
        return value


def read_layer(path: Path) -> Layer:
    """Read one layer file; raises :class:`StudyError` that names the file and the key."""
    data = read_toml(path, "expected a layer file, as layers/coverage.toml")
    return toml_model(Layer, {**data, "id": path.stem}, path.name)


def read_layers(folder: Path) -> tuple[Layer, ...]:
    """Read every layer of a folder in the order of file names; raises :class:`StudyError` if the folder has none."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise StudyError(f"{folder.name}: no layer files (*.toml)")
    return tuple(read_layer(f) for f in files)
