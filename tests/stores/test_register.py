"""The secret and the budget book on both engines: stored, and never recreated silently."""

import hashlib
from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from geoservice.errors import InputError
from geoservice.register import Register, open_register
from geoservice.vintages import Source

Rows = dict[str, pa.Table]
DIGEST = "a" * 64
NOTE = "2024年, 第一次 %s 'x'"


def change(register: Register, table: str, key: str, old: str, new: list[object] | None) -> None:
    """Change what is kept behind the store's back: the rows in which a column has a value give way to another, or to none."""
    with register._database.session(write=True) as session:
        session.execute(register._sql.delete(table, key), [old])
        if new is not None:
            session.execute(register._sql.insert(table), new)


class TestSecret:
    def test_the_secret_is_made_once_and_private(self, register: Register) -> None:
        secret = register.secret()
        assert len(secret) == 32
        assert register.secret() == secret
        assert register.folder.stat().st_mode & 0o777 == 0o700
        assert (register.folder / "secret").stat().st_mode & 0o777 == 0o600

    def test_the_secret_of_a_dry_run_is_not_stored(self, register: Register) -> None:
        assert len(register.secret(keep=False)) == 32
        assert not (register.folder / "secret").exists()
        assert register.secret(keep=False) != register.secret(keep=False)
        kept = register.secret()
        assert register.secret(keep=False) == kept

    def test_a_damaged_secret_is_an_error(self, register: Register) -> None:
        (register.folder / "secret").write_bytes(b"short")
        with pytest.raises(InputError, match="register/secret has 5 bytes, expected 32; restore it from a backup"):
            register.secret()

    def test_the_signing_key_is_made_once_and_private(self, register: Register) -> None:
        key = register.signing_key()
        assert len(key) == 32
        assert register.signing_key() == key != register.secret()
        path = register.folder / "signing_key"
        assert path.stat().st_mode & 0o777 == 0o600
        path.write_bytes(b"short")
        with pytest.raises(InputError, match="register/signing_key has 5 bytes"):
            register.signing_key()

    @pytest.mark.parametrize("what", ["households", "book"])
    def test_no_new_secret_is_made_while_data_depend_on_the_old_one(self, register: Register, rows: Rows, what: str) -> None:
        register.secret()
        if what == "households":
            register.write("households", rows["households"], Source("h.csv", "1"))
        else:
            register.spend(DIGEST, b"surface", Fraction(1, 2), "")
        (register.folder / "secret").unlink()
        for keep in (True, False):
            with pytest.raises(InputError, match=r"is missing; restore it .* measured again as if they were new"):
                register.secret(keep=keep)
        assert not (register.folder / "secret").exists()

    def test_no_secret_is_returned_while_the_book_is_damaged(self, register: Register) -> None:
        register.secret()
        register.remember("a", "b")
        change(register, "settings", "key", "book count", ["book count", "1"])
        with pytest.raises(InputError, match="budget book is damaged"):
            register.secret()


class TestBook:
    def test_an_empty_book(self, register: Register) -> None:
        assert register.book() == ()
        register.remember("a", "b")
        assert register.book() == ()

    def test_entries_are_kept_in_order_with_their_surfaces(self, register: Register, dsn: str | None, prefix: str) -> None:
        bodies = [b"", bytes(range(256)) * 20_000, b"\\x00 text"]
        draws = [register.spend(DIGEST, body, Fraction(1, n), NOTE) for n, body in enumerate(bodies, 1)]
        again = open_register(register.folder, dsn, prefix)
        assert again.book() == tuple(draws)
        assert [(d.number, d.rho, d.note) for d in draws] == [(1, "1", NOTE), (2, "1/2", NOTE), (3, "1/3", NOTE)]
        assert [again.surface(d.surface_digest) for d in draws] == bodies
        assert len({d.chain for d in draws}) == 3
        again.close()

    def test_the_same_surface_may_be_drawn_twice(self, register: Register) -> None:
        one, two = (register.spend(DIGEST, b"same", Fraction(1, 10), "") for _ in range(2))
        assert one.surface_digest == two.surface_digest == hashlib.sha256(b"same").hexdigest()
        assert register.surface(one.surface_digest) == b"same"

    @pytest.mark.parametrize("rho", [0, Fraction(-1, 2)])
    def test_a_loss_of_zero_or_less_is_refused(self, register: Register, rho: Fraction) -> None:
        with pytest.raises(InputError, match="above 0"):
            register.spend(DIGEST, b"", Fraction(rho), "")
        assert register.book() == ()

    @pytest.mark.parametrize("field", ["rho", "register_digest", "surface_digest", "made_at", "note", "chain"])
    def test_a_changed_entry_is_detected(self, register: Register, field: str) -> None:
        draws = [register.spend(DIGEST, bytes([n]), Fraction(1, 2), "") for n in range(3)]
        row = {**vars(draws[1]), field: "1/3"}
        change(register, "draws", "chain", draws[1].chain, list(row.values()))
        with pytest.raises(InputError, match="entry 2 was changed; restore the register from a backup"):
            register.book()
        with pytest.raises(InputError, match="damaged"):
            register.spend(DIGEST, b"more", Fraction(1, 2), "")

    @pytest.mark.parametrize("gone", [(0,), (1,), (2,), (1, 2), (0, 1, 2)])
    def test_a_shorter_book_is_detected(self, register: Register, gone: tuple[int, ...]) -> None:
        draws = [register.spend(DIGEST, bytes([n]), Fraction(1, 2), "") for n in range(3)]
        for n in gone:
            change(register, "draws", "chain", draws[n].chain, None)
        with pytest.raises(InputError, match="restore the register from a backup"):
            register.book()

    @pytest.mark.parametrize("setting", ["book count", "book head"])
    @pytest.mark.parametrize("value", ["1", "x", None])
    def test_a_changed_head_or_count_is_detected(self, register: Register, setting: str, value: str | None) -> None:
        for n in range(2):
            register.spend(DIGEST, bytes([n]), Fraction(1, 2), "")
        change(register, "settings", "key", setting, None if value is None else [setting, value])
        with pytest.raises(InputError, match="damaged"):
            register.book()

    @pytest.mark.parametrize("left", [0, 1])
    def test_an_older_copy_of_the_book_is_detected(
        self, register: Register, tmp_path: Path, dsn: str | None, prefix: str, left: int
    ) -> None:
        with closing(open_register(tmp_path / "before", dsn, f"{prefix}_before")) as before:
            for _ in range(left):
                before.spend(DIGEST, b"0", Fraction(1, 2), "")
            for n in range(2):
                register.spend(DIGEST, bytes([n]), Fraction(1, 2), "")
            assert len(before.book()) == left
            before.folder = register.folder
            with pytest.raises(InputError, match="register/book records 2 entries"):
                before.book()

    def test_a_note_left_by_a_killed_process_is_valid(self, register: Register) -> None:
        register.spend(DIGEST, b"0", Fraction(1, 2), "")
        old = (register.folder / "book").read_bytes()
        register.spend(DIGEST, b"1", Fraction(1, 2), "")
        assert (register.folder / "book").stat().st_mode & 0o777 == 0o600
        (register.folder / "book").write_bytes(old)
        assert len(register.book()) == 2

    def test_each_entry_is_chained_to_the_one_before(self, register: Register) -> None:
        from geoservice.register.book import next_draw

        draws = [register.spend(DIGEST, bytes([n]), Fraction(1, 2), "") for n in range(4)]
        for before, after in pairwise(draws):
            fields = {k: v for k, v in vars(after).items() if k != "chain"}
            assert next_draw(before.chain, **fields) == after

    def test_a_damaged_or_missing_surface_is_reported(self, register: Register) -> None:
        draw = register.spend(DIGEST, b"surface", Fraction(1, 2), "")
        change(register, "surfaces", "digest", draw.surface_digest, [draw.surface_digest, b"other"])
        with pytest.raises(InputError, match="damaged; restore the register from a backup"):
            register.surface(draw.surface_digest)
        change(register, "surfaces", "digest", draw.surface_digest, None)
        with pytest.raises(InputError, match="missing; restore the register from a backup"):
            register.surface(draw.surface_digest)

    def test_households_and_book_are_independent(self, register: Register, some_households: Callable[..., pa.Table]) -> None:
        register.write("households", some_households(3), Source("h.csv", "1"))
        draw = register.spend(register.digest("households"), b"surface", Fraction(1, 2), "")
        register.write("households", some_households(4), Source("h.csv", "2"))
        assert register.book() == (draw,)
        assert register.read("households").num_rows == 4
