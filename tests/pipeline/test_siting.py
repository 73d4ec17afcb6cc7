"""A choice of sites on a release equals that on the project, and counts the people of the same stations."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from geoservice.errors import InputError, ParameterError
from geoservice.layer import Layer
from geoservice.live.files import LiveArrays, read_live
from geoservice.pipeline import publish_study
from geoservice.pipeline.context import UNCHANGED
from geoservice.pipeline.siting import choose_sites_of_project, siting_parameters, study_arrays
from geoservice.progress import quiet
from geoservice.project import Project
from geoservice.release import open_store
from geoservice.siting.answer import answer
from geoservice.siting.arrays import SitingParameters, StudyArrays
from geoservice.siting.left_out import LeftOut
from geoservice.siting.question import SitingQuestion
from geoservice.siting.request import SitingRequest
from geoservice.siting.result import SitingResult
from geoservice.siting.run import choose_sites
from geoservice.study import Study

ASK = SitingRequest("checkup", "walk", minutes=10, sites=2, spacing=100)


@pytest.fixture(scope="module")
def release(
    protected: Project, study: Study, layers: tuple[Layer, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveArrays, SitingParameters]]:
    with closing(open_store(tmp_path_factory.mktemp("siting") / "releases", None, "geoservice", read_only=False)) as store:
        publish_study(protected, store, study, layers, quiet)
        with closing(store.open()) as reader:
            yield read_live(reader.live()), SitingParameters.of_study(reader.manifest.study)


def on_release(release: tuple[LiveArrays, SitingParameters], request: SitingRequest, **more: Any) -> SitingResult:
    live, parameters = release
    arrays = StudyArrays(live.surface, live.areas, live.stations.to_pylist(), live.network)
    return choose_sites(arrays, parameters, request, None, quiet, **more)


@pytest.mark.parametrize(
    "request_",
    [
        ASK,
        replace(ASK, candidates="gaps", sites=1),
        replace(ASK, model="p_median", tier="village"),
        replace(ASK, model="lscp", sites=None, group="migrant"),
        replace(ASK, model="capacitated_mclp", capacity=40.0, may_close=("B",)),
    ],
    ids=lambda r: f"{r.model}-{r.candidates}",
)
def test_a_release_gives_the_sites_of_its_project(
    protected: Project, study: Study, release: tuple[LiveArrays, SitingParameters], request_: SitingRequest
) -> None:
    expected = choose_sites_of_project(protected, study, request_, None, quiet)
    result = on_release(release, request_)
    assert result.sites
    for name in ("sites", "people", "reached_before", "reached_after", "off_street", "beyond", "left", "closed", "summary"):
        np.testing.assert_equal(getattr(result, name), getattr(expected, name))


def test_choices_between_coverage_and_fairness_have_margins(
    protected: Project, study: Study, release: tuple[LiveArrays, SitingParameters]
) -> None:
    request = replace(ASK, minutes=5, fairness=True)
    result, expected = on_release(release, request), choose_sites_of_project(protected, study, request, None, quiet)
    assert result.front
    assert expected.front
    assert result.front[0].sites == result.sites
    assert result.reached_after == pytest.approx(on_release(release, replace(ASK, minutes=5)).reached_after)
    for choice, other in zip(result.front, expected.front, strict=True):
        assert choice.sites == other.sites
        assert (choice.margin, choice.difference_margin) == pytest.approx((other.margin, other.difference_margin), nan_ok=True)
        assert choice.margin > 0
    for before, choice in pairwise(result.front):
        assert choice.difference == pytest.approx(before.reached - choice.reached)
        assert choice.difference_margin < before.margin + choice.margin
        assert choice.is_tied == (choice.difference < choice.difference_margin)
    ties = sum(choice.is_tied for choice in result.front)
    assert any("within the margin" in text.en for text in result.summary) == (ties > 0)


def test_small_numbers_of_people_are_not_stated(release: tuple[LiveArrays, SitingParameters]) -> None:
    live, parameters = release
    shown = on_release(release, ASK)
    hidden = on_release((live, parameters.model_copy(update={"hide_below": 1000})), ASK)
    assert "under 1000" in hidden.sites[0].reasons.en
    assert "不足1000" in hidden.summary[1].zh
    assert np.isnan(hidden.shown(hidden.sites[0].pick.covered))
    assert shown.shown(shown.sites[0].pick.covered) > 0


def test_people_left_out_are_counted_by_area(release: tuple[LiveArrays, SitingParameters]) -> None:
    for model in ("p_center", "lscp_b"):
        with pytest.raises(LeftOut, match="sites: ") as caught:
            on_release(release, replace(ASK, model=model, minutes=5, sites=1))
        areas = caught.value.areas
        assert {a.area.en for a in areas} <= {"E", "W", ""}
        assert [a.people for a in areas] == sorted((a.people for a in areas), reverse=True)
        assert sum(a.people for a in areas) > 0
        assert all(a.margin > 0 for a in areas)


def test_too_many_pairs_are_refused(release: tuple[LiveArrays, SitingParameters]) -> None:
    with pytest.raises(InputError, match=r"reach people in .* pairs already, allowed are 5"):
        on_release(release, ASK, most_pairs=5)


def test_an_exception_in_the_progress_cancels(release: tuple[LiveArrays, SitingParameters]) -> None:
    live, parameters = release
    stages = []

    def stop(stage: str, _fraction: float) -> None:
        stages.append(stage)
        if stage == "travel times":
            raise KeyboardInterrupt

    arrays = StudyArrays(live.surface, live.areas, live.stations.to_pylist(), live.network)
    with pytest.raises(KeyboardInterrupt):
        choose_sites(arrays, parameters, ASK, None, stop)
    assert stages[-1] == "travel times"


def test_that_there_are_no_candidates_is_an_answer(project: Project, study: Study) -> None:
    arrays, parameters = study_arrays(project, study, UNCHANGED, quiet), siting_parameters(study)
    question = SitingQuestion(service="checkup", mode="walk", minutes=60, sites=1, candidates="gaps")
    result = answer(arrays, parameters, question, quiet)
    assert (result["feasible"], result["features"], result["left_out"]) == (False, [], [])
    assert result["summary"][0]["zh"] == "没有候选点：已知的居民都已在时间内。"
    with pytest.raises(ParameterError, match="tier: got 'city'"):
        answer(arrays, parameters, question.model_copy(update={"tier": "city"}), quiet)
