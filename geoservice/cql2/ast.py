"""A filter as a tree: small frozen nodes, checked against the layer, ready to be written in either dialect."""

from dataclasses import dataclass, field
from datetime import date, datetime

Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Literal:
    """A value and its kind (``text integer number boolean date timestamp``); None is a result that is undefined, as of 1/0."""

    value: Value
    kind: str


@dataclass(frozen=True)
class Property:
    """A property of the layer and its kind; ``geometry`` is the shape."""

    name: str
    kind: str


@dataclass(frozen=True)
class Arithmetic:
    """``+ - * / % div ^`` of two numbers."""

    op: str
    left: "Scalar"
    right: "Scalar"
    kind: str = "number"


@dataclass(frozen=True)
class Fold:
    """A text without regard to case, to accents or to both."""

    text: Literal | Property
    case: bool
    accents: bool
    kind: str = "text"


Scalar = Literal | Property | Arithmetic | Fold


@dataclass(frozen=True)
class GeometryLiteral:
    """A geometry that the filter states: WKB in degrees, longitude first, valid and flat.

    ``west, south, east, north`` are its bounds; ``type`` is GeoJSON's word.
    """

    type: str
    wkb: bytes
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Interval:
    """From one instant to another, both within; an end that is None is open. An instant is an interval of one."""

    start: Literal | Property | None
    end: Literal | Property | None


@dataclass(frozen=True)
class Logic:
    """``and`` or ``or`` of two or more parts."""

    op: str
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: "Node"


@dataclass(frozen=True)
class Comparison:
    """``= <> < > <= >=`` of two scalars of one kind; text in the order of its bytes."""

    op: str
    left: Scalar
    right: Scalar


@dataclass(frozen=True)
class Like:
    """A text meets a pattern: ``%`` any characters, ``_`` one, a backslash takes the next as it is."""

    text: Scalar
    pattern: Scalar


@dataclass(frozen=True)
class Between:
    """``low <= value <= high``."""

    value: Scalar
    low: Scalar
    high: Scalar


@dataclass(frozen=True)
class In:
    """A value is one of several."""

    value: Scalar
    options: tuple[Scalar, ...]


@dataclass(frozen=True)
class IsNull:
    """Something has no value."""

    part: "Node | Scalar"


@dataclass(frozen=True)
class Spatial:
    """``s_intersects`` and its like: a relation of the feature's shape to another, in the plane of degrees."""

    op: str
    left: Property
    right: Property | GeometryLiteral


@dataclass(frozen=True)
class Temporal:
    """``t_after`` and its like: a relation of two intervals."""

    op: str
    left: Interval
    right: Interval


Node = Logic | Not | Comparison | Like | Between | In | IsNull | Spatial | Temporal | Literal | Property
"""What is true, false or unknown of a feature; a literal or a property is a boolean there."""


@dataclass(frozen=True)
class Filter:
    """A filter that fits its layer.

    ``text`` is its canonical form: CQL2 JSON in longitudes and latitudes, the same for the same meaning however it was written.
    ``properties`` are the names it was written with, in order, even where they make no difference.
    """

    root: Node
    text: str
    properties: tuple[str, ...] = field(compare=False)
