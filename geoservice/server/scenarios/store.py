"""The store of scenarios, in the database of the tokens: a change and its row in the audit log are one transaction."""

from collections.abc import Callable
from dataclasses import replace

from geoservice.errors import Conflict, NotFound, Unavailable, for_operators
from geoservice.server.access.audit import AuditEntry
from geoservice.server.access.store import AccessSession, AccessStore
from geoservice.server.access.token import rfc3339
from geoservice.server.scenarios.scenario import MAX_OF_OWNER, Scenario, Summary
from geoservice.server.scenarios.sql import ScenarioStatements, from_row, to_row

Change = Callable[[Scenario], Scenario]
"""Returns a scenario as it becomes; raises an error if it may not be changed, and nothing is written."""


class ScenarioStore:
    """Scenarios in an access store."""

    def __init__(self, access: AccessStore) -> None:
        self._access = access
        self._sql = ScenarioStatements(access.statements.engine, access.statements.prefix)

    def _has_table(self, session: AccessSession) -> bool:
        return bool(session.execute(self._sql.exists())[0][0])

    def _prepare(self, session: AccessSession) -> None:
        """Create the table if it is missing; an office's server may not."""
        if self._has_table(session):
            return
        if not self._access.owner:
            text = "scenarios cannot be stored: the serving role may not write them yet; run: geoservice grant ROLE"
            raise for_operators(Unavailable(text), "this service cannot store scenarios yet")
        for statement in self._sql.create():
            session.execute(statement)

    def summaries(self, limit: int, offset: int = 0) -> tuple[list[Summary], int]:
        """Return scenarios without their edits, the last changed first, and the number of all scenarios."""
        if not self._access.exists():
            return [], 0
        with self._access.transaction() as session:
            if not self._has_table(session):
                return [], 0
            rows = session.execute(self._sql.summaries(), [limit, offset])
            return [Summary(*row) for row in rows], int(session.execute(self._sql.count())[0][0])

    def get(self, scenario_id: str) -> Scenario:
        """Return a scenario; raises :class:`NotFound` for an unknown id."""
        if self._access.exists():
            with self._access.transaction() as session:
                if self._has_table(session):
                    return self._get(session, scenario_id)
        raise NotFound(f"no scenario {scenario_id!r:.40}")

    def _get(self, session: AccessSession, scenario_id: str) -> Scenario:
        # an id with NUL is none, and PostgreSQL takes no text with NUL
        rows = session.execute(self._sql.one(), [scenario_id]) if "\0" not in scenario_id else []
        if not rows:
            raise NotFound(f"no scenario {scenario_id!r:.40}")
        return from_row(rows[0])

    def create(self, scenario: Scenario, entry: AuditEntry) -> None:
        """Store a new scenario; raises :class:`Conflict` if its owner has ``MAX_OF_OWNER`` or the id is in use."""
        with self._access.transaction(write=True) as session:
            self._prepare(session)
            if session.execute(self._sql.count_of(), [scenario.owner])[0][0] >= MAX_OF_OWNER:
                raise Conflict(f"{MAX_OF_OWNER} scenarios are stored for this owner, which is the limit; delete one first")
            if session.execute(self._sql.one(), [scenario.id]):
                raise Conflict(f"scenario {scenario.id}: this id is in use")
            session.execute(self._sql.insert(), to_row(scenario))
            self._access.record(session, [entry])

    def change(self, scenario_id: str, change: Change, entry: AuditEntry) -> Scenario:
        """Change a scenario, and return it with its next revision; ``change`` runs while no other process can write."""
        with self._access.transaction(write=True) as session:
            self._prepare(session)
            before = self._get(session, scenario_id)
            after = change(before)
            after = replace(after, updated=rfc3339(), revision=before.revision + 1, edit_count=len(after.edits))
            row = to_row(after)
            session.execute(self._sql.update(), [*row[1:], row[0]])
            self._access.record(session, [entry])
        return after

    def delete(self, scenario_id: str, check: Callable[[Scenario], None], entry: AuditEntry) -> None:
        """Delete a scenario; ``check`` raises an error if it may not be deleted."""
        with self._access.transaction(write=True) as session:
            self._prepare(session)
            check(self._get(session, scenario_id))
            session.execute(self._sql.delete(), [scenario_id])
            self._access.record(session, [entry])

    def grant(self, role: str) -> None:
        """Allow a role of the database to read and write scenarios."""
        with self._access.transaction(write=True) as session:
            self._prepare(session)
            for statement in self._sql.grant(role):
                session.execute(statement)
