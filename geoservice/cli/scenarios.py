"""geoservice scenario: the scenarios that planners have stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import entry_of
from geoservice.api.scenarios import scenarios_of
from geoservice.cli.common import Home, Yes, confirm, err, out, settings_for
from geoservice.errors import InputError, NotFound

if TYPE_CHECKING:
    from geoservice.server.scenarios.scenario import Summary
    from geoservice.server.scenarios.store import ScenarioStore

BATCH = 1000
Owner = Annotated[str | None, typer.Option(help="Only those of this owner, as in the list: token:NAME or oidc:SUBJECT.")]


def _all(store: "ScenarioStore", owner: str | None) -> "list[Summary]":
    found: list[Summary] = []
    while True:
        batch, total = store.summaries(BATCH, len(found))
        found += batch
        if not batch or len(found) >= total:
            return [s for s in found if owner in {None, s.owner}]


def list_scenarios(owner: Owner = None, home: Home = None) -> None:
    """List the stored scenarios, the last changed first."""
    from rich.table import Table

    with scenarios_of(settings_for(home)) as store:
        found = _all(store, owner)
    table = Table("id", "name", "owner", "changes", "revision", "updated", "release", box=None)
    for s in found:
        table.add_row(s.id, s.name, s.owner, str(s.edit_count), str(s.revision), s.updated[:16], s.release)
    out.print(table)


def export_scenarios(
    file: Annotated[Path, typer.Argument(help="JSON file to write.")], owner: Owner = None, home: Home = None
) -> None:
    """Write the stored scenarios to a file."""
    from geoservice.durable import atomic_write
    from geoservice.server.scenarios.file import to_bytes

    with scenarios_of(settings_for(home)) as store:
        content = [store.get(s.id) for s in _all(store, owner)]
    with atomic_write(file) as temporary:
        temporary.write_bytes(to_bytes(content))
    out.print(f"{len(content)} scenarios written to {file}", markup=False)


def import_scenarios(
    file: Annotated[Path, typer.Argument(help="JSON file that 'export' wrote.")],
    owner: Annotated[str | None, typer.Option(help="Store all as those of this owner: token:NAME or oidc:SUBJECT.")] = None,
    home: Home = None,
) -> None:
    """Store the scenarios of a file; one whose id is already stored is left as it is, and reported."""
    from dataclasses import replace

    from geoservice.server.scenarios.file import from_bytes

    try:
        found = from_bytes(file.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{file}: no such file") from None
    if owner is not None and owner.partition(":")[0] not in {"token", "oidc"}:
        raise InputError(f"--owner: got {owner!r:.80}, allowed are token:NAME and oidc:SUBJECT")
    stored = 0
    with scenarios_of(settings_for(home)) as store:
        for scenario in found:
            if _exists(store, scenario.id):
                err.print(f"scenario {scenario.id} is already stored: left as it is", markup=False)
                continue
            new = scenario if owner is None else replace(scenario, owner=owner)
            store.create(new, entry_of("scenario import", scenario.id))
            stored += 1
    out.print(f"{stored} of {len(found)} scenarios stored")


def _exists(store: "ScenarioStore", scenario_id: str) -> bool:
    try:
        store.get(scenario_id)
    except NotFound:
        return False
    return True


def delete_scenarios(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of scenarios.")] = None,
    owner: Annotated[str | None, typer.Option(help="All of this owner: token:NAME or oidc:SUBJECT.")] = None,
    yes: Yes = False,
    home: Home = None,
) -> None:
    """Delete stored scenarios, by id or all of an owner."""
    if bool(ids) == bool(owner):
        raise InputError("scenario delete: name ids, or an owner with --owner")
    with scenarios_of(settings_for(home)) as store:
        chosen = [s.id for s in _all(store, owner)] if owner else list(ids or ())
        for scenario_id in chosen:
            store.get(scenario_id)
        confirm(f"Delete {len(chosen)} scenarios? This cannot be undone.", yes)
        for scenario_id in chosen:
            store.delete(scenario_id, lambda _: None, entry_of("scenario delete", scenario_id))
    out.print(f"{len(chosen)} scenarios deleted")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    scenario = typer.Typer(help="Scenarios that planners have stored.", no_args_is_help=True)
    scenario.command("list")(list_scenarios)
    scenario.command("export")(export_scenarios)
    scenario.command("import")(import_scenarios)
    scenario.command("delete")(delete_scenarios)
    app.add_typer(scenario, name="scenario")
