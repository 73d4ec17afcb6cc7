"""Templates of tables to fill in: headers that the importer knows, and what belongs below them, in Chinese or English.

Types, units and choices are those of :mod:`geoservice.schema`; headers and examples are in ``templates.toml``.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import pyarrow as pa
import shapely

from geoservice.errors import check_choice
from geoservice.ingest import value_vocabulary
from geoservice.ingest.columns import fields_of
from geoservice.ingest.header_names import guess_columns
from geoservice.ingest.values import to_items
from geoservice.schema import GROUP_PREFIX, LEVELS, TABLES, TEXTS, SchemaColumn, TableName
from geoservice.spreadsheet import escape_formula
from geoservice.study import Group, Service, Study

Language = Literal["zh", "en"]
Kind = Literal[
    "areas", "stations", "households", "uptake", "population", "pyramids", "candidates",
    "divisions", "changes", "aliases", "places",
]  # fmt: skip
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]  # as typing.get_args, with the type of its elements
_INDEX = {"zh": 0, "en": 1}
_UNITS = {
    "degree": "度", "metre": "米", "square metre": "平方米", "person": "人", "household": "户", "second": "秒", "year": "岁",
}  # fmt: skip
_CHOICES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("stations", "tier"): value_vocabulary.TIER,
    ("areas", "level"): value_vocabulary.LEVEL,
    ("households", "precision"): value_vocabulary.PRECISION,
    ("pyramids", "sex"): value_vocabulary.SEX,
}
_GROUPS = ("households", "population")
_BY_TYPE: Sequence[tuple[pa.DataType, tuple[str, str]]] = (
    (pa.date32(), ("日期，如 2024-01-31", "a day such as 2024-01-31")),
    (pa.bool_(), ("是、否", "yes, no")),
    (pa.int32(), ("整数", "a whole number")),
    (pa.int64(), ("整数", "a whole number")),
    (pa.float64(), ("数", "a number")),
    (TEXTS, ("多个用“；”隔开", "several are separated by ;")),
)


@dataclass(frozen=True)
class TemplateColumn:
    """One column of a template: its header, and what a person reads about it.

    ``examples`` has one value for each example row; ``choices`` are all values that are allowed, empty if there are others;
    ``is_text`` is whether a spreadsheet must not read its values as numbers.
    """

    field: str
    header: str
    meaning: str
    unit: str
    allowed: str
    required: bool
    examples: tuple[str, ...]
    choices: tuple[str, ...] = ()
    is_text: bool = False


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files(__package__).joinpath("templates.toml").read_text("utf-8"))


def template(
    kind: str, language: Language, study: Study | None = None, areas: pa.Table | None = None
) -> tuple[TemplateColumn, ...]:
    """Return the columns of the template of a kind.

    Parameters
    ----------
    kind
        A table, ``candidates``, or a table of the gazetteer.
    language
        Of headers and texts.
    study
        Its groups become columns, its services examples; None for a template without a project.
    areas
        The loaded areas, which the examples lie in; None or empty for places of nowhere.

    Raises
    ------
    ParameterError
        There is no such kind.
    """
    check_choice("kind", kind, KINDS)
    values = _values(language, study, areas)
    columns = [_column(kind, name, entry, language, values) for name, entry in _texts()[kind].items()]
    if kind in _GROUPS and study is not None:
        columns += _group_columns(kind, columns, language, study)
    return tuple(columns)


def _column(kind: str, name: str, entry: Any, language: Language, values: Mapping[str, str]) -> TemplateColumn:
    if isinstance(entry, str):
        kind, _, name = entry.partition(".")
        entry = _texts()[kind][name]
    own, at = _schema_column(kind, name), _INDEX[language]
    header, *meaning = entry[language]
    example = entry["example"]
    rows = (
        [row[0] for row in example] if isinstance(example[0], list) else [example if isinstance(example, str) else example[at]]
    )
    choices = _choices(_CHOICES.get((kind, name), {}), language)
    allowed = entry["allowed"][at] if "allowed" in entry else "、".join(choices) if language == "zh" else ", ".join(choices)
    return TemplateColumn(
        name,
        header,
        meaning[0] if meaning else own.meaning if own else "",
        _unit(own, language),
        allowed or _allowed(own, name, at),
        bool(entry.get("required")),
        tuple(row.format_map(values) for row in rows),
        choices,
        own is None or pa.types.is_string(own.type) or pa.types.is_binary(own.type) or name == "id",
    )


def _schema_column(kind: str, name: str) -> SchemaColumn | None:
    """Return the column of the schema that a column of a template fills; None for what is computed from or not stored."""
    tables = {str(t.name): t for t in TABLES.values()}
    own = tables[kind].columns if kind in tables else ()
    coordinates = [c for c in TABLES["stations"].columns if name in {"lon", "lat"}]
    return next((c for c in (*own, *coordinates) if c.name == name), None)


def _unit(own: SchemaColumn | None, language: Language) -> str:
    unit = own.unit if own else ""
    return _UNITS[unit] if language == "zh" and unit else unit


def _allowed(own: SchemaColumn | None, name: str, at: int) -> str:
    if own is None or name == "id":
        flags = {"published": ("是、否", "yes, no")}
        return flags.get(name, ("文字", "a text"))[at]
    return next((texts[at] for kind, texts in _BY_TYPE if own.type == kind), ("文字", "a text")[at])


def _choices(words: Mapping[str, str], language: Language) -> tuple[str, ...]:
    """Return the values of a choice: ids in English, the first word for each in Chinese."""
    if language == "en":
        return tuple(dict.fromkeys(words.values()))
    first: dict[str, str] = {}
    for word, key in words.items():
        if word != key:
            first.setdefault(key, word)
    return tuple(first.values())


def _group_columns(kind: str, columns: Sequence[TemplateColumn], language: Language, study: Study) -> Sequence[TemplateColumn]:
    """Return the columns of the study's groups; the header is the id of a group whose title the importer would not know."""
    table: TableName = "households" if kind == "households" else "population"
    titles = {GROUP_PREFIX + g.id: getattr(g.title, language) for g in study.groups}
    mapping = guess_columns([*(c.header for c in columns), *titles.values()], fields_of(table, study))
    unique = {f for f, title in titles.items() if list(titles.values()).count(title) == 1 and escape_formula(title) == title}
    known = {f for f in unique if mapping.get(f) == titles[f]}
    return [_group_column(g, titles[GROUP_PREFIX + g.id] if GROUP_PREFIX + g.id in known else g.id, kind, language)
            for g in study.groups]  # fmt: skip


def _group_column(group: Group, header: str, kind: str, language: Language) -> TemplateColumn:
    title = getattr(group.title, language)
    meaning = f"其中{title}的人数；空白为 0" if language == "zh" else f"persons of the group {title!r}; empty means 0"
    allowed = ("整数" if language == "zh" else "a whole number") if kind == "households" else ""
    unit = "人" if language == "zh" else "person"
    allowed = allowed or ("数" if language == "zh" else "a number")
    return TemplateColumn(GROUP_PREFIX + group.id, header, meaning, unit, allowed, kind == "households", ("1",))


def _values(language: Language, study: Study | None, areas: pa.Table | None) -> Mapping[str, str]:
    """Return what the placeholders of examples stand for."""
    services = (
        [_name(s, language) for s in study.services[:2]] if study else ["健康检查" if language == "zh" else "Health check"]
    )
    joined = "；".join(services) if language == "zh" else "; ".join(services)
    place = {"area": "340811100", "home": "340811100", "parent": "340811", "lon": "117.05", "lat": "30.55"}
    if areas is not None and areas.num_rows:
        place |= _place(areas)
    return {**place, "service": services[0], "services": joined}


def _name(service: Service, language: Language) -> str:
    """Return the title of a service, or its id if the title reads as a list or a formula."""
    title: str = getattr(service.title, language)
    return title if to_items(title) == [title] and escape_formula(title) == title else service.id


def _place(areas: pa.Table) -> Mapping[str, str]:
    """Return the code of one of the smallest areas with a border, and a point in it."""
    rows = [r for r in areas.to_pylist() if r["geometry"] is not None and r["level"] in LEVELS]
    if not rows:
        return {}
    row = max(rows, key=lambda r: (LEVELS.index(r["level"]), r["code"]))
    point = shapely.point_on_surface(shapely.from_wkb(row["geometry"]))
    return {
        "area": row["code"], "home": row["code"], "parent": row["parent"] or row["code"],
        "lon": f"{point.x:.6f}", "lat": f"{point.y:.6f}",
    }  # fmt: skip
