"""The syntax tree of a filter: small frozen nodes that fit the layer, for either SQL dialect."""

from dataclasses import dataclass, field
from datetime import date, datetime

Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Literal:
    """A value and its kind (``text integer number boolean date timestamp``); None is an undefined result such as 1/0."""

    value: Value
    kind: str


@dataclass(frozen=True)
class Property:
    """A property of the layer and its kind; that of the geometry is ``geometry``."""

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
    """A text compared without regard to case, accents or both."""

    text: Literal | Property
    case: bool
    accents: bool
    kind: str = "text"


Scalar = Literal | Property | Arithmetic | Fold


@dataclass(frozen=True)
class GeometryLiteral:
    """A geometry given in the filter: valid two-dimensional WKB in degrees, longitude first.

    ``bounds`` are west, south, east, north; ``type`` is the GeoJSON type.
    """

    type: str
    wkb: bytes
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Interval:
    """A closed interval between two instants; None is an open end. An instant is an interval that starts and ends there."""

    start: Literal | Property | None
    end: Literal | Property | None


@dataclass(frozen=True)
class Logic:
    """``and`` or ``or`` of two or more conditions."""

    op: str
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    """The negation of a condition; unknown stays unknown."""

    part: "Node"


@dataclass(frozen=True)
class Comparison:
    """``= <> < > <= >=`` of two scalars of one kind; text is ordered by its bytes."""

    op: str
    left: Scalar
    right: Scalar


@dataclass(frozen=True)
class Like:
    """A text matches a pattern: ``%`` is any characters, ``_`` is one, a backslash escapes the next character."""

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
    """A scalar is null, or a condition is unknown."""

    part: "Node | Scalar"


@dataclass(frozen=True)
class Spatial:
    """A spatial operator such as ``s_intersects``: a relation of the feature's geometry to another, in the plane of degrees."""

    op: str
    left: Property
    right: Property | GeometryLiteral


@dataclass(frozen=True)
class Temporal:
    """A temporal operator such as ``t_after``: a relation of two intervals."""

    op: str
    left: Interval
    right: Interval


Node = Logic | Not | Comparison | Like | Between | In | IsNull | Spatial | Temporal | Literal | Property
"""A condition that is true, false or unknown for a feature; a literal or property is then boolean."""


@dataclass(frozen=True)
class Filter:
    """A filter that fits its layer.

    ``text`` is its canonical form: CQL2 JSON in longitudes and latitudes, the same for filters of the same meaning.
    ``properties`` are the names in the filter as it was sent, in order, even those that make no difference.
    """

    root: Node
    text: str
    properties: tuple[str, ...] = field(compare=False)
