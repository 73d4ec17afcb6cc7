"""The register on either database."""

import hashlib
import shutil
from dataclasses import astuple
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pyarrow as pa

from geoservice.db import Database, Session
from geoservice.errors import InputError
from geoservice.register.book import DRAWS, Draw, check_mark, next_draw, verify_chain, write_mark
from geoservice.register.secret import make_secret, new_secret, private_folder, read_secret, secret_error, signing_key
from geoservice.schema import TableName
from geoservice.vintages import ImportEvent, VintageStore

TABLES: tuple[TableName, ...] = ("households",)
_SURFACE: dict[str, pa.DataType] = {"digest": pa.string(), "body": pa.binary()}
SURFACES = pa.schema(_SURFACE)
COUNT, HEAD = "book count", "book head"
"""Settings with the number of entries of the book, and the chain of the last one."""


class Register(VintageStore):
    """Households, the secret and the budget book, in a folder for its owner alone."""

    def __init__(self, folder: Path, database: Database, schema: str | None) -> None:
        super().__init__(private_folder(folder), database, schema, TABLES, {"draws": DRAWS, "surfaces": SURFACES})

    def secret(self, *, keep: bool = True) -> bytes:
        """Return the 32-byte secret, created on first use; a new one is stored only if ``keep`` is true.

        Raises
        ------
        InputError
            It or the book is damaged; or it is missing although households are loaded or were measured.
        """
        secret, book = read_secret(self.folder), self.book()
        if secret is None:
            if book or self.vintages():
                raise secret_error("is missing")
            if not keep:
                return new_secret()
            make_secret(self.folder)
            secret = read_secret(self.folder)
        if secret is None:
            raise secret_error("cannot be stored")
        return secret

    def signing_key(self) -> bytes:
        """Return the 32-byte private key with which surface files are signed, created on first use."""
        return signing_key(self.folder)

    def book(self) -> tuple[Draw, ...]:
        """Return the entries of the budget book, oldest first; raises :class:`InputError` if it is damaged."""
        with self._reading() as session:
            return self._book(session)

    def _book(self, session: Session | None) -> tuple[Draw, ...]:
        book: tuple[Draw, ...] = ()
        if session:
            rows = session.fetch(self._sql.rows("draws", DRAWS.names, "number"), DRAWS).to_pylist()
            count, head = self._recall(session, COUNT), self._recall(session, HEAD)
            book = verify_chain([Draw(**row) for row in rows], count or "0", head or "")
        check_mark(self.folder, book)
        return book

    def rollback(self, table: TableName, source: str) -> ImportEvent:
        """Withdraw the current vintage of a source, see :meth:`VintageStore.rollback`.

        What was measured of it stays in the budget book; households that were measured before are not measured again. Raises
        :class:`InputError` for a damaged book.
        """
        self.book()
        return super().rollback(table, source)

    def quality_file(self, number: int) -> Path:
        """Return the path of the steward's quality report of a measurement, which compares the surface with exact counts."""
        return self.folder / f"quality-{number}.csv"

    @property
    def quality_folder(self) -> Path:
        """The folder of the steward's data quality report, which has exact counts."""
        return self.folder / "quality"

    def old_draws(self) -> list[Draw]:
        """Return the measurements of households other than the current ones."""
        current = self.digest("households")
        return [draw for draw in self.book() if draw.register_digest != current]

    def old_reports(self) -> list[Path]:
        """Return the quality reports of old measurements."""
        return [file for draw in self.old_draws() if (file := self.quality_file(draw.number)).exists()]

    def purge(self) -> None:
        """Erase old households, see :meth:`VintageStore.purge`, quality reports that count them, and the data quality report.

        Secret, book and surfaces stay; a register with a damaged book is not purged.
        """
        old = self.old_reports()
        super().purge()
        for report in old:
            report.unlink(missing_ok=True)
        if self.quality_folder.exists():
            shutil.rmtree(self.quality_folder)

    def spend(self, register_digest: str, surface: bytes, rho: Fraction, note: str) -> Draw:
        """Add a measurement to the book and store its surface, in one transaction; returns its entry.

        Parameters
        ----------
        register_digest
            Digest of the households that were measured.
        surface
            The resulting surface.
        rho
            The budget spent, above 0.
        note
            Remark for people.

        Raises
        ------
        InputError
            The book is damaged, or rho is not above 0.
        """
        if rho <= 0:
            raise InputError(f"rho: got {rho}, allowed is a fraction above 0")
        digest, now = hashlib.sha256(surface).hexdigest(), datetime.now(UTC).isoformat(timespec="seconds")
        with self._writing() as session:
            book = self._book(session)
            previous = book[-1].chain if book else ""
            draw = next_draw(previous, len(book) + 1, now, register_digest, digest, str(rho), note)
            session.execute(self._sql.insert("draws"), astuple(draw))
            if not session.execute(self._sql.find("surfaces", ["digest"], "digest"), [digest]):
                session.execute(self._sql.insert("surfaces"), [digest, surface])
            self._remember(session, COUNT, str(draw.number))
            self._remember(session, HEAD, draw.chain)
        write_mark(self.folder, draw)
        return draw

    def surface(self, digest: str) -> bytes:
        """Return the surface of an entry of the book; raises :class:`InputError` if it is missing or damaged."""
        body = self._body("surfaces", digest)
        if body is None:
            raise InputError(f"register: the surface {digest:.12} is missing; restore the register from a backup")
        return body
