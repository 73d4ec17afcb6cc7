"""geoservice surface and geoservice import surface: surfaces of registers as signed files between offices."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import COMMAND_LINE
from geoservice.cli.common import Home, Yes, confirm, out, register_has_own_role, settings_for

if TYPE_CHECKING:
    from geoservice.api.project import ProjectFolder
    from geoservice.api.surface_imports import ImportedSurface

surface_app = typer.Typer(help="Surfaces of registers as signed files, for a region of several.", no_args_is_help=True)
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="One or more surface files.")]


def _project(home: Path | None) -> "ProjectFolder":
    from geoservice.api.project import ProjectFolder

    return ProjectFolder(settings_for(home), COMMAND_LINE)


@surface_app.command()
def export(file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")], home: Home = None) -> None:
    """Write the newest surface of the register, signed with the key of this office; it has no data of households."""
    with _project(home) as project:
        header = project.export_surface(file)
    out.print(f"wrote {file}", markup=False)
    for line in header.lines():
        out.print(f"  {line}", markup=False)


@surface_app.command()
def show(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A surface file.")], home: Home = None) -> None:
    """Check the signature of a surface file and show what it is of, who signed it, and whether this project trusts that."""
    with _project(home) as project:
        content, key = project.read_surface_file(file)
    for line in content.header.lines():
        out.print(line, markup=False)
    if key is None:
        out.print("the signature is right, but this project does not trust the key")
        return
    out.print(f"the signature is right, and the key is trusted as {key.name}", markup=False)
    key.check_areas(content.header.areas, content.name)


@surface_app.command()
def keys(home: Home = None) -> None:
    """Print the public key of this office, made on first use, and the keys that this project trusts."""
    with _project(home) as project:
        settings = project.settings
        if (settings.home / "register").is_dir() and not register_has_own_role(settings):
            out.print(f"this office: {project.surface_key()}", markup=False)
        else:
            out.print("this office: no key, since the folder has no register")
        for key in project.trusted_keys().values():
            scope = f" for {', '.join(key.areas)}" if key.areas else ""
            out.print(f"trusted{scope}: {key.name} {key.key}", markup=False)


@surface_app.command()
def trust(
    key: Annotated[str, typer.Argument(help="The public key, ed25519:..., as geoservice surface keys prints it there.")],
    name: Annotated[str, typer.Option(help="Name of the office.")],
    area: Annotated[
        list[str] | None, typer.Option(help="Area code that it may sign for; may be repeated; default: any.")
    ] = None,
    home: Home = None,
) -> None:
    """Trust the key of another office: its surface files can be imported then."""
    with _project(home) as project:
        project.trust_surface_key(key, name, area or ())
    out.print(f"trusted_keys.toml: added {name}", markup=False)


@surface_app.command("list")
def list_surfaces(home: Home = None) -> None:
    """List the stored surfaces, oldest first; of each territory the newest counts."""
    from rich.table import Table

    with _project(home) as project:
        surfaces = project.surfaces()
    table = Table("surface", "office", "areas", "rho", "measured at", "", box=None, pad_edge=False)
    for row in surfaces.to_dict("records"):
        signed = "signed" if row["key"] else "own"
        table.add_row(row["digest"][:12], row["name"], ", ".join(row["areas"]), row["rho"] or "", row["made_at"], signed)
    out.print(table if len(surfaces) else "no surfaces are stored")


@surface_app.command()
def remove(
    digest: Annotated[str, typer.Argument(help="The surface, or the first digits of it, as geoservice surface list has it.")],
    yes: Yes = False,
    home: Home = None,
) -> None:
    """Remove a surface of another office; existing releases stay."""
    confirm(f"Remove the surface {digest}?", yes)
    with _project(home) as project:
        info = project.remove_surface(digest)
    out.print(f"removed the surface of {info.name} of {', '.join(info.areas)}; next: geoservice publish", markup=False)


def import_surfaces(files: Files, home: Home = None) -> None:
    """Load signed surfaces of other offices; each file is checked and stored, or refused."""
    with _project(home) as project:
        for file in files:
            for line in _lines(project.import_surface(file), file):
                out.print(line, markup=False)


def _lines(imported: "ImportedSurface", file: Path) -> list[str]:
    info = imported.info
    if not imported.is_new:
        return [f"{file.name}: the surface is stored already: nothing to do"]
    return [
        f"{file.name}: surface {info.digest:.12} of {', '.join(info.areas)}, signed by {info.name}, measured {info.made_at}",
        *(f"  it replaces the surface {old.digest:.12} of {old.made_at}" for old in imported.replaced),
        *(["  its households are synthetic: the noise protects nobody"] if info.description.get("made_up") else []),
    ]


def register(app: typer.Typer, imports: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(surface_app, name="surface")
    imports.command("surface")(import_surfaces)
