"""The file of the public keys that a project trusts."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from geoservice.errors import Conflict, InputError, StudyError
from geoservice.surface_files import TRUSTED_KEYS, TrustedKey, add_trusted_key, public_key, read_trusted_keys

FIRST, SECOND = public_key(bytes(32)), public_key(bytes([1] * 32))


def test_keys_are_added_to_a_file_that_people_can_edit(tmp_path: Path) -> None:
    assert read_trusted_keys(tmp_path) == {}
    (tmp_path / TRUSTED_KEYS).write_text(f'# ours\n[[keys]]\nname = "a"\nkey = "{FIRST}"\n', encoding="utf-8")
    second = TrustedKey(name='宜秀区 "统计" \\ 局', key=SECOND, areas=("340811",))
    add_trusted_key(tmp_path, second)
    assert read_trusted_keys(tmp_path) == {FIRST: TrustedKey(name="a", key=FIRST), SECOND: second}
    assert (tmp_path / TRUSTED_KEYS).read_text(encoding="utf-8").startswith("# ours\n")
    with pytest.raises(Conflict, match="has the key already, as 宜秀区"):
        add_trusted_key(tmp_path, second)


@pytest.mark.parametrize("text", ["keys = 1", '[[keys]]\nname = "a"\nkey = "ed25519:ab"', "[[keys", "other = 1"])
def test_a_file_that_is_not_valid_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / TRUSTED_KEYS).write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=rf"^{TRUSTED_KEYS}: "):
        read_trusted_keys(tmp_path)


def test_a_key_twice_is_refused(tmp_path: Path) -> None:
    entry = f'[[keys]]\nname = "a"\nkey = "{FIRST}"\n'
    (tmp_path / TRUSTED_KEYS).write_text(entry * 2, encoding="utf-8")
    with pytest.raises(StudyError, match="twice"):
        read_trusted_keys(tmp_path)


@pytest.mark.parametrize("name", ["", "a\nb", "\x9b2J", "\u202ea", "x" * 81])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(ValidationError):
        TrustedKey(name=name, key=FIRST)


def test_a_key_may_be_trusted_for_some_areas_only() -> None:
    key = TrustedKey(name="A", key=FIRST, areas=("11", "12"))
    key.check_areas(["11"], "x")
    TrustedKey(name="A", key=FIRST).check_areas(["13"], "x")
    with pytest.raises(InputError, match="x: it is of 13, but"):
        key.check_areas(["11", "13"], "x")
