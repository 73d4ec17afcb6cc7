"""The grid town as a project."""

from pathlib import Path

import geoservice


def import_town(town: Path, folder: Path, study: str | None = None, speeds: Path | None = None) -> Path:
    """Load the files of the town into a folder, by default with its own study and speeds; return the folder."""
    (folder / "study.toml").write_text(study or (town / "study.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with geoservice.open_project(folder) as project:
        project.import_areas(town / "areas.geojson")
        project.import_network(town / "streets.osm.pbf", speeds=speeds or town / "speeds.toml")
        project.import_stations(town / "stations.csv")
        project.import_population(town / "population.csv")
    return folder
