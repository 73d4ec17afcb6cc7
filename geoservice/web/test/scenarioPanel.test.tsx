// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { names, numbers } from "../src/data";
import { setLanguage } from "../src/i18n";
import { changeShown, firstGround, ground, series } from "../src/map/ground";
import { pictureUrl } from "../src/picture";
import { change, history, leaveScenario, openScenario, present, put } from "../src/scenario/choice";
import { dragging, keepAnswers, known, marks } from "../src/scenario/data";
import { startOf } from "../src/scenario/history";
import { chooseView, divider } from "../src/scenario/maps/choice";
import { keepCompared } from "../src/scenario/maps/data";
import { Divider } from "../src/scenario/maps/Divider";
import { ScenarioPanel } from "../src/scenario/ScenarioPanel";
import { chosen, manifest, mode, take } from "../src/state";
import { layerOf, RELEASE } from "./release";

interface Asked {
  mode: string;
  edits: { station: string; lon?: number }[];
}

const number = (value: number, margin = 1) => ({ value, margin });
/** Each edit brings ten people more, one as far east as 9 a hundred. */
function answerOf({ edits }: Asked) {
  const gained = edits.reduce((sum, e) => sum + (e.lon === 9 ? 100 : 10), 0);
  const at = (minutes: number) => ({ minutes, persons: number(500 + gained), persons_before: number(500), share: number(50 + gained / 10), share_before: number(50), share_change: number(gained / 10, gained / 100), gained: number(gained), lost: number(0, 0) });
  const areas = edits.length ? [["county", "t"], ["township", "a"]].map(([geography, unit]) => ({ geography, unit, name_zh: `${unit}区`, name_en: unit!.toUpperCase(), parent: null, persons: number(1000, 5), median_minutes: number(8 - gained / 10, 0.5), median_minutes_before: number(8, 0.5), breaks: [5, 10, 15].map(at) })) : [];
  const stations = edits.map((e) => ({ id: e.station, name: e.station, capacity: 100, persons: number(gained), persons_before: number(0, 0), load: number(2 * gained), load_before: number(0, 0) }));
  return { areas, stations, off_street: edits.filter((e) => e.lon === 0).map((e) => e.station) };
}

let broken = false;
const asked: Asked[] = [];
const STATION = { unit: "s", name_zh: "甲站", name_en: "Station S", tier: "village", services: "clinic", capacity: 300 };
function fetched(input: string | URL | Request, request?: RequestInit): Promise<Response> {
  const { pathname, searchParams } = new URL(String(input));
  const reply = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));
  if (pathname.endsWith("/execution")) {
    if (broken) return reply({ detail: "no" }, 400);
    const { inputs } = JSON.parse(String(request?.body)) as { inputs: Asked };
    asked.push(inputs);
    return reply(answerOf(inputs));
  }
  if (pathname.includes("/stations/")) return reply({ features: [{ id: 1, geometry: { type: "Point", coordinates: [1, 2] }, properties: STATION }], links: [] });
  const unit = searchParams.get("geography") === "county" ? "t" : "a";
  return reply({ features: [{ id: 1, geometry: null, properties: { unit, name_en: unit.toUpperCase(), name_zh: `${unit}区`, share: 50, minutes: 10, value: 50, margin: 1 } }], links: [] });
}

const root = (): HTMLElement => document.getElementById("app")!;
const plain = (text: string | null | undefined): string => (text ?? "").replace(/\s/g, " ");
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((r) => plain(r.textContent));
const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 200)));
const click = (text: string): Promise<void> => act(() => [...root().querySelectorAll("button")].find((b) => b.textContent === text)!.click());

let stops: (() => void)[] = [];
let nth = 0;

beforeEach(async () => {
  broken = false;
  asked.length = 0;
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...RELEASE, study: { ...RELEASE.study, snap_metres: 150 }, layers: [...RELEASE.layers.filter((l) => l.id !== "stations"), layerOf("stations", { geometry: "point" })], version: `9-${nth++}` };
  setLanguage("en");
  take(new URLSearchParams("theme=coverage"));
  history.value = startOf();
  openScenario();
  stops = [names.keep(), numbers.keep(), series.keep(), ...keepAnswers()];
  await act(() => render(<ScenarioPanel />, root()));
  await settled();
});

afterEach(async () => {
  dragging.value = false;
  await act(() => leaveScenario());
  for (const stop of stops) stop();
  await act(() => render(null, root()));
});

test("the first question has no edits, and readies the server", () => {
  expect(asked.map((a) => a.edits)).toEqual([[]]);
  expect(texts(".changed, .edits, [role=alert]")).toEqual([]);
  expect([...known.value]).toEqual(["s"]);
  expect(pictureUrl.value).toBeNull();
});

test("a new station is shown in brief, by area and by station, and the map follows", async () => {
  await act(() => void put(3, 4, known.value));
  expect(texts(".overall")).toEqual(["…"]);
  await settled();
  expect(texts(".overall span.before, .overall span.after, .overall .change")).toEqual(["50.0 ± 1.0%", "51.0 ± 1.0%", "+1.0 ± 0.1 pp"]);
  expect(texts(".medians")).toEqual(["Median travel time 8.0 ± 0.5 min→then7.0 ± 0.5 min"]);
  expect(texts(".moved")).toEqual(["about 10 ± 1 more people within 10 min; nobody loses access"]);
  expect(texts(".changed tbody th")).toEqual(["A"]);
  expect(texts(".loads tbody th, .loads tbody .load")).toEqual(["New station 1", "20.0% ± 1.0"]);
  expect(ground.value?.numbers.get("a")?.value).toBe(51);
  await click("Present");
  expect([present.value, ground.value?.numbers.get("a")?.value]).toEqual([true, 50]);
  expect(texts(".changed, .loads")).toEqual([]);
  await click("Present");
  await act(() => setLanguage("zh"));
  expect(texts(".moved")).toEqual(["10 分钟内新增覆盖约 10 ± 1 人；无人失去覆盖"]);
});

test("numbers of another question are hidden, but during a drag those of a moment ago", async () => {
  await act(() => void put(3, 4, known.value));
  await settled();
  dragging.value = true;
  await act(() => change("new-1", { lon: 9 }));
  expect(texts(".overall .after")).toEqual(["51.0 ± 1.0%"]);
  expect(root().querySelector(".scenario")!.getAttribute("aria-busy")).toBe("true");
  await settled();
  expect(texts(".overall .after")).toEqual(["60.0 ± 1.0%"]);
  await act(() => void (mode.value = "drive"));
  expect(texts(".overall .after")).toEqual([]);
  await settled();
  expect(asked.at(-1)).toMatchObject({ mode: "drive", areas: "changed", edits: [{ station: "new-1", lon: 9, lat: 4, tier: "village", services: ["clinic"] }] });
});

test("a question answered before is asked again when one between is under way", async () => {
  await act(() => change("s", { open: false }));
  await settled();
  await act(() => change("s", { lon: 9, lat: 2 }));
  await act(() => change("s", { lon: undefined, lat: undefined }));
  await settled();
  expect(texts(".overall .after")).toEqual(["51.0 ± 1.0%"]);
  expect(marks.value).toEqual([{ station: "s", kind: "closed", lon: 1, lat: 2, from: null }]);
});

test("a failure says so and shows no number until it is tried again", async () => {
  await act(() => void put(3, 4, known.value));
  await settled();
  broken = true;
  await act(() => void (chosen.group.value = "migrant"));
  await settled();
  expect(texts("[role=alert]")[0]).toContain("The scenario could not be computed. The server rejected the request.");
  expect(texts(".overall, .changed, .loads")).toEqual(["…"]);
  broken = false;
  await click("Try again");
  await settled();
  expect(texts(".overall .after")).toEqual(["51.0 ± 1.0%"]);
});

test("stations away from streets and stations that the release has not are pointed out", async () => {
  await act(() => void put(0, 4, known.value));
  await act(() => change("gone", { open: false }));
  await settled();
  expect(texts(".edits .warn")).toEqual(["More than 150 m from a street: it reaches nobody.", "This release has no such station: the change is left out."]);
  expect(asked.at(-1)!.edits.map((e) => e.station)).toEqual(["new-1"]);
});

test("two maps have the numbers of the present and of the scenario, and one their difference", async () => {
  const stop = keepCompared();
  await act(() => void put(3, 4, known.value));
  chooseView("side");
  expect([firstGround.value?.numbers.get("a")?.value, ground.value]).toEqual([50, null]); // no number of the present stands for the scenario
  await settled();
  expect([firstGround.value?.numbers.get("a")?.value, ground.value?.numbers.get("a")?.value]).toEqual([50, 51]);
  expect(firstGround.value?.style).toEqual(ground.value?.style);
  expect(texts(".maps-choice legend, .maps-choice .small")).toEqual(["Comparison on the map", "Left: Present. Right: Scenario. Both have the same classes and move together."]);
  await act(() => chooseView("difference"));
  expect([changeShown.value, firstGround.value]).toEqual([true, null]);
  expect(ground.value).toMatchObject({ measure: "coverage_gap", change: true });
  expect(ground.value?.numbers.get("a")).toEqual({ value: 1, margin: 0.1, status: "ok" });
  await act(() => take(new URLSearchParams("theme=cells")));
  expect([changeShown.value, texts(".maps-choice .reason")]).toEqual([false, ["This map layer shows the present on both maps. These can be compared: coverage."]]);
  await act(() => chooseView("one"));
  stop();
});

test("the divider is a slider for the keyboard", async () => {
  await act(() => render(<Divider />, root()));
  const line = root().querySelector<HTMLElement>("[role=slider]")!;
  const press = (key: string): Promise<void> => act(() => void line.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
  for (const [key, at] of [["ArrowRight", 52], ["ArrowLeft", 50], ["PageUp", 60], ["End", 100], ["ArrowRight", 100], ["Home", 0], ["a", 0]] as const) {
    await press(key);
    expect([divider.value, line.getAttribute("aria-valuenow"), line.style.left]).toEqual([at, String(at), `${at}%`]);
  }
});
