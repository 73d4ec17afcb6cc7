"""The gazetteer of a project on both engines: built of its tables, idempotent, whole after a kill, carried by releases."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from geoservice.addresses import gazetteer as files
from geoservice.addresses.current import POINTER, current_gazetteer
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.errors import Conflict, DamagedFile, GazetteerError, InputError, NotFound
from geoservice.geocode import GazetteerSource, add_file, add_places, build_gazetteer, open_gazetteer
from geoservice.geocode.build import damaged_files, is_current
from geoservice.geocode.place_table import PLACES
from geoservice.geocode.stored_sources import remove_source, stored_sources
from geoservice.ingest import Options
from geoservice.progress import quiet
from geoservice.project import Project
from geoservice.release import ReleaseContent, ReleaseStore
from geoservice.schema import TABLES
from geoservice.study import Study
from geoservice.vintages import Source

STUDY = Study.model_validate(
    {
        "id": "t",
        "title": {"zh": "试", "en": "T"},
        "code_system": "nbs2023",
        "services": [{"id": "s", "title": {"zh": "服", "en": "S"}}],
    }
)
COUNTY, TOWN = shapely.box(117, 30, 117.2, 30.2), shapely.box(117, 30, 117.1, 30.2)


def fill(project: Project) -> None:
    areas = [
        ("340811", "宜秀区", "Yixiu District", "county", None, COUNTY),
        ("340811100", "大龙山镇", "Dalongshan Town", "township", "340811", TOWN),
    ]
    rows = [
        {"code_system": "nbs2023", "code": c, "name_zh": zh, "name_en": en, "level": level, "parent": p, "geometry": s.wkb}
        for c, zh, en, level, p, s in areas
    ]
    project.write("areas", pa.Table.from_pylist(rows, TABLES["areas"].arrow()), Source("areas", "1"))
    station = {"id": "A1", "name": "大龙山卫生院", "tier": "township", "services": ["s"], "equipment": [], "active": True}
    station |= {"start_delay_s": 0.0, "lon": 117.05, "lat": 30.1}
    project.write("stations", pa.Table.from_pylist([station], TABLES["stations"].arrow()), Source("stations", "1"))


def fix(name: str = "东风组", kind: str = "group", number: str | None = None) -> pa.Table:
    row = {"name": name, "alias": [], "kind": kind, "lon": 117.02, "lat": 30.02, "area": "大龙山镇", "number": number}
    return pa.Table.from_pylist([row], PLACES)


FIXES = GazetteerSource("fixes", "places", "nbs2023", private=True)


def test_areas_stations_and_divisions_are_joined(project: Project) -> None:
    fill(project)
    report = build_gazetteer(project, STUDY, quiet)
    assert report.counts["areas"] == {"area": 2}
    assert report.counts["stations"] == {"poi": 1}
    assert report.counts["divisions of China"]["area"] == 3344, "without groups, and the study's county once"
    gazetteer = open_gazetteer(project)
    (town,) = gazetteer.named("大龙山", within=gazetteer.named("安徽省")[0].row)
    place = gazetteer.place(town.row)
    assert (place.name, place.name_en, place.code, place.level) == ("大龙山镇", "Dalongshan Town", "340811100", 3)
    assert [gazetteer.name(r) for r in gazetteer.chain(town.row)] == ["大龙山镇", "宜秀区", "安庆市", "安徽省"]
    assert shapely.Point(place.lon, place.lat).within(TOWN)
    assert 11_000 < place.radius_m < 13_000
    (station,) = gazetteer.named("大龙山卫生院")
    assert gazetteer.parent[station.row] == town.row


def test_the_same_sources_give_the_same_gazetteer_and_nothing_to_do(project: Project) -> None:
    fill(project)
    first = build_gazetteer(project, STUDY, quiet)
    before = (first.folder / files.MANIFEST).stat().st_mtime_ns
    again = build_gazetteer(project, STUDY, quiet)
    assert again.already_built
    assert (again.folder, again.digest, again.counts) == (first.folder, first.digest, first.counts)
    assert (first.folder / files.MANIFEST).stat().st_mtime_ns == before
    digests = json.loads((first.folder / files.MANIFEST).read_text("utf-8"))["files"]
    (first.folder / files.PLACES).write_bytes(b"x")
    assert damaged_files(first.folder) == [files.PLACES]
    repaired = build_gazetteer(project, STUDY, quiet)
    assert not repaired.already_built
    assert json.loads((repaired.folder / files.MANIFEST).read_text("utf-8"))["files"] == digests
    assert is_current(project, STUDY)


def test_an_added_table_is_in_the_next_gazetteer_and_a_removed_one_is_not(project: Project, tmp_path: Path) -> None:
    fill(project)
    first = build_gazetteer(project, STUDY, quiet)
    table = tmp_path / "villages.csv"
    table.write_text("code,name\n340811100201,永林村委会\n340811100202,新华社区居委会\n", encoding="utf-8")
    report = add_file(project, STUDY, table, "divisions", Options(code_system="nbs2023"), quiet)
    assert (report.rows_accepted, report.source and report.source.rows) == (2, 2)
    assert not is_current(project, STUDY)
    second = build_gazetteer(project, STUDY, quiet)
    gazetteer = open_gazetteer(project)
    (village,) = gazetteer.named("永林", within=gazetteer.named("安庆市")[0].row)
    assert gazetteer.name(gazetteer.parent[village.row]) == "大龙山镇"
    assert add_file(project, STUDY, table, "divisions", Options(code_system="nbs2023"), quiet).already_added
    assert not first.folder.exists(), "only the current one is kept"
    remove_source(project.gazetteer, "villages.csv")
    assert build_gazetteer(project, STUDY, quiet).digest == first.digest != second.digest
    with pytest.raises(NotFound, match="no source"):
        remove_source(project.gazetteer, "villages.csv")


def test_nothing_to_build_from_and_wrong_places_are_named(project: Project) -> None:
    study = STUDY.model_copy(update={"code_system": "local"})
    with pytest.raises(InputError, match="geoservice gazetteer add"):
        build_gazetteer(project, study, quiet)
    with pytest.raises(NotFound, match="geoservice gazetteer build"):
        open_gazetteer(project)
    with pytest.raises(InputError, match="1 places have no lon"):
        add_places(project, fix().set_column(3, "lon", pa.array([None], pa.float64())), FIXES)
    with pytest.raises(InputError, match="expected"):
        add_places(project, pa.table({"name": ["x"]}), FIXES)
    with pytest.raises(InputError, match="allowed is places"):
        add_places(project, fix(), replace(FIXES, kind="aliases"))
    assert stored_sources(project.gazetteer) == []


def test_private_places_are_in_the_project_and_never_in_a_release(
    project: Project, store: ReleaseStore, content: ReleaseContent
) -> None:
    fill(project)
    public = build_gazetteer(project, STUDY, quiet)
    add_places(project, fix(), FIXES)
    add_places(project, fix("中山路", "door", "66号"), replace(FIXES, name="doors"))
    report = build_gazetteer(project, STUDY, quiet)
    gazetteer, current = open_gazetteer(project), current_gazetteer(project.gazetteer)
    (group,) = gazetteer.named("东风组")
    assert gazetteer.name(gazetteer.parent[group.row]) == "大龙山镇"
    assert report.counts["doors"] == {"door": 1, "road": 1}
    assert current.public == public.folder, "that of the same public sources"
    store.write(replace(content, gazetteer=current.public))
    reader = store.open()
    carried = Gazetteer.open(reader.gazetteer())
    assert len(carried) == len(gazetteer) - 2
    assert carried.named("东风组") == []
    assert carried.named("中山路") == []
    for name in reader.manifest.files:
        if name.startswith("gazetteer/"):
            data = (reader.gazetteer() / name.removeprefix("gazetteer/")).read_bytes()
            assert "东风组".encode() not in data
            assert b"fixes" not in data
    assert store.file_faults(reader.number) == []
    reader.close()


def test_a_release_without_a_gazetteer_says_how_to_get_one(store: ReleaseStore, content: ReleaseContent) -> None:
    store.write(content)
    with pytest.raises(NotFound, match="geoservice gazetteer build"):
        store.open().gazetteer()


def test_a_damaged_file_of_the_gazetteer_of_a_release_is_named(
    project: Project, store: ReleaseStore, content: ReleaseContent, tmp_path: Path, dsn: str | None
) -> None:
    if dsn is not None:
        pytest.skip("PostgreSQL checks its own pages")
    fill(project)
    store.write(replace(content, gazetteer=build_gazetteer(project, STUDY, quiet).folder))
    file = tmp_path / "releases" / "1" / "gazetteer" / files.NAMES
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[:-1])
    with pytest.raises(DamagedFile, match="addresses and places cannot be found"):
        store.open().gazetteer()
    assert [fault.file for fault in store.file_faults(1)] == [f"gazetteer/{files.NAMES}"]
    assert open_gazetteer(project), "the project's own files are others"


def test_two_builds_at_a_time_and_damaged_sources_are_refused(project: Project) -> None:
    fill(project)
    add_places(project, fix(), FIXES)
    stages = list[str]()

    def build_again(stage: str, _fraction: float) -> None:
        if not stages:
            with pytest.raises(Conflict, match="another process is building the gazetteer"):
                build_gazetteer(project, STUDY, quiet)
        stages.append(stage)

    build_gazetteer(project, STUDY, build_again)
    assert {"areas of the gazetteer", "places of the gazetteer", "writing the gazetteer"} <= set(stages)
    next((project.gazetteer / "sources").glob("*.parquet")).write_bytes(b"PAR1")
    with pytest.raises(GazetteerError, match="is damaged; add it again"):
        build_gazetteer(project, STUDY, quiet)


KILLED = """
import sys
from pathlib import Path
from geoservice.geocode import build_gazetteer
from geoservice.project import open_project
from geoservice.study import Study
import time
def slow(stage, fraction):
    print(stage, flush=True)
    if stage.startswith("writing"):
        time.sleep(60)
study = Study.model_validate_json(sys.argv[2])
build_gazetteer(open_project(Path(sys.argv[1]), None, "g"), study, slow)
"""


def test_a_killed_build_leaves_the_gazetteer_before_it(project: Project, dsn: str | None) -> None:
    if dsn is not None:
        pytest.skip("the gazetteer is the same folder for either store")
    fill(project)
    first = build_gazetteer(project, STUDY, quiet)
    add_places(project, fix(), FIXES)
    project.close()
    command = [sys.executable, "-c", KILLED, str(project.folder), STUDY.model_dump_json()]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert any(line.startswith("writing") for line in child.stdout), "it is in the middle of the build"
    time.sleep(0.1)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert json.loads((project.gazetteer / POINTER).read_text())["digest"] == first.digest
    assert len(open_gazetteer(project)) == sum(kinds.get("area", 0) + kinds.get("poi", 0) for kinds in first.counts.values())
    assert not build_gazetteer(project, STUDY, quiet).already_built
    assert open_gazetteer(project).named("东风组")
