"""Demand surfaces of a project, on both engines."""

import hashlib
from typing import Any

import pytest

from geoservice.errors import InputError, NotFound
from geoservice.project import Project, SurfaceInfo, SurfaceSignature, open_project

BODIES = [bytes(range(256)) * 20_000, b"", b"\\x00 text"]


def info(body: bytes, **changed: Any) -> SurfaceInfo:
    known = {
        "digest": hashlib.sha256(body).hexdigest(),
        "name": "register",
        "kind": "register",
        "made_at": "2024-02-29T00:00:00+00:00",
        "description": {"rho": "1/2", "caps": {"persons": 8}, "note": "宜秀 %s 'x'", "nothing": None, "list": []},
    }
    return SurfaceInfo(**{**known, **changed})


def test_a_new_project_has_no_surfaces(project: Project) -> None:
    assert project.surfaces() == ()
    with pytest.raises(NotFound, match="no surface of this digest"):
        project.surface("0" * 64)
    project.remember("a", "b")
    assert project.surfaces() == ()


def test_surfaces_are_read_oldest_first(project: Project, dsn: str | None, prefix: str) -> None:
    infos = [info(body, name=f"居民 {n}", made_at=f"202{9 - n}") for n, body in enumerate(BODIES)]
    for body, known in zip(BODIES, infos, strict=True):
        project.add_surface(body, known)
    again = open_project(project.folder, dsn, prefix)
    assert again.surfaces() == tuple(infos)
    assert [again.surface(known.digest) for known in infos] == BODIES
    again.close()


def test_the_same_digest_again_changes_nothing(project: Project) -> None:
    project.add_surface(b"one", info(b"one"))
    project.add_surface(b"one", info(b"one", name="population", kind="population"))
    assert project.surfaces() == (info(b"one"),)


def test_a_digest_that_does_not_match_is_refused(project: Project) -> None:
    with pytest.raises(InputError, match="do not match the digest"):
        project.add_surface(b"two", info(b"one"))
    assert project.surfaces() == ()


def test_a_damaged_surface_is_an_error(project: Project) -> None:
    known = info(b"one")
    project.add_surface(b"one", known)
    with project._database.session(write=True) as session:
        session.execute(project._sql.delete("surfaces", "digest"), [known.digest])
        session.execute(
            project._sql.insert("surfaces"), [1, known.digest, known.name, known.kind, known.made_at, "{}", b"other"]
        )
    with pytest.raises(InputError, match="damaged; restore the project from a backup"):
        project.surface(known.digest)


SIGNATURE = SurfaceSignature("ed25519:00", '{"areas":["宜秀"]}', "ff" * 64)


def test_a_signature_is_kept_beside_its_surface(project: Project) -> None:
    signed = info(b"one", name="宜秀区", signature=SIGNATURE)
    project.add_surface(b"one", signed)
    project.add_surface(b"two", info(b"two"))
    assert project.surfaces() == (signed, info(b"two"))
    assert SIGNATURE not in project.surfaces()[0].description.values()


def test_a_removed_surface_is_gone_and_later_ones_come_after_the_others(project: Project) -> None:
    bodies = [b"one", b"two", b"three"]
    for body in bodies[:2]:
        project.add_surface(body, info(body))
    project.remove_surface(info(b"one").digest)
    project.add_surface(b"three", info(b"three"))
    project.add_surface(b"one", info(b"one"))
    assert [s.digest for s in project.surfaces()] == [info(b).digest for b in (b"two", b"three", b"one")]
    with pytest.raises(NotFound, match="no surface of this digest"):
        project.remove_surface("0" * 64)
