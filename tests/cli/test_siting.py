"""geoservice siting on the grid town."""

from pathlib import Path
from typing import Any

import pytest
from town_project import import_town


@pytest.fixture(scope="module")
def home(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the town, imported but not published."""
    return import_town(town, tmp_path_factory.mktemp("siting"))


ASKED = ("siting", "--service", "checkup", "--mode", "walk", "--minutes", 10, "--spacing", 100)


def test_sites_are_printed_with_reasons_and_the_proof(cli: Any, home: Path) -> None:
    ended = cli(*ASKED, "--sites", 2, "--lang", "en", "-C", home)
    assert (ended.code, ended.err) == (0, "")
    text = " ".join(ended.out.split())
    assert "Check-up, 10 minutes, walking, maximal coverage, 21 candidates." in text
    assert "People in time: 290 before, 880 after, of 900." in text
    assert "Proven: no choice is better." in text
    assert "Not reached: 20 (no street near)." in text
    assert "j18 E 420 710 newly reached: 420; the place" in text


def test_the_default_language_is_chinese(cli: Any, home: Path) -> None:
    ended = cli(*ASKED, "--model", "lscp-b", "-C", home)
    text = "".join(ended.out.split())
    assert "体检，步行10分钟，备用覆盖，候选点21个。" in text
    assert "已证明没有更好的选择。" in text


def test_candidates_of_a_file_and_the_file_of_sites(cli: Any, home: Path, tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text("id,名称,lon,lat\n1,东头[x],10.0108,0.0036\n2,西,10.0036,0.0108\n", encoding="utf-8")
    ended = cli(*ASKED, "--sites", 1, "--candidates", places, "--out", tmp_path / "sites.csv", "-C", home)
    assert ended.code == 0, ended.err
    assert "东头[x]" in ended.out
    assert "sites.csv" in ended.err
    assert (tmp_path / "sites.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("1,1,东头[x],new,")


def test_choices_between_coverage_and_fairness(cli: Any, home: Path, tmp_path: Path) -> None:
    asked = ("siting", "--service", "checkup", "--mode", "walk", "--minutes", 5, "--spacing", 100, "--sites", 2, "--fairness")
    ended = cli(*asked, "--lang", "en", "--out", tmp_path / "choices.csv", "-C", home)
    assert ended.code == 0, ended.err
    text = " ".join(ended.out.split())
    assert "2 choices between coverage and fairness: minutes beyond the time (root mean square) from 4.3 to 3.45." in text
    assert "Proven for each: no choice is better in one without being worse in the other." in text
    assert "540 4.30 2.44 yes j20, j13" in text
    rows = (tmp_path / "choices.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("choice,rank,id,")
    assert [row.split(",")[:2] for row in rows[1:]] == [["1", "1"], ["1", "2"], ["2", "1"], ["2", "2"]]
    assert "覆盖与公平的2种方案" in "".join(cli(*asked, "-C", home).out.split())


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--sites", 1, "--lang", "fi"), 10, "--lang: got 'fi', allowed are zh and en"),
        (("--sites", 1, "--out", "sites.doc"), 10, "out: got 'sites.doc', allowed are names that end in .geojson or .csv"),
        (("--sites", 1, "--model", "p-center", "--fairness"), 10, "fairness: got the model p_center, allowed is mclp"),
        (("--sites", 1, "--model", "x"), 10, "model: got 'x', allowed are mclp, lscp, lscp_b, p_median, p_center"),
        (("--sites", 1, "--candidates", "nowhere.csv"), 11, "nowhere.csv"),
        (("--model", "lscp_b", "--sites", 1), 44, "sites: got 1, allowed are 2 and above"),
    ],
    ids=lambda v: str(v[-1]) if isinstance(v, tuple) else "",
)
def test_errors_name_the_option_and_what_is_allowed(
    cli: Any, home: Path, words: tuple[object, ...], code: int, message: str
) -> None:
    ended = cli(*ASKED, *words, "-C", home)
    assert (ended.code, message in ended.err, len(ended.err.strip().splitlines())) == (code, True, 1), ended.err


def test_everybody_reached_already_needs_no_site(cli: Any, home: Path) -> None:
    ended = cli("siting", "--service", "checkup", "--mode", "walk", "--minutes", 60, "--model", "lscp", "-C", home)
    assert "没有需要新设的站点。" in ended.out
