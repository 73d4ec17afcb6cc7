"""Run a study and publish it: read, travel, atoms, analyses, disclosure, release."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from geoservice import __version__
from geoservice.analysis import ANALYSES
from geoservice.analysis.base import Analysis, Block, Context, Units
from geoservice.analysis.frames import COLUMNS
from geoservice.disclosure.audit import audit_blocks, audit_table
from geoservice.disclosure.averaging import Ledger
from geoservice.disclosure.rules import PROFILES, Looked, Profile, release_blocks
from geoservice.layer import Label, Layer
from geoservice.measures import BEYOND, MEASURES, NOBODY, OK
from geoservice.network.graph import read_index
from geoservice.pipeline.context import build_context
from geoservice.pipeline.offstreet import OffStreet
from geoservice.pipeline.stations import station_units
from geoservice.pipeline.whereabouts import with_areas
from geoservice.pipeline.wording import wording_of
from geoservice.release.base import TABLE, Manifest, ReleaseContent, ReleaseStore
from geoservice.release.layers import build_layers
from geoservice.release.manifest import table_digest
from geoservice.study import Study
from geoservice.workspace.base import Workspace

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Published:
    """What came of a run: the release's number, and for each mode what was left off the streets.

    ``off_street`` is private: it is for the person who ran the study, never for a release.
    """

    number: int
    off_street: Mapping[str, OffStreet]


def publish_study(
    workspace: Workspace, store: ReleaseStore, study: Study, layers: Sequence[Layer], progress: Progress, keep: int = 5
) -> Published:
    """Run ``study`` on what the workspace holds and make the result the current release.

    Raises
    ------
    StudyError
        The study asks for an area level, mode or group that the workspace does not have.
    InputError
        A table is empty.
    DisclosureError
        A result may not be released; nothing is published.
    """
    context, off_street, places = build_context(workspace, study, progress)
    results = analyse(context, study, progress)
    others = {g: u.table for g, u in results.units.items()}
    others |= {"cell": context.cells.table, "station": station_units(context.stations)}
    units = with_areas(places, {level: u.table for level, u in context.areas.items()}, others)
    progress("writing the release", 0.0)
    contents = build_layers(layers, units, results.table, wording_of(study))
    manifest = Manifest(
        code_version=__version__,
        study=study.model_dump(mode="json"),
        inputs=_inputs(workspace),
        parameters={a.PROCESS.id: a.params(study.model_dump()).model_dump(mode="json") for a in ANALYSES},
        table_digest=table_digest(results.table),
        layers=tuple(c.layer for c in contents),
        processes=tuple(_described(a) for a in ANALYSES),
        disclosure=dict(results.disclosure),
        notes=_notes(study),
        base_map=True,
    )
    number = store.write(ReleaseContent(contents, results.table, manifest, workspace.folder / "network" / "base.pmtiles"), keep)
    progress("writing the release", 1.0)
    return Published(number, off_street)


@dataclass(frozen=True)
class Results:
    """The release table, the units that analyses made, and the disclosure control's report."""

    table: pa.Table
    units: Mapping[str, Units]
    disclosure: Mapping[str, Any]


def analyse(context: Context, study: Study, progress: Progress) -> Results:
    """Run every analysis in turn: what it finds is added up and disclosed, then it derives from what was released."""
    profile, settings = PROFILES[study.profile], study.model_dump()
    released = pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    ledger, units, regions = Ledger(tuple(context.levels)), dict[str, Units](), 0
    for done, analysis in enumerate(ANALYSES):
        progress("analyses", done / len(ANALYSES))
        params = analysis.params(settings)
        findings = analysis.analyse(context, params, released)
        regions += audit_blocks(findings.blocks, context.demands, profile.k)
        released = _joined([released, _disclosed(findings.blocks, context, profile, ledger), findings.public])
        released = _joined([released, analysis.derive(context, params, released)])
        units |= {u.geography: u for u in findings.units}
    progress("analyses", 1.0)
    report = {**audit_table(released, profile, ledger.worst), "regions": regions, "blocks_withheld": ledger.withheld}
    return Results(_release_table(released), units, report)


def _release_table(released: pd.DataFrame) -> pa.Table:
    """Return the rows that passed the disclosure control in the form of the release table, none with a margin."""
    missing = np.where(released["measure"].isin([m.name for m in MEASURES.values() if m.kind == "minutes"]), BEYOND, NOBODY)
    status = np.where(released["status"] == "released", OK, missing)
    made = released.assign(status=status, margin=np.nan)
    return pa.Table.from_pandas(made[TABLE.names], schema=TABLE, preserve_index=False)


def _disclosed(blocks: Sequence[Block], context: Context, profile: Profile, ledger: Ledger) -> pd.DataFrame:
    made_of = [(block, context.demands[block.group]) for block in blocks]
    return release_blocks([Looked(b, atoms, withheld=not ledger.admit(b, atoms)) for b, atoms in made_of], profile)


def _joined(frames: Sequence[pd.DataFrame | None]) -> pd.DataFrame:
    """Put rows below one another; the first frame gives the columns when all are empty."""
    filled = [f for f in frames if f is not None and len(f)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(frames[0])


def _described(analysis: Analysis) -> dict[str, Any]:
    return analysis.PROCESS.model_copy(update={"parameters": analysis.Params.model_json_schema()}).model_dump(mode="json")


def _inputs(workspace: Workspace) -> dict[str, str]:
    """Digest of each input; that of the households is keyed with the workspace's secret, so it cannot be guessed at."""
    digests = {t: workspace.digest(t) for t in ("areas", "stations", "households")}
    return {**digests, "network": str(read_index(workspace.folder / "network")["digest"])}


NOISY = Label(
    zh="数字经过披露控制：加入一致的随机噪声，隐去过小的数字；各部分之和不等于总数，这是有意为之。",
    en="Numbers passed a disclosure control: the same noise is always added and small numbers are left out; "
    "parts do not add up to totals, by design.",
)
SYNTHETIC = Label(
    zh="本例中的住户为合成数据，并非真实住户。",
    en="The households of this example are synthetic, not real ones.",
)


def _notes(study: Study) -> tuple[Label, ...]:
    return (SYNTHETIC, NOISY) if study.synthetic else (NOISY,)
