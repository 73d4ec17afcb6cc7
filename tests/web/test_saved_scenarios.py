"""Stored scenarios on the planner's page: saved, opened, renamed, deleted, in conflict, and two compared."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from planner_home import planner_home
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Watched, reader, watch
from .test_states import violations
from .test_try_station import CENTRE, KALLIO, answered, open_scenario, put, share

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Planners(NamedTuple):
    """A service and the tokens of two planners."""

    url: str
    anna: str
    ben: str

    def call(self, token: str, method: str, path: str, content: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        sent |= {k.replace("_", "-"): v for k, v in headers.items()}
        data = None if content is None else json.dumps(content).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}{path}", data, sent, method=method)) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def stored(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(self.anna, "GET", "/scenarios?limit=1000")["scenarios"]
        return found


@pytest.fixture(scope="module")
def planners(demo_home: Path, tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., Any]) -> Iterator[Planners]:
    home, (anna, ben) = planner_home(demo_home, tmp_path_factory.mktemp("saved"), "anna", "ben")
    with serve(home) as served:
        yield Planners(served.url, anna, ben)


@pytest.fixture
def watched(chromium: Browser, planners: Planners) -> Iterator[Watched]:
    context = reader(chromium)
    watched = watch(context, f"{planners.url}/?lang=en")
    open_scenario(watched.page)
    yield watched
    context.close()


@pytest.fixture
def tab(watched: Watched) -> Iterator[Page]:
    yield watched.page
    assert [fault for fault in watched.faults if not fault.startswith("Failed to load resource")] == []


def sign_in(tab: Page, token: str) -> None:
    tab.locator(".saved summary").click()
    tab.locator("input[name=token]").fill(token)
    tab.get_by_role("button", name="Sign in").press("Enter")


def signed_in(tab: Page, token: str) -> None:
    sign_in(tab, token)
    expect(tab.locator(".signed-in")).to_be_visible()


def save(tab: Page, name: str, button: str = "Save") -> None:
    tab.locator("input[name=saved_name]").fill(name)
    tab.get_by_role("button", name=button, exact=True).press("Enter")
    expect(tab.locator(".saved .outcome")).to_have_text(f'"{name}" is saved.')


def entry(tab: Page, name: str) -> Locator:
    return tab.locator(".stored li", has=tab.locator("strong", has_text=re.compile(f"^{re.escape(name)}$")))


def test_a_scenario_is_saved_renamed_opened_and_deleted(tab: Page, planners: Planners) -> None:
    put(tab)
    first = share(tab)
    signed_in(tab, planners.anna)
    expect(tab.locator(".signed-in")).to_contain_text("anna (planner)")
    tab.locator("textarea[name=saved_note]").fill("第一稿")
    save(tab, "卡利奥一站")
    (stored,) = [s for s in planners.stored() if s["name"] == "卡利奥一站"]
    assert (stored["owner"], stored["note"], stored["edit_count"], stored["revision"]) == ("anna", "第一稿", 1, 1)
    expect(tab.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    save(tab, "Kallio, one")
    assert [s["revision"] for s in planners.stored() if s["id"] == stored["id"]] == [2]
    tab.get_by_role("button", name="Clear all").click()
    expect(tab.locator(".save [role=status]")).to_contain_text("not saved")
    entry(tab, "Kallio, one").get_by_role("button", name="Open").press("Enter")
    answered(tab)
    expect(tab.locator(".edits li")).to_have_count(1)
    assert share(tab) == first
    expect(tab).to_have_url(re.compile(r"edits=new-1\*"))
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".edits")).to_have_count(0)
    entry(tab, "Kallio, one").get_by_role("button", name="Delete", exact=False).click()
    entry(tab, "Kallio, one").get_by_role("button", name="Keep", exact=False).click()
    entry(tab, "Kallio, one").get_by_role("button", name="Delete: ").press("Enter")
    entry(tab, "Kallio, one").get_by_role("button", name="Delete for good").press("Enter")
    expect(entry(tab, "Kallio, one")).to_have_count(0)
    assert stored["id"] not in {s["id"] for s in planners.stored()}


def test_a_reload_keeps_the_session_of_this_tab_and_what_is_open(tab: Page, planners: Planners, chromium: Browser) -> None:
    put(tab)
    signed_in(tab, planners.anna)
    save(tab, "kept")
    tab.reload()
    answered(tab)
    expect(tab.locator(".save [role=status]")).to_have_text('On the map: "kept".')
    assert planners.anna not in tab.url
    other = watch(reader(chromium), tab.url).page
    answered(other)
    other.locator(".saved summary").click()
    expect(other.locator("input[name=token]")).to_be_visible()
    expect(other.locator(".edits li")).to_have_count(1)
    other.context.close()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.locator("input[name=token]")).to_have_value("")
    assert tab.evaluate("Object.keys(sessionStorage).filter((k) => k.startsWith('geoservice'))") == []


@pytest.mark.parametrize("choice", ["Open the other one", "Overwrite it", "Save as new"])
def test_a_conflict_is_shown_with_a_choice(tab: Page, planners: Planners, choice: str) -> None:
    put(tab)
    signed_in(tab, planners.anna)
    name = f"conflict {choice}"
    save(tab, name)
    (stored,) = [s for s in planners.stored() if s["name"] == name]
    path = f"/scenarios/{stored['id']}"
    planners.call(planners.anna, "PUT", path, {"name": "theirs", "edits": []}, If_Match="*")
    tab.locator("input[name=saved_name]").fill("mine")
    tab.get_by_role("button", name="Save", exact=True).click()
    alert = tab.locator(".conflict")
    expect(alert).to_contain_text('"theirs" was changed elsewhere')
    assert planners.call(planners.anna, "GET", path)["name"] == "theirs", "nothing was overwritten unasked"
    assert violations(tab) == []
    alert.get_by_role("button", name=choice).press("Enter")
    expect(alert).to_have_count(0)
    now = planners.call(planners.anna, "GET", path)
    if choice == "Open the other one":
        expect(tab.locator(".edits")).to_have_count(0)
        expect(tab.locator("input[name=saved_name]")).to_have_value("theirs")
    elif choice == "Overwrite it":
        assert (now["name"], now["revision"], len(now["edits"])) == ("mine", 3, 1)
    else:
        assert (now["name"], [s["edit_count"] for s in planners.stored() if s["name"] == "mine"]) == ("theirs", [1])
    for each in planners.stored():
        planners.call(planners.anna, "DELETE", f"/scenarios/{each['id']}")


def test_a_scenario_that_was_deleted_elsewhere_can_be_saved_anew(tab: Page, planners: Planners) -> None:
    signed_in(tab, planners.anna)
    save(tab, "doomed")
    (stored,) = [s for s in planners.stored() if s["name"] == "doomed"]
    planners.call(planners.anna, "DELETE", f"/scenarios/{stored['id']}")
    tab.locator("input[name=saved_name]").fill("risen")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator(".conflict")).to_contain_text("deleted elsewhere")
    tab.locator(".conflict").get_by_role("button", name="Save as new").click()
    expect(tab.locator(".conflict")).to_have_count(0)
    assert "risen" in {s["name"] for s in planners.stored()}


def test_another_planner_opens_it_and_saves_a_copy(tab: Page, planners: Planners) -> None:
    edits = [
        {"station": "new-1", "lon": 24.95, "lat": 60.187, "tier": "village", "services": ["primary_care"], "start_delay_s": 60}
    ]
    planners.call(planners.anna, "POST", "/scenarios", {"name": "of anna", "edits": edits})
    signed_in(tab, planners.ben)
    expect(entry(tab, "of anna").get_by_role("button", name="Delete")).to_have_count(0)
    entry(tab, "of anna").get_by_role("button", name="Open").click()
    expect(tab.locator(".save [role=status]")).to_contain_text('"of anna" by anna')
    tab.locator("input[name=saved_name]").fill("of ben")
    tab.get_by_role("button", name="Save as my own").click()
    expect(entry(tab, "of ben")).to_have_count(1)
    (copy,) = [s for s in planners.stored() if s["name"] == "of ben"]
    assert copy["owner"] == "ben"
    assert planners.call(planners.ben, "GET", f"/scenarios/{copy['id']}")["edits"] == edits


@pytest.mark.parametrize(
    ("token", "text"), [("nonsense", "not valid"), ("村", "not valid"), ("gs_" + "0" * 16 + "_" + "0" * 64, "not valid")]
)
def test_a_bad_token_is_refused(tab: Page, token: str, text: str) -> None:
    sign_in(tab, token)
    expect(tab.locator(".saved [role=alert]")).to_contain_text(text)
    expect(tab.locator(".save")).to_have_count(0)


def test_a_failure_says_so_and_can_be_tried_again(tab: Page, planners: Planners) -> None:
    signed_in(tab, planners.anna)
    tab.route("**/scenarios", lambda route: route.fulfill(status=503, body="{}"))
    tab.locator("input[name=saved_name]").fill("again")
    tab.get_by_role("button", name="Save", exact=True).click()
    alert = tab.locator(".saved [role=alert]")
    expect(alert).to_have_text(re.compile("The scenario was not saved. The server is busy."))
    tab.unroute_all()
    alert.get_by_role("button").press("Enter")
    expect(entry(tab, "again")).to_have_count(1)
    tab.route("**/scenarios/*", lambda route: route.abort())
    entry(tab, "again").get_by_role("button", name="Open").click()
    expect(alert).to_contain_text("could not be opened. The server cannot be reached.")


def percent(text: str) -> float:
    return float(text.strip("≈ ").partition("%")[0])


def row(tab: Page, selector: str) -> list[str]:
    return tab.locator(f".compare {selector} td").all_inner_texts()


def test_two_scenarios_are_compared_at_the_same_limits(tab: Page, planners: Planners) -> None:
    put(tab)
    expect(tab).to_have_url(re.compile("edits=new-1"))
    in_kallio = tab.url
    signed_in(tab, planners.anna)
    save(tab, "in Kallio")
    mine = share(tab)
    tab.get_by_role("button", name="Clear all").click()
    put(tab, CENTRE)
    tab.locator(".compare summary").click()
    tab.locator("select[name=compare_0]").select_option(label="in Kallio")
    expect(tab.locator(".compare .by-area tbody tr").first).to_be_visible(timeout=60_000)
    first, second, change = row(tab, ".totals tr[data-minutes='10']")
    assert (percent(first), percent(second)) == (mine, share(tab))
    assert "±" in change
    kallio = tab.locator(".compare .by-area tr", has=tab.locator("th", has_text="Kallio"))
    expect(kallio.locator(".difference")).to_contain_text(re.compile("[-−]"))
    tab.locator("select[name=compare_1]").select_option(label="From a link")
    tab.locator("input[name=compare_link]").fill("nonsense")
    expect(tab.locator(".compare [role=alert]")).to_have_text("This is no address of a scenario.")
    tab.locator("input[name=compare_link]").fill(in_kallio)
    expect(tab.locator(".compare [role=alert]")).to_have_count(0)
    expect(tab.locator(".compare .totals tr[data-minutes='10'] .difference")).to_have_text(re.compile(r"^\s*0"), timeout=60_000)


def test_anybody_compares_with_the_present_and_asks_nothing_of_the_store(watched: Watched, tab: Page) -> None:
    put(tab, KALLIO)
    tab.locator(".compare summary").click()
    expect(tab.locator(".compare .by-area tbody tr").first).to_be_visible(timeout=60_000)
    assert [percent(text) for text in row(tab, ".totals tr[data-minutes='10']")[:2]] == [share(tab, "before"), share(tab)]
    assert not [r for r in watched.requests if "/scenarios" in r or r.endswith("/access")]


@pytest.mark.parametrize(("language", "button", "gone"), [("en-GB", "Try a station", "Sign in"), ("zh-CN", "试设站点", "登录")])
def test_the_address_restores_two_stored_scenarios_and_back_leaves_them(
    chromium: Browser, planners: Planners, language: str, button: str, gone: str
) -> None:
    edits = [
        [{"station": "new-1", "lon": lon, "lat": lat, "tier": "village", "services": ["primary_care"]}]
        for lon, lat in ((24.9486, 60.1773), (24.943, 60.1765))
    ]
    names = [f"{place} {language}" for place in ("东", "西")]
    ids = [
        planners.call(planners.anna, "POST", "/scenarios", {"name": name, "note": "", "edits": own})["id"]
        for name, own in zip(names, edits, strict=True)
    ]
    context = reader(chromium, language)
    tab = watch(context, f"{planners.url}/").page
    open_scenario(tab, button)
    tab.locator(".saved summary").click()
    tab.locator("input[name=token]").fill(planners.anna)
    tab.keyboard.press("Enter")
    expect(tab.locator(".signed-in")).to_be_visible()
    tab.locator(".compare summary").click()
    expect(tab).to_have_url(re.compile(r"compare=present\.map"))
    for side, name in enumerate(names):
        tab.locator(f"select[name=compare_{side}]").select_option(label=name)
    expect(tab).to_have_url(re.compile(rf"compare={ids[0]}\.{ids[1]}"))
    tab.locator("input[name=maps][value=side]").check(force=True)
    expect(tab).to_have_url(re.compile("maps=side"))

    def is_compared() -> list[str]:
        expect(tab.locator(".compare .by-area tbody tr").first).to_be_visible(timeout=60_000)
        expect(tab.locator(".map-name.first")).to_have_text(names[0])
        expect(tab.locator(".map-name.second")).to_have_text(names[1])
        expect(tab.locator("input[name=maps][value=side]")).to_be_checked()
        return row(tab, ".totals tr[data-minutes='10']")

    numbers = is_compared()
    tab.reload()
    assert is_compared() == numbers
    link = tab.url
    tab.locator("input[name=maps][value=difference]").check(force=True)
    expect(tab).to_have_url(re.compile("maps=difference"))
    tab.go_back()
    assert is_compared() == numbers
    tab.go_back()
    expect(tab.locator("input[name=maps][value=one]")).to_be_checked()
    while "compare=" in tab.url:
        tab.go_back()
    expect(tab.locator(".compare .sides")).to_have_count(0)
    context.close()
    context = reader(chromium, language)
    tab = context.new_page()
    tab.goto(link)
    expect(tab.locator(".compare [role=status]").first).to_contain_text(gone, timeout=60_000)
    assert violations(tab) == []
    context.close()


def test_it_is_there_in_chinese_and_axe_finds_nothing(chromium: Browser, planners: Planners, artifacts: Path) -> None:
    planners.call(planners.anna, "POST", "/scenarios", {"name": "增设一站", "note": "卡利奥\n第一稿", "edits": []})
    found = {}
    for language, button, compare in (("zh-CN", "试设站点", "zh"), ("en-GB", "Try a station", "en")):
        context = reader(chromium, language, height=1400)
        tab = watch(context, f"{planners.url}/").page
        open_scenario(tab, button)
        put(tab)
        tab.locator(".saved summary").click()
        expect(tab.locator("input[name=token]")).to_be_visible()
        found[f"{language} signed out"] = violations(tab)
        tab.locator("input[name=token]").fill(planners.anna)
        tab.keyboard.press("Enter")
        expect(entry(tab, "增设一站")).to_be_visible()
        tab.locator(".compare summary").click()
        expect(tab.locator(".compare .by-area tbody tr").first).to_be_visible(timeout=60_000)
        tab.locator(".saved").scroll_into_view_if_needed()
        tab.screenshot(path=artifacts / f"saved-scenarios-{compare}.png")
        found[f"{language} signed in"] = violations(tab)
        context.close()
    assert {state: v for state, v in found.items() if v} == {}
