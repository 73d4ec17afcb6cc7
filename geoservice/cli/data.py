"""geoservice init and geoservice import: create a project folder and load files into it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoservice.cli.common import Home, json_progress, out, progress_bar, project_of, register_of, settings_for
from geoservice.cli.preview import print_preview
from geoservice.cli.sources import Sources
from geoservice.cli.template import STUDY
from geoservice.durable import atomic_write
from geoservice.errors import Conflict, GeoserviceError, InputError

if TYPE_CHECKING:
    from geoservice.api.project import ProjectFolder
    from geoservice.ingest import Options, Report
    from geoservice.network.build import BuildReport
    from geoservice.schema import TableName
    from geoservice.settings import Settings

NO_NETWORK = "no street network yet: geoservice import network EXTRACT.osm.pbf builds it with this terrain"
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="One or more files.")]


def init(folder: Annotated[Path, typer.Argument(help="The project folder to create.")]) -> None:
    """Create a project folder: a study.toml to edit, and folders for the register and for public inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    study = folder / "study.toml"
    if study.exists():
        raise Conflict(f"{study} exists already; geoservice init never overwrites it")
    settings = settings_for(folder)
    project_of(settings).close()
    register_of(settings).close()
    with atomic_write(study) as aside:
        aside.write_text(STUDY, encoding="utf-8")
    out.print(f"created {folder}/study.toml (edit it), {folder}/project for public inputs and {folder}/register (private)")
    out.print(
        "next: geoservice import areas|stations|households FILE (or population instead of households), "
        "geoservice import network EXTRACT.osm.pbf, geoservice publish"
    )


def print_report(report: "Report", *, counts: bool = True) -> None:
    """Print the report of an import, for the person who holds the file; without counts if the output may be stored."""
    from rich.table import Table

    out.print(
        f"[bold]{report.table}[/] from {report.file}: {report.format} {report.encoding} {report.delimiter!r} {report.crs}"
    )
    if report.already_loaded:
        out.print("  the same file with the same options is loaded already: nothing to do")
        return
    if report.preview is None:
        mapping = Table("column", "source", box=None, pad_edge=False)
        for ours, theirs in report.mapping.items():
            mapping.add_row(ours, theirs)
        out.print(mapping)
        if report.unused:
            out.print(f"  not used: {', '.join(report.unused)}")
    else:
        print_preview(report, report.preview, out)
    for note in report.notes:
        out.print(f"  note: {note}", markup=False)
    if counts:
        out.print(f"  rows read {report.rows_read}, accepted {report.rows_accepted}, rejected {report.rows_rejected}")
    if report.rejects_path:
        out.print(f"  rejected rows, each with its reason: {report.rejects_path}")
    if (v := report.vintage or report.expected) and counts:
        prefix = "would be loaded as " if report.dry_run else ""
        out.print(f"  {prefix}vintage {v.number}: {v.added} added, {v.changed} changed, {v.removed} removed")
    if report.dry_run:
        out.print("  dry run: nothing was changed")


def load_tables(
    settings: "Settings",
    table: "TableName",
    sources: "Sequence[str | Path]",
    options: "Options",
    *,
    counts: bool = True,
    json: bool = False,
) -> None:
    """Import files and datasets one after another, each completely or not at all; a dry run ends as the load would.

    With ``json`` the reports are documents, and the progress is on the error stream, one JSON object a line.
    """
    from geoservice.api.project import ProjectFolder

    if options.replaces and len(sources) > 1:
        raise InputError(f"--replace: got {len(sources)} files, allowed is one, which replaces the named sources")
    with ProjectFolder(settings) as project:
        for source in sources:
            if json:
                report = _load_with_json(project, table, source, options)
            else:
                with progress_bar() as progress:
                    report = project.load(table, source, options, progress=progress)
                print_report(report, counts=counts)
            if report.refusal:
                raise report.refusal


def _load_with_json(project: "ProjectFolder", table: "TableName", source: "str | Path", options: "Options") -> "Report":
    """Load a file and print its report as JSON; of a refused import the preview, which says what is wrong where.

    An error before there is a report is printed likewise and raised.
    """
    import orjson

    from geoservice.ingest.report_json import refusal_json, report_json

    try:
        report = project.load(table, source, options, progress=json_progress)
        document = report_json(report)
    except GeoserviceError as error:
        typer.echo(
            orjson.dumps(
                _refused(project, table, source, options, error) or refusal_json(table, Path(source).name, error)
            ).decode()
        )
        raise
    typer.echo(orjson.dumps(document).decode())
    return report


def _refused(
    project: "ProjectFolder", table: "TableName", source: "str | Path", options: "Options", error: GeoserviceError
) -> dict[str, Any] | None:
    """Return the preview of an import that was refused, None if there is none."""
    from geoservice.ingest.report_json import report_json

    if options.dry_run or not isinstance(error, InputError):
        return None
    with suppress(GeoserviceError):
        report = project.load(table, source, replace(options, preview=True), progress=json_progress)
        return report_json(replace(report, refusal=report.refusal or error))
    return None


def load_network(settings: "Settings", pbf: Path, speeds: Path | None) -> "BuildReport":
    """Build the network of every mode of the study, and the base map, from an OSM extract."""
    from geoservice.api.project import ProjectFolder

    with ProjectFolder(settings) as project, progress_bar() as progress:
        return project.import_network(pbf, speeds=speeds, progress=progress)


def pairs(values: list[str], option: str) -> dict[str, str]:
    """Return the columns and headers of an option that may be repeated; raises :class:`InputError` without ``=``."""
    if invalid := [v for v in values if "=" not in v]:
        raise InputError(f"{option} {invalid[0]!r}: allowed is COLUMN=HEADER, e.g. persons=常住人口")
    return dict(v.split("=", 1) for v in values)


def _importer(table: "TableName") -> object:
    def command(
        sources: Sources,
        home: Home = None,
        crs: Annotated[
            str | None,
            typer.Option(
                help="EPSG:<n>, gcj02, bd09 or a text of PROJ; +towgs84=DX,DY,DZ[,RX,RY,RZ,DS] after it are parameters of its "
                "datum. Default: the CRS stated in the file, or WGS 84."
            ),
        ] = None,
        control_points: Annotated[
            Path | None,
            typer.Option(
                exists=True,
                dir_okay=False,
                help="Table of points, x and y as in the file, lon and lat in --crs; its plane is fitted to them.",
            ),
        ] = None,
        mapping: Annotated[
            list[str] | None,
            typer.Option(
                "--map",
                help="COLUMN=HEADER; may be repeated. Both coordinates in one column: lon,lat=HEADER or lat,lon=HEADER, in "
                "their order in it.",
            ),
        ] = None,
        drop: Annotated[list[str] | None, typer.Option(help="Header of a column to leave out; may be repeated.")] = None,
        replaces: Annotated[
            list[str] | None,
            typer.Option("--replace", help="Loaded source that this file replaces, as next month's does; may be repeated."),
        ] = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Check everything, report what would be loaded, change nothing.")
        ] = False,
        preview: Annotated[
            bool,
            typer.Option("--preview", help="As --dry-run, and show why headers match or not, and the first rows with errors."),
        ] = False,
        json: Annotated[bool, typer.Option("--json", help="Print the report as JSON; without values of households.")] = False,
        accept_partial: Annotated[
            bool, typer.Option("--accept-partial", help="Load the valid rows even if others are rejected.")
        ] = False,
        rejects: Annotated[Path | None, typer.Option(help="File for rejected rows, .csv or .xlsx.")] = None,
        layer: Annotated[
            str | None,
            typer.Option(
                "--layer",
                "--sheet",
                help="Sheet of a workbook (all: every one), layer of a file, folder of KML, band of a raster, "
                "file of a ZIP archive (FILE/LAYER for a layer of it).",
            ),
        ] = None,
        header_row: Annotated[
            int | None, typer.Option(help="Row of the header in a table, from 1; default: detected.", min=1)
        ] = None,
        county: Annotated[
            list[str] | None, typer.Option(help="Code of a county of a dataset to load, default all; may be repeated.")
        ] = None,
        level: Annotated[str | None, typer.Option(help="Area level, when the file has no such column.")] = None,
        code_system: Annotated[
            str | None,
            typer.Option(
                help="Code table of areas, or of codes of areas in uptake, pyramids and households, which are then "
                "translated into the study's; default: the study's."
            ),
        ] = None,
        tier: Annotated[str | None, typer.Option(help="Station tier, when the file has no such column.")] = None,
        trust_crs: Annotated[
            bool,
            typer.Option("--trust-crs", help="Load coordinates as read, even if the areas that rows state show another CRS."),
        ] = False,
    ) -> None:
        from geoservice.ingest import Options

        options = Options(
            crs=crs,
            control_points=control_points,
            mapping=pairs(mapping or [], "--map"),
            drop=tuple(drop or ()),
            replaces=tuple(replaces or ()),
            dry_run=dry_run,
            preview=preview,
            accept_partial=accept_partial,
            rejects=rejects,
            layer=layer,
            header_row=header_row,
            counties=tuple(county or ()),
            level=level,
            code_system=code_system,
            tier=tier,
            trust_crs=trust_crs,
        )
        load_tables(settings_for(home), table, sources, options, json=json)

    rasters = ", or from a population GeoTIFF" if table == "population" else ""
    command.__doc__ = (
        f"Load {table} from CSV, a workbook (XLSX, XLSM, XLS, ET, ODS), GeoPackage, GeoJSON, GeoJSONL, TopoJSON, FlatGeobuf, "
        f"Shapefile, KML, KMZ, GPX or Parquet{rasters}, or from a ZIP archive of one of them. Geometry may be WKT, WKB or "
        "GeoJSON in a column."
    )
    return command


def network(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An OpenStreetMap extract, .osm.pbf.")],
    home: Home = None,
    speeds: Annotated[
        Path | None, typer.Option(help="TOML table of speeds by street class, instead of the built-in one.")
    ] = None,
) -> None:
    """Build the street network and the base map from an OpenStreetMap extract; slopes count if there is terrain."""
    for line in load_network(settings_for(home), file, speeds).lines():
        out.print(line, markup=False)


def terrain(
    files: Files,
    home: Home = None,
    crs: Annotated[str | None, typer.Option(help="EPSG:<n> of files that state no CRS.")] = None,
) -> None:
    """Load elevation models for walking and cycling on slopes, and build the street network again with them.

    GeoTIFF in any CRS, SRTM .hgt tiles, or ZIP archives of them; several files become one terrain, which replaces the former
    one. Elevations must be in metres, unless the file states feet.
    """
    from geoservice.api.project import ProjectFolder

    with ProjectFolder(settings_for(home)) as project, progress_bar() as progress:
        report, network = project.import_terrain(*files, crs=crs, progress=progress)
    for line in [*report.lines(), *(network.lines() if network else [NO_NETWORK])]:
        out.print(line, markup=False)


def register(app: typer.Typer, imports: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(init)
    for table in ("areas", "stations", "households", "uptake", "population", "pyramids"):
        imports.command(table)(_importer(table))  # type: ignore[type-var]  # typer reads the signature, which mypy cannot see
    imports.command("network")(network)
    imports.command("terrain")(terrain)
