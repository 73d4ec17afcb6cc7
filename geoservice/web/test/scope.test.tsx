// @vitest-environment happy-dom
import { render, type ComponentChild } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { names, numbers } from "../src/data";
import { askMoreGaps, gapList, moreGaps } from "../src/gaps";
import { setLanguage } from "../src/i18n";
import { keepScope, levelsOffered, openArea, scope, trail } from "../src/scope";
import { level, manifest, mode, parent, selected, service, tab, take } from "../src/state";
import { firstStations, search } from "../src/stations";
import { keepPlace, flyToArea } from "../src/map/flight";
import { once } from "../src/series";
import type { Feature, Manifest, Value } from "../src/types";
import { AreaCard } from "../src/ui/AreaCard";
import { AreaTable } from "../src/ui/AreaTable";
import { Headline } from "../src/ui/Headline";
import { StationList } from "../src/ui/StationList";
import { columnOf, layerOf, RELEASE } from "./release";

const LEVELS = ["province", "city", "county", "township", "village"];
/** One province of two cities of two counties and so on; a code is that of the area above and a digit. */
const levelOf = (unit: string): string => LEVELS[unit.length - 1]!;
const unitsOf = (depth: number): string[] => (depth === 0 ? ["3"] : unitsOf(depth - 1).flatMap((u) => [`${u}1`, `${u}2`]));
const AREAS = LEVELS.flatMap((_, depth) => unitsOf(depth));

const withLevels = (features: number): Manifest => ({
  ...RELEASE,
  study: { ...RELEASE.study, levels: LEVELS },
  layers: RELEASE.layers.map((l) => (l.id === "coverage" || l.id === "stations" || l.id === "gaps" ? layerOf(l.id, { ...l, features, columns: [...l.columns, columnOf("unit")] }) : l)),
});

let asked: URL[] = [];
let busy = false;

function answer(address: URL): Record<string, Value>[] {
  const [, layer] = /collections\/(\w+)\/items/.exec(address.pathname) ?? [];
  const query = address.searchParams;
  if (layer === "gaps" || layer === "stations") return Array.from({ length: Math.min(Number(query.get("limit")), layer === "gaps" ? 400 : 5) }, (_, i) => ({ unit: `x${i}`, name_en: `X ${i}`, name_zh: `甲${i}`, tier: "county", services: "clinic", new_persons: i, longest_minutes: 9, uncovered_persons: i }));
  const units = AREAS.filter((u) => (!query.has("geography") || levelOf(u) === query.get("geography")) && u.startsWith(query.get("within") ?? "") && (!query.has("unit") || u === query.get("unit")));
  const named = units.map((unit) => ({ geography: levelOf(unit), unit, name_en: `Area ${unit}`, name_zh: `区${unit}`, parent: unit.slice(0, -1) || null }));
  return layer === "coverage" ? named : named.map((p) => ({ ...p, minutes: 0, value: 100, margin: 1, status: "ok" }));
}

function fetched(input: string | URL | Request): Promise<Response> {
  const address = new URL(String(input));
  asked.push(address);
  if (busy) return Promise.resolve(new Response("{}", { status: 503 }));
  const features = answer(address).map((properties, i): Feature => ({ id: i, geometry: null, properties }));
  return Promise.resolve(new Response(JSON.stringify({ features, links: [], numberMatched: 1234 })));
}

const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 15)));
const root = (): HTMLElement => document.getElementById("app")!;
const listed = (): string[] => [...root().querySelectorAll(".areas tbody tr")].map((row) => row.getAttribute("data-unit")!).sort();
const steps = (): string[] => [...root().querySelectorAll(".path li")].map((step) => step.textContent!);
const button = (text: string): HTMLButtonElement => [...root().querySelectorAll("button")].find((b) => b.textContent!.includes(text))!;

async function show(content: ComponentChild): Promise<void> {
  await act(() => render(content, root()));
  await settled();
}

async function press(target: HTMLElement): Promise<void> {
  await act(() => target.click());
  await settled();
}

let stops: (() => void)[] = [];
let nth = 0;

function begin(features: number, address = ""): void {
  manifest.value = { ...withLevels(features), version: `9-${nth++}` };
  take(new URLSearchParams(address));
  asked = [];
  stops = [keepScope(), names.keep(), numbers.keep(), gapList.keep(), firstStations.keep()];
}

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
  busy = false;
  document.body.innerHTML = '<div id="app"></div>';
  setLanguage("en");
});

afterEach(() => {
  stops.forEach((stop) => stop());
  render(null, root());
  vi.unstubAllGlobals();
});

test("a study of few areas shows any level of all of it, as long as no area is open", () => {
  begin(31);
  expect([level.value, levelsOffered.value, scope.value]).toEqual(["township", LEVELS, { geography: "township" }]);
});

test("a study of very many areas begins with the second level, and never shows the finest of all of it", () => {
  begin(60_000, "level=village");
  expect(levelsOffered.value).toEqual(LEVELS.slice(0, -1));
  expect(scope.value).toEqual({ geography: "city" });
});

test("an area chosen in the table is opened: the areas below it are fetched, and no others", async () => {
  begin(60_000);
  await show(<AreaTable />);
  expect([listed(), steps()]).toEqual([["31", "32"], ["All of the study"]]);
  asked = [];
  await press(button("Area 32"));
  expect([parent.value, level.value, listed()]).toEqual(["32", "county", ["321", "322"]]);
  expect(steps()).toEqual(["All of the study", "Area 3", "Area 32"]);
  const rows = asked.filter((a) => !a.searchParams.has("unit"));
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.every((a) => a.searchParams.get("within") === "32")).toBe(true);
  expect(levelsOffered.value).toEqual(["county", "township"]);
});

test("the card is that of the open area until one of its areas is chosen; the finest are chosen, not opened", async () => {
  begin(60_000, "within=3211&level=village");
  await settled();
  await show(<><AreaCard /><AreaTable /></>);
  expect(root().querySelector(".area h2")?.textContent).toBe("Area 3211");
  await press(button("Area 32112"));
  expect([parent.value, selected.value]).toEqual(["3211", "32112"]);
  expect(root().querySelector(".area h2")?.textContent).toBe("Area 32112");
  expect(root().querySelector(".area .open")).toBeNull();
});

test("steps lead back, and the address holds where one is", async () => {
  begin(60_000, "within=321&level=township");
  await settled();
  await show(<AreaTable />);
  const address = written();
  expect(new URLSearchParams(address).get("within")).toBe("321");
  await press(button("Area 32"));
  expect([parent.value, level.value, listed()]).toEqual(["32", "county", ["321", "322"]]);
  await press(button("All of the study"));
  expect([parent.value, level.value, listed()]).toEqual([null, "city", ["31", "32"]]);
  await act(() => take(new URLSearchParams(address)));
  await settled();
  expect([listed(), written()]).toEqual([["3211", "3212"], address]);
});

test("an area that the release does not have, or a level that its area does not have, is left", async () => {
  begin(60_000, "within=9&level=county");
  await settled();
  expect([parent.value, level.value]).toEqual([null, "city"]);
  await act(() => take(new URLSearchParams("within=321&level=city")));
  await settled();
  expect([parent.value, level.value, trail.value.value?.map((c) => c.level)]).toEqual(["321", "township", ["province", "city", "county"]]);
});

test("in a study of few areas an area is chosen first, and opened from its card", async () => {
  begin(31, "level=county");
  await show(<><AreaCard /><AreaTable /></>);
  expect([listed().length, steps()]).toEqual([4, []]);
  await press(button("Area 312"));
  expect([parent.value, selected.value]).toEqual([null, "312"]);
  await press(button("Show the areas in it"));
  expect([parent.value, level.value, listed()]).toEqual(["312", "township", ["3121", "3122"]]);
  expect(levelsOffered.value).toEqual(["township", "village"]);
});

test("very many gaps are fetched in the order chosen, the first of them and more on request", async () => {
  begin(60_000);
  await settled();
  expect(asked.some((a) => a.pathname.includes("/gaps/"))).toBe(false); // nobody looks at them
  tab.value = "gaps";
  await settled();
  const last = (): URLSearchParams => asked.filter((a) => a.pathname.includes("/gaps/")).at(-1)!.searchParams;
  expect([last().get("limit"), last().get("sortby")]).toEqual(["200", "-new_persons"]);
  expect(moreGaps.value).toBe(true);
  askMoreGaps();
  await settled();
  expect([last().get("limit"), gapList.value.value?.length]).toEqual(["400", 400]);
  await act(() => openArea({ unit: "321", level: "county" }));
  await settled();
  expect([last().get("limit"), last().get("within")]).toEqual(["200", "321"]);
});

test("few gaps are fetched at once, whoever looks at them", async () => {
  begin(31);
  await settled();
  expect(moreGaps.value).toBe(false);
  expect(asked.filter((a) => a.pathname.includes("/gaps/")).map((a) => [a.searchParams.get("limit"), a.searchParams.has("sortby")])).toEqual([["10000", false]]);
});

test("of very many stations those that match are listed, the first of them and how many there are", async () => {
  begin(60_000);
  tab.value = "stations";
  [service.value, mode.value] = ["clinic", "walk"];
  await show(<StationList />);
  const last = (): URLSearchParams => asked.filter((a) => a.pathname.includes("/stations/")).at(-1)!.searchParams;
  expect(last().get("filter")).toContain("services LIKE 'clinic'");
  expect(root().querySelector("h2")?.textContent).toContain("1234");
  await act(() => void (search.value = "O'Brien 50%"));
  await settled();
  expect(last().get("filter")).toContain("CASEI(name_en) LIKE CASEI('%O''Brien 50\\%%')");
  await press(button("Show more stations"));
  expect(last().get("limit")).toBe("400");
});

test("an area whose place could not be had can be asked for again", async () => {
  busy = true;
  begin(60_000, "within=321&level=township");
  await show(<><Headline /><AreaTable /></>);
  expect(root().querySelector(".failure")?.textContent).toContain("The numbers could not be loaded.");
  busy = false;
  await press(button("Try again"));
  expect([root().querySelector(".failure"), listed()]).toEqual([null, ["3211", "3212"]]);
});

test("the focus of the keyboard goes with the area that is opened", async () => {
  begin(60_000);
  await show(<AreaTable />);
  for (const [area, name] of [["Area 32", "Area 32"], ["Area 321", "Area 321"], ["All of the study", "All of the study"]] as const) {
    button(area).focus();
    await press(button(area));
    expect([document.activeElement?.getAttribute("aria-current"), document.activeElement?.textContent]).toEqual(["location", name]);
  }
});

test("the map moves to the last area asked for alone", async () => {
  begin(31);
  const boxes: number[] = [];
  const map = { on: () => undefined, getCenter: () => ({ lng: 0, lat: 0 }), getZoom: () => 5, getContainer: () => root(), getBounds: () => ({ toArray: () => [[0, 0], [1, 1]] }), fitBounds: ([west]: number[]) => boxes.push(west!) };
  stops.push(keepPlace(map as unknown as Parameters<typeof keepPlace>[0]));
  const waiting: (() => void)[] = [];
  vi.stubGlobal("fetch", (address: string) => new Promise((done) => waiting.push(() => {
    const x = Number(new URL(address).searchParams.get("unit"));
    done(new Response(JSON.stringify({ features: [{ id: 1, geometry: { type: "Point", coordinates: [x, 0] }, properties: {} }], links: [] })));
  })));
  const moves = [flyToArea("city", "31"), flyToArea("city", "32")];
  for (const answer of waiting.reverse()) answer();
  await Promise.all(moves);
  expect(boxes).toEqual([32]);
  const late = flyToArea("city", "31");
  window.dispatchEvent(new Event("popstate"));
  waiting.pop()!();
  await late;
  expect(boxes).toEqual([32]);
});

test("the last results are kept, and no more", async () => {
  begin(31);
  let made = 0;
  const make = (name: number): Promise<number> => once(`kept ${name}`, async () => made++);
  for (let name = 0; name < 60; name++) await make(name);
  await make(59);
  expect(made).toBe(60);
  await make(0);
  expect(made).toBe(61);
});
