// @vitest-environment happy-dom
import { batch } from "@preact/signals";
import { render, type ComponentChild } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { names, numbers } from "../src/data";
import { gapList } from "../src/gaps";
import { written } from "../src/address";
import { setLanguage } from "../src/i18n";
import { columns, panels } from "../src/layout";
import { chosen, gapsApply, group, idle, manifest, minutes, mode, overlays, service, tab, take, theme, tier } from "../src/state";
import { edits, scenarioOn } from "../src/scenario/choice";
import { offered, stations } from "../src/stations";
import type { Feature, Value } from "../src/types";
import { AreaTable } from "../src/ui/AreaTable";
import { Controls } from "../src/ui/Controls";
import { GapList } from "../src/ui/GapList";
import { Headline } from "../src/ui/Headline";
import { Panel } from "../src/ui/Panel";
import { Tabs } from "../src/ui/Results";
import { StationList } from "../src/ui/StationList";
import { RELEASE } from "./release";

const AREAS = [["a", "Ashby", 100], ["b", "Barton", 300]] as const;
const UNITS: Readonly<Record<string, readonly (readonly [string, string, number])[]>> = { township: AREAS, county: [["c", "County", 400]] };

/** What the server has: every area has 100 or 300 people, of whom the minutes, four of a hundred each, are covered. */
function rows(query: URLSearchParams): Record<string, Value>[] {
  const [geography, measure] = [query.get("geography") ?? "", query.get("measure") ?? ""];
  const at = ["covered_share", "covered_persons", "coverage_gap"].includes(measure) ? RELEASE.study.minutes : [0];
  const numberFor = (people: number, m: number): number => ({ persons: people, covered_share: 4 * m, covered_persons: (people * 4 * m) / 100, coverage_gap: 0 })[measure] ?? 7;
  if (measure === "uncovered_persons") return [];
  return (UNITS[geography] ?? []).flatMap(([unit, , people]) => at.map((m) => ({ geography, unit, measure, minutes: m, value: numberFor(people, m), margin: 1, status: "ok" })));
}

const STATIONS: Record<string, Value>[] = [
  { unit: "s1", name_zh: "甲", name_en: "Alpha", tier: "county", services: "clinic" },
  { unit: "s2", name_zh: "乙", name_en: "Beta", tier: "village", services: "school" },
];

const GAPS: Record<string, Value>[] = [
  { unit: "g1", name_zh: "湾附近", name_en: "Near Bay", service: "clinic", mode: "walk", rank: 1, uncovered_persons: 40, uncovered_persons_margin: 5, new_persons: 30, new_persons_margin: 4, longest_minutes: 25, longest_minutes_after: 9, site_lon: 1.5, site_lat: 2.5, site_en: "Bay", site_zh: "湾", site_is_tied: true },
  { unit: "g2", name_zh: "岭附近", name_en: "Near Hill", service: "clinic", mode: "walk", rank: 2, uncovered_persons: 60, uncovered_persons_margin: 5, new_persons: 0, new_persons_margin: 0, longest_minutes: null, longest_minutes_after: null, site_lon: null, site_lat: null, site_en: null, site_zh: null, site_is_tied: null },
];

function answer(address: URL): Record<string, Value>[] {
  const layer = /collections\/(\w+)\/items/.exec(address.pathname)?.[1];
  if (layer === "table") return rows(address.searchParams);
  if (layer === "coverage") return (UNITS[address.searchParams.get("geography") ?? ""] ?? []).map(([unit, name]) => ({ unit, name_en: name, name_zh: `${name}中` }));
  return layer === "stations" ? STATIONS : layer === "gaps" ? GAPS : [];
}

/** Whether the network is there, and a gate that answers wait behind. */
let network: "there" | "gone" | "busy" = "there";

function fetched(input: string | URL | Request): Promise<Response> {
  if (network === "gone") return Promise.reject(new TypeError("no network"));
  if (network === "busy") return Promise.resolve(new Response("{}", { status: 503 }));
  const features = answer(new URL(String(input))).map((properties, i): Feature => ({ id: i, geometry: null, properties }));
  return Promise.resolve(new Response(JSON.stringify({ features, links: [] })));
}

const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 15)));
const root = (): HTMLElement => document.getElementById("app")!;
const text = (): string => root().textContent!.replace(/\s/g, " ");

async function show(content: ComponentChild): Promise<void> {
  await act(() => render(content, root()));
  await settled();
}

let stops: (() => void)[] = [];
let nth = 0;

beforeEach(() => {
  network = "there";
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  // another hash: answers are kept for a release, and no test is to live on those of the one before
  manifest.value = { ...RELEASE, version: `3-${nth++}` };
  setLanguage("en");
  take(new URLSearchParams());
  columns.value = "main";
  stops = [names, numbers, gapList, stations].map((part) => part.keep());
});

afterEach(() => {
  render(null, root());
  for (const stop of stops) stop();
  vi.unstubAllGlobals();
});

async function choose(name: string, value: string): Promise<void> {
  const control = root().querySelector<HTMLSelectElement>(`select[name=${name}]`)!;
  control.value = value;
  await act(() => void control.dispatchEvent(new Event("change", { bubbles: true })));
  await settled();
}

test("the table shows the numbers of the question, and its total", async () => {
  await show(<AreaTable />);
  const lines = [...root().querySelectorAll("tbody tr")].map((r) => r.textContent!.replace(/\s/g, " "));
  expect(lines).toEqual(["Barton300 ± 140.0% ± 1.0180 ± 3", "Ashby100 ± 140.0% ± 1.060 ± 1"]);
  expect(root().querySelector("tfoot")!.textContent!.replace(/\s/g, " ")).toContain("Total400 ± 1");
});

test.each([["gone", "The server cannot be reached."], ["busy", "The server is busy."]] as const)(
  "after a failure (%s) no number of the question before is there, and a second attempt brings the new ones",
  async (fault, words) => {
    await show(<><Headline /><AreaTable /></>);
    expect(text()).toContain("People400");
    network = fault;
    mode.value = "drive";
    await settled();
    expect(root().querySelector("tbody")!.textContent).toBe("Ashby–––Barton–––");
    expect(root().querySelector("tfoot")).toBeNull();
    expect(root().querySelector(".headline dl")).toBeNull();
    expect(root().querySelector("[role=alert]")!.textContent).toContain(words);
    setLanguage("zh");
    await settled();
    expect(root().querySelector("[role=alert]")!.textContent).toMatch(/^数据未能载入。 (无法连接服务器|服务器繁忙)。重试$/);
    network = "there";
    await act(() => root().querySelector<HTMLButtonElement>("[role=alert] button")!.click());
    await settled();
    expect(root().querySelector("[role=alert]")).toBeNull();
    expect(text()).toContain("人口400");
  },
);

test("while an answer is on its way its place says so", async () => {
  await show(<><Headline /><AreaTable /></>);
  await act(() => void (mode.value = "drive"));
  expect(root().querySelector(".areas")!.getAttribute("aria-busy")).toBe("true");
  expect(root().querySelector("tbody")!.textContent).toBe("Ashby………Barton………");
  expect(root().querySelector(".headline dl")!.textContent).toBe("People…Covered…Not covered…");
});

test("the headline says people, share, people left out, the date and the source", async () => {
  await show(<Headline />);
  expect(text()).toBe("Everyone, within 10 min of Clinic, walking, all tiersPeople400 ± 1Covered40.0 ± 1.0%Not covered240 ± 4Release 3, 4 March 2026 · Survey");
  setLanguage("zh");
  await settled();
  expect(text()).toContain("2026年3月4日 · Survey中");
});

test("another service comes with its standard, and tiers that none of its stations has are off", async () => {
  await show(<Controls />);
  expect([...offered.value!]).toEqual(["county"]);
  chosen.tier.value = "county";
  await choose("service", "school");
  expect([service.value, minutes.value, tier.value]).toEqual(["school", 15, "any"]);
  const options = [...root().querySelectorAll<HTMLOptionElement>("select[name=tier] option")];
  expect(options.map((o) => [o.value, o.disabled])).toEqual([["any", false], ["county", true], ["village", false]]);
  expect(options[1]!.textContent).toBe("County tier (no station)");
});

test("a mode of the rush hour says so", async () => {
  const study = { ...RELEASE.study, peak_factor: { drive: 1.4, walk: 1 } };
  manifest.value = { ...RELEASE, study };
  await show(<Controls />);
  expect([...root().querySelectorAll("input[name=mode] + span")].map((s) => s.textContent)).toEqual(["Walking", "Driving, rush hour × 1.4"]);
  await act(() => setLanguage("zh"));
  expect(text()).toContain("驾车，高峰×1.4");
});

test("what a layer does not depend on is off, with its reason, and does not count", async () => {
  batch(() => ([chosen.tier.value, chosen.group.value, chosen.minutes.value, theme.value] = ["county", "migrant", 5, "catchments"]));
  await show(<Controls />);
  expect([tier.value, group.value, minutes.value]).toEqual(["any", "all", 10]);
  for (const name of ["tier", "group"]) {
    const control = root().querySelector<HTMLSelectElement>(`select[name=${name}]`)!;
    expect(control.disabled).toBe(true);
    expect(document.getElementById(control.getAttribute("aria-describedby")!)!.textContent).toContain('"catchments"');
  }
  expect(root().querySelector<HTMLInputElement>("#minutes")!.disabled).toBe(true);
  expect(root().querySelector<HTMLSelectElement>("select[name=service]")!.disabled).toBe(false);
  await act(() => void (theme.value = "coverage"));
  expect([tier.value, group.value, minutes.value]).toEqual(["county", "migrant", 5]);
  expect(root().querySelectorAll(".question .reason")).toHaveLength(0);
});

test("single tiers are not released for groups of age", async () => {
  batch(() => ([chosen.tier.value, chosen.group.value] = ["county", "under_6"]));
  await show(<Controls />);
  expect([idle("tier"), tier.value]).toEqual(["group", "any"]);
  expect(document.getElementById("reason-tier")!.textContent).toBe('For "Under 6" only all tiers together are published.');
});

test("the legend of times has a class beyond the search, in the colours of the map", async () => {
  theme.value = "cells";
  await show(<Controls />);
  const swatches = [...root().querySelectorAll<HTMLElement>(".scale ul li")].map((li) => li.style.background);
  expect(swatches).toEqual(["#100000", "#200000", "#eeeee2", "#eeeee4"]);
  expect(root().querySelector(".scale .open")!.textContent).toBe("> 15");
  expect(root().querySelector(".legend")!.textContent).not.toContain("street");
});

test("stations that do not offer the service are in the legend", async () => {
  await show(<Controls />);
  const keys = [...root().querySelectorAll(".layers p.legend .key")].map((k) => k.textContent);
  expect(keys).toEqual(["offers Clinic", "other stations", "County tier", "Village tier"]);
});

test("gaps are shown for their own question alone", async () => {
  batch(() => ([overlays.value, chosen.minutes.value] = [new Set(["gaps", "stations"]), 5]));
  await show(<><Controls /><GapList /></>);
  const box = (): HTMLInputElement => root().querySelector<HTMLInputElement>("input[name=gaps]")!;
  expect([box().disabled, box().checked, gapsApply.value]).toEqual([true, false, false]);
  await act(() => root().querySelector<HTMLButtonElement>(".gaps tbody button")!.click());
  expect([box().disabled, box().checked, minutes.value]).toEqual([false, true, 10]);
});

test("gaps are in the order of the people newly reached, of those not covered, or of names", async () => {
  await show(<GapList />);
  const order = (): string[] => [...root().querySelectorAll<HTMLElement>(".gaps tr[data-unit]")].map((r) => r.dataset["unit"]!);
  const press = (column: string) => act(() => root().querySelector<HTMLButtonElement>(`.gaps th.${column} button`)!.click());
  expect(order()).toEqual(["g1", "g2"]);
  await press("people");
  expect(order()).toEqual(["g2", "g1"]);
  expect(written()).toContain("gap_sort=-people");
  await press("people");
  expect(order()).toEqual(["g1", "g2"]);
  await press("name");
  expect(root().querySelector(".gaps th.name")!.getAttribute("aria-sort")).toBe("ascending");
  await act(() => take(new URLSearchParams("gap_sort=-name")));
  expect(order()).toEqual(["g2", "g1"]);
});

test("a gap says where a new station would stand, and opens a scenario with one there", async () => {
  await show(<GapList />);
  const open = (unit: string) => act(() => root().querySelector<HTMLElement>(`.gaps tr[data-unit=${unit}]`)!.click());
  await open("g2");
  expect(text()).toContain("No street is near");
  expect(root().querySelector(".try-site")).toBeNull();
  await open("g1");
  expect(text()).toContain("Best place for a new station, near Bay: 2.50000, 1.50000");
  expect(text()).toContain("Newly reached: 30 ± 4; farthest from a station: 25.0 min now, 9.0 min then");
  expect(text()).toContain("Another place differs by less than the margin");
  await act(() => root().querySelector<HTMLButtonElement>(".try-site")!.click());
  expect(scenarioOn.value).toBe(true);
  expect(edits.value).toEqual([{ station: "new-1", lon: 1.5, lat: 2.5, tier: "village", services: ["clinic"] }]);
});

test("the station list names those that offer the service first, and finds one by name", async () => {
  await show(<StationList />);
  expect([...root().querySelectorAll("li span")].map((s) => s.textContent)).toEqual(["Alpha", "Beta"]);
  expect(root().querySelector("h2")!.textContent).toBe("Clinic: 1 stations");
  const search = root().querySelector<HTMLInputElement>("input[type=search]")!;
  search.value = "乙";
  await act(() => void search.dispatchEvent(new Event("input", { bubbles: true })));
  expect([...root().querySelectorAll("li span")].map((s) => s.textContent)).toEqual(["Beta"]);
});

test("arrow keys, Home and End move through the tabs", async () => {
  await show(<Tabs />);
  const press = (key: string) => act(() => void root().querySelector("[role=tablist]")!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
  await press("ArrowRight");
  expect(tab.value).toBe("gaps");
  await press("End");
  expect(tab.value).toBe("data");
  await press("ArrowRight");
  expect(tab.value).toBe("areas");
  expect(document.activeElement!.id).toBe("tab-areas");
});

test("a panel that was folded stays so", async () => {
  await show(<Panel name="results" label="results"><p>inside</p></Panel>);
  await act(() => root().querySelector<HTMLButtonElement>(".fold")!.click());
  expect(text()).not.toContain("inside");
  expect([panels.results.value, localStorage.getItem("geoservice.results")]).toEqual(["closed", "closed"]);
  await act(() => root().querySelector<HTMLButtonElement>(".fold")!.click());
  expect(text()).toContain("inside");
});
