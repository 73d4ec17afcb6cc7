// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { setLanguage } from "../src/i18n";
import { manifest, overlays, take } from "../src/state";
import type { Value } from "../src/types";
import { tabsShown } from "../src/ui/Results";
import { selectedTour, takeVans } from "../src/vans/choice";
import { isDriven, sheets, stopOf, tourOf } from "../src/vans/timetable";
import { VansPanel } from "../src/vans/VansPanel";
import { layerOf, RELEASE, styleOf } from "./release";

type Row = Record<string, Value>;
const tour = (unit: string, own: Row): Row => ({ unit, name_zh: "甲院 1号车", name_en: "A van 1", base: "A", van: 1, cycle_weeks: 4, departs: "08:30", returns: "12:05", driving_minutes: 25, ...own });
const stop = (unit: string, tourId: string | null, own: Row): Row => ({
  unit, name_zh: `${unit}村`, name_en: unit.toUpperCase(), area_zh: "东乡", area_en: "East", status: tourId ? "visited" : "too_far", tour: tourId, reason_zh: "过远", reason_en: "too far",
  persons: 320, persons_margin: 40, arrives: "09:00", opens: "09:20", leaves: "10:00", driving_minutes: 10, ...own,
});
const TOURS: Row[] = [tour("A.1.2.2", { weekday: 2, week: 2, every_weeks: 2 }), tour("A.1.1.1", { weekday: 1, week: 1, every_weeks: 1 }), tour("B.2.1.1", { base: "B", van: 2, name_en: "B van 2", weekday: 1, week: 4, every_weeks: 4 })];
const STOPS: Row[] = [stop("q", "A.1.1.1", { visit_order: 2, arrives: "10:10" }), stop("p", "A.1.1.1", { visit_order: 1 }), stop("r", "A.1.2.2", { visit_order: 1 }), stop("s", "B.2.1.1", { visit_order: 1 }), stop("far", null, { persons: 55, persons_margin: 60 })];
const features = (rows: Row[]) => rows.map((properties, id) => ({ id, geometry: null, properties }));

let broken = false;
function fetched(input: string | URL | Request): Promise<Response> {
  if (broken) return Promise.resolve(new Response("{}", { status: 503 }));
  const rows = new URL(String(input)).pathname.includes("van_tours") ? TOURS : STOPS;
  return Promise.resolve(new Response(JSON.stringify({ features: features(rows), links: [] })));
}

const root = (): HTMLElement => document.getElementById("app")!;
const plain = (text: string | null | undefined): string => (text ?? "").replace(/\s/g, " ");
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((r) => plain(r.textContent));
const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 15)));
let nth = 0;

async function choose(name: string, value: string): Promise<void> {
  const control = root().querySelector<HTMLSelectElement>(`select[name=${name}]`)!;
  control.value = value;
  await act(() => void control.dispatchEvent(new Event("change", { bubbles: true })));
}

async function show(address = ""): Promise<void> {
  const asked = new URLSearchParams(address);
  take(asked);
  takeVans(asked);
  await act(() => render(<VansPanel />, root()));
  await settled();
}

beforeEach(() => {
  broken = false;
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  const own = [layerOf("van_stops", { geometry: "point", style: styleOf({ kind: "circle" }) }), layerOf("van_tours", { geometry: "line", style: styleOf({ kind: "line" }) })];
  const study = { ...RELEASE.study, vans: { service: "school", mode: "walk", minutes: null } };
  manifest.value = { ...RELEASE, study, layers: [...RELEASE.layers, ...own], version: `vans-${nth++}` };
  setLanguage("en");
});
afterEach(() => {
  void act(() => render(null, root()));
  vi.unstubAllGlobals();
});

test("a tour is driven in its first week and every so many weeks after it", () => {
  const second = tourOf(features(TOURS)[0]!, []);
  expect([1, 2, 3, 4].filter((week) => isDriven(second, week))).toEqual([2, 4]);
  const all = features(TOURS).map((f) => tourOf(f, features(STOPS).map(stopOf)));
  expect(sheets(all, null, 4).map((s) => [s.van, s.tours.map((x) => x.unit)])).toEqual([["A.1", ["A.1.1.1", "A.1.2.2"]], ["B.2", ["B.2.1.1"]]]);
  expect(sheets(all, "B.2", null).map((s) => s.week)).toEqual([4]);
});

test("the timetable is by van and week, stops in their order, with people and margin", async () => {
  await show();
  expect(texts(".vans p")[0]).toBe("School; a stop reaches people within 15 minutes, walking");
  expect(texts(".vans h3")).toEqual(["A van 1, week 1", "A van 1, week 2", "A van 1, week 3", "A van 1, week 4", "B van 2, week 4", "Not visited (1)"]);
  expect(texts(".vans table")[0]).toContain("Monday 08:30 to 12:05, 25 min of driving");
  await choose("van_week", "1");
  expect(texts(".vans tbody tr:not(.day) th button")).toEqual(["P", "Q"]);
  expect(texts(".vans tbody tr:not(.day) td").slice(0, 3)).toEqual(["09:00", "09:20–10:00", "320 ± 40"]);
  await choose("van", "B.2");
  expect(texts(".vans table")).toEqual([]);
  expect(new URLSearchParams(written()).get("van")).toBe("B.2");
  expect(new URLSearchParams(written()).get("van_week")).toBe("1");
});

test("a stop that is chosen marks its tour and shows the layers", async () => {
  await show("on=stations&van_week=2");
  expect([...overlays.value]).toEqual(["stations"]);
  await act(() => root().querySelector<HTMLButtonElement>('tr[data-unit="r"] button')!.click());
  expect([...overlays.value].sort()).toEqual(["stations", "van_stops", "van_tours"]);
  expect(selectedTour.value).toBe("A.1.2.2");
  expect(new URLSearchParams(written()).get("van_stop")).toBe("r");
});

test("stops that are not visited have a reason, files are linked in the reader's language, and the tab is there", async () => {
  setLanguage("zh");
  await show();
  expect(texts(".left li")[0]).toContain("过远");
  expect(texts(".vans h3").at(-1)).toBe("不停靠（1）");
  const [csv, ics] = [...root().querySelectorAll<HTMLAnchorElement>(".files a")].map((a) => a.href);
  expect(csv).toMatch(/collections\/van_stops\/items\?f=csv$/);
  expect(ics).toMatch(/collections\/van_stops\/items\?f=ics&lang=zh$/);
  expect(tabsShown()).toContain("vans");
  manifest.value = RELEASE;
  expect(tabsShown()).not.toContain("vans");
});

test("a timetable that cannot be had says so", async () => {
  broken = true;
  await show();
  expect(texts(".failure")[0]).toContain("The timetable could not be loaded. The server is busy.");
});
