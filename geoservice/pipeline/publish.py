"""Run a study and publish it: read, travel times, analyses, release."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel

from geoservice import __version__
from geoservice.analysis import ANALYSES
from geoservice.analysis.base import Analysis, Context, Units
from geoservice.analysis.frames import stack
from geoservice.analysis.frames import table as release_rows
from geoservice.demand import DemandSurface, region_sums
from geoservice.layer import Label, Layer
from geoservice.measures import MEASURES, UNDER
from geoservice.network.graph import read_index
from geoservice.pipeline.area_index import with_areas
from geoservice.pipeline.context import build_context
from geoservice.pipeline.labels import dimension_labels
from geoservice.pipeline.off_street import OffStreet
from geoservice.pipeline.public_places import UNITS
from geoservice.pipeline.stations import sharing_notes, station_units
from geoservice.pipeline.study_surface import StudySurface
from geoservice.project import Project
from geoservice.release.base import TABLE, LayerContent, Manifest, ReleaseContent, ReleaseStore
from geoservice.release.layer_columns import DimensionLabels
from geoservice.release.layers import build_layers, drop_missing_geometries
from geoservice.release.vector_tiles.archives import TileArchives, attribution_of
from geoservice.study import Study

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Published:
    """What came of a run: the release's number, for each mode what was left off the streets, and notes on its inputs."""

    number: int
    off_street: Mapping[str, OffStreet]
    notes: tuple[Label, ...]


def publish_study(
    project: Project, store: ReleaseStore, study: Study, layers: Sequence[Layer], progress: Progress, keep: int = 5
) -> Published:
    """Run ``study`` on what the project holds and make the result the current release.

    Raises
    ------
    StudyError
        The study asks for an area level, mode or group that the project does not have.
    InputError
        A table is empty, or there is no demand surface.
    """
    context, source, off_street, places, digests, notes = build_context(project, study, progress)
    settings = study_settings(study, source.groups)
    described = study.model_copy(update={"migrants": "migrant" in source.groups}).model_dump(mode="json")
    with closing(TileArchives(attribution_of(described))) as archives:
        wording = dimension_labels(study)
        # the layer of the surface needs no analysis: its tiles, the most of all layers, are drawn while those run
        of_surface = [layer for layer in layers if layer.geography == ("leaf",)]
        leaves = with_areas(places, {}, {"leaf": leaf_units(source.surface)})
        leaf_table = hidden(leaf_rows(source), study.disclosure.hide_below).cast(TABLE)
        made = make_layers(of_surface, leaves, leaf_table, wording, archives)
        results = analyse(context, settings, progress)
        progress("writing the release", 0.0)
        rows = hidden(results.rows, study.disclosure.hide_below)
        table = pa.concat_tables([rows.cast(TABLE), leaf_table])
        others = {g: u.table for g, u in results.units.items()}
        others |= {"cell": context.cells.table, "station": station_units(context.stations, others["catchment"])}
        notes += sharing_notes(context.stations, others["catchment"])
        units = leaves | with_areas(places, {level: u.table for level, u in context.areas.items()}, others)
        made |= make_layers([x for x in layers if x not in of_surface], units, table, wording, archives)
        contents = [made[layer.id] for layer in layers if layer.id in made]
        manifest = Manifest(
            code_version=__version__,
            study=described,
            inputs=digests | {"network": str(read_index(project.network)["digest"])},
            parameters={a.PROCESS.id: params_for(a, settings).model_dump(mode="json") for a in ANALYSES},
            table_digest="",  # the store fills it in
            layers=tuple(c.layer for c in contents),
            processes=tuple(_described(a) for a in ANALYSES),
            disclosure=disclosure_statement(source.surface),
            notes=((SYNTHETIC,) if study.synthetic else ()) + notes + unplaced_notes(contents),
            base_map=True,
        )
        content = ReleaseContent(contents, table, manifest, project.network / "base.pmtiles", archives)
        number = store.write(content, keep)
    progress("writing the release", 1.0)
    return Published(number, off_street, notes)


def make_layers(
    layers: Sequence[Layer], units: Mapping[str, pa.Table], table: pa.Table, wording: DimensionLabels, archives: TileArchives
) -> dict[str, LayerContent]:
    """Layers by id, their tiles begun.

    One whose colours show what this study has no numbers of, as migrants of a population without them, is left out.
    """
    made: dict[str, LayerContent] = {}
    for layer, built in zip(layers, build_layers(layers, units, table, wording), strict=True):
        content = drop_missing_geometries(built)
        if content.layer.style.property or not layer.style.property:
            made[layer.id] = content
            archives.draw(content)
    return made


def unplaced_notes(contents: Sequence[LayerContent]) -> tuple[Label, ...]:
    """Return a note for each layer with units that have no geometry: these are not among its features."""
    return tuple(
        Label(
            zh=f"图层“{content.layer.title.zh}”中有 {content.unplaced} 个单元没有几何图形，未列入该图层；其数值见结果总表。",
            en=f"Layer “{content.layer.title.en}”: {content.unplaced} units have no geometry and are left out; their numbers "
            "are in the release table.",
        )
        for content in contents
        if content.unplaced
    )


@dataclass(frozen=True)
class Results:
    """Rows of the release table, and the units that analyses made."""

    rows: pa.Table
    units: Mapping[str, Units]


def study_settings(study: Study, groups: Sequence[str]) -> dict[str, Any]:
    """Settings of a study by the names that analyses use for their parameters."""
    return {
        "services": tuple(s.id for s in study.services),
        "minutes": study.minutes,
        "standards": {s.id: s.standard_minutes for s in study.services},
        "groups": tuple(groups),
    }


def params_for(analysis: Analysis, settings: Mapping[str, Any]) -> BaseModel:
    """Parameters of an analysis: what it names of the study's settings, defaults for the rest."""
    return analysis.Params(**{k: v for k, v in settings.items() if k in analysis.Params.model_fields})


def analyse(context: Context, settings: Mapping[str, Any], progress: Progress) -> Results:
    """Run every analysis in turn; each sees the rows of those before it."""
    rows, units = stack([]), dict[str, Units]()
    for done, analysis in enumerate(ANALYSES):
        progress("analyses", done / len(ANALYSES))
        findings = analysis.analyse(context, params_for(analysis, settings), rows)
        rows = stack([rows, findings.rows])
        units |= {u.geography: u for u in findings.units}
    progress("analyses", 1.0)
    return Results(rows, units)


def leaf_units(surface: DemandSurface) -> pa.Table:
    """Leaves of the surface as units of the geography ``leaf``."""
    ids = pa.array(list(surface.ids), pa.string())
    shapes = pa.array(list(surface.geometry), pa.binary())
    return pa.table([ids, ids, ids, pa.nulls(len(ids), pa.string()), shapes], schema=UNITS)


def leaf_rows(source: StudySurface) -> pa.Table:
    """Persons of each leaf, of everybody and each group of the study, and households of everybody."""
    surface = source.surface
    sums = region_sums(surface, surface.point_leaf, surface.leaves)
    ids = np.array(surface.ids, object)
    made = [
        release_rows(sums.value(q), sums.margin(q), geography="leaf", unit=ids, measure=q.unit, group=q.group)
        for q in surface.values
        if q.group in source.groups and (q.unit == "persons" or q.group == "all")
    ]
    return stack(made)


def hidden(rows: pa.Table, below: int | None) -> pa.Table:
    """Blank out counts below a number, as a rule of the office may ask for; a matter of presentation."""
    if below is None:
        return rows
    counts = [name for name, m in MEASURES.items() if m.kind == "count"]
    measure = np.isin(rows.column("measure").to_numpy(), counts)
    value, margin = (rows.column(c).to_numpy() for c in ("value", "margin"))
    small = measure & (value < below)
    status = np.where(small, UNDER, rows.column("status").to_numpy())
    changed = {
        "value": pa.array(np.where(small, np.nan, value), from_pandas=True),
        "margin": pa.array(np.where(small, np.nan, margin), from_pandas=True),
        "status": pa.array(status, pa.string()).dictionary_encode(),
    }
    return pa.table([changed.get(f.name, rows.column(f.name)) for f in rows.schema], schema=rows.schema)


def _described(analysis: Analysis) -> dict[str, Any]:
    return analysis.PROCESS.model_copy(update={"parameters": analysis.Params.model_json_schema()}).model_dump(mode="json")


SYNTHETIC = Label(
    zh="本例中的住户为合成数据，并非真实住户。",
    en="The households of this example are synthetic, not real ones.",
)


def disclosure_statement(surface: DemandSurface) -> dict[str, Any]:
    """What the manifest says of how people were protected, with two sentences for readers in each language."""
    facts = dict(surface.description)
    guess = facts.get("guess") or next((p["guess"] for p in facts.get("parts", ()) if "guess" in p), None)
    if guess is None:
        zh = "人口来自公开的人口数据，不含登记住户信息。数字为估计值。"
        en = "People come from public population data; no register of households is in it. Numbers are estimates."
    else:
        right = round(100 * guess)
        zh = (
            "人口为对登记数据一次受保护测量所得的估计值，± 为90%误差范围。"
            f"无论掌握什么信息，猜测某一户是否在册，100次至多猜对{right}次（盲猜为50次）。"
        )
        en = (
            "People are estimates from one protected measurement of the register; ± is the 90 % margin. "
            "Whatever somebody knows, a guess whether a household is in the register is right "
            f"at most {right} times in 100 (blind: 50)."
        )
    return {**facts, "statement": {"zh": zh, "en": en}}
