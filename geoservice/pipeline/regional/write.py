"""Write the release of a regional run from the results of its tasks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from geoservice.layer import Label, Layer
from geoservice.live.files import LiveArrays, write_live
from geoservice.pipeline.off_street import OffStreet
from geoservice.pipeline.publish import live_arrays
from geoservice.pipeline.regional.contexts import chosen_areas, joint_surface
from geoservice.pipeline.regional.job import RegionalJob, read_region
from geoservice.pipeline.regional.joint_travel import point_reasons, station_column
from geoservice.pipeline.regional.layer_tasks import StoredArchives, read_layer, table_layer
from geoservice.pipeline.regional.prepare import Prepared
from geoservice.pipeline.regional.table_tasks import read_release_table
from geoservice.pipeline.release_manifest import ManifestFacts, make_manifest, public_gazetteer
from geoservice.project import Project
from geoservice.release.base import ReleaseContent
from geoservice.release.protocols import ReleaseStore
from geoservice.scratch import scratch_folder


def off_street_results(job: RegionalJob) -> dict[str, OffStreet]:
    """Return for each mode the people and stations of the release without travel times."""
    region = read_region(job.store)
    rows, surface = joint_surface(job, region)
    results = {}
    for mode in job.study.modes:
        reasons, joined = point_reasons(job, mode, job.counties, rows)
        stations = station_column(job, region, mode, job.counties, "reason")
        inside = np.flatnonzero(stations >= 0)
        results[mode] = OffStreet.of(surface, reasons, joined, region.stations.take(inside), stations[inside].astype("int8"))
    return results


def write_release(
    project: Project,
    store: ReleaseStore,
    prepared: Prepared,
    description: Mapping[str, object],
    layers: Sequence[Layer],
    geographies: Sequence[str],
    notes: Sequence[Label],
    keep: int,
) -> int:
    """Write the release from the results of all tasks, and return its number."""
    job, gazetteer = prepared.job, public_gazetteer(project)
    table = read_release_table(job)
    built = [read_layer(job, layer) if layer.geography else table_layer(job, layer, geographies, table) for layer in layers]
    contents = [content for content in built if content is not None]
    facts = ManifestFacts(job.study, description, prepared.source, job.settings, prepared.network, prepared.digests, gazetteer)
    inside = project.network.parent
    with scratch_folder("region-tiles", inside) as scratch, scratch_folder("live", inside) as live:
        archives = StoredArchives(job, layers, Path(scratch))
        write_live(_live_arrays(job, project.network), job.study.modes, Path(live))
        manifest, base_map = make_manifest(facts, contents, notes), project.network / "base.pmtiles"
        public = gazetteer and gazetteer.public
        return store.write(ReleaseContent(contents, table, manifest, base_map, archives, Path(live), public), keep)


def _live_arrays(job: RegionalJob, network: Path) -> LiveArrays:
    """Return what live questions need: the streets are those of the whole region."""
    region = read_region(job.store)
    rows, surface = joint_surface(job, region)
    areas, positions = chosen_areas(region, job.counties, job.study.levels, rows)
    return live_arrays(areas, positions, surface, region.stations, network)
