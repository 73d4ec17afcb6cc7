// @vitest-environment happy-dom
import { render, type ComponentChild } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { areaLevel, direction, fixed, levels, origins, pinned, place, takeFlows, top } from "../src/flow/choice";
import { csvUrl, keepFlows, lines } from "../src/flow/data";
import { arrival, excess, relation } from "../src/flow/filters";
import { FlowPanel } from "../src/flow/FlowPanel";
import { code, showTheme } from "../src/flow/load";
import { marked, pointed } from "../src/flow/mark";
import { setLanguage } from "../src/i18n";
import { FLOWS, idle, manifest, onTop, tab, take, theme, themes, view } from "../src/state";
import { Controls } from "../src/ui/Controls";
import { Headline } from "../src/ui/Headline";
import { Body, Tabs, tabsShown } from "../src/ui/Results";
import type { Feature, Value } from "../src/types";
import { columnOf, layerOf, RELEASE, styleOf } from "./release";

const FLOW_LAYER = layerOf(FLOWS, { geometry: "line", zooms: { flow: 0, flow_detail: 5, flow_local: 8, flow_local_detail: 8 }, columns: [columnOf("persons", "flow_persons"), columnOf("arrived_under_1", "flow_persons"), columnOf("excess_class", "excess_class")], style: styleOf({ kind: "line", property: "persons", colours: ["#111111"] }) });
const WITH = { ...RELEASE, layers: [...RELEASE.layers, FLOW_LAYER] };

const AREAS: Readonly<Record<string, readonly string[]>> = { county: ["c"] };
const TOWNS: readonly string[] = ["a", "b"];
let towns = TOWNS;
type Row = Record<string, Value>;
const flow = (geography: string, destination: string, origin: string, persons: number, margin = 90): Row => ({
  geography, destination, destination_level: geography.includes("local") ? "township" : "county", destination_en: destination.toUpperCase(), destination_zh: `${destination}区`,
  destination_lon: 10, destination_lat: 50, origin, origin_level: "province", origin_en: `O${origin}`, origin_zh: `${origin}省`, origin_lon: 20, origin_lat: 40,
  persons, persons_margin: margin, share: persons / 100, share_margin: margin / 100, rate: persons / 50, rate_margin: margin / 50, distance_km: 345.6,
});
const INTO: Row[] = [
  flow("flow", "c", "p1", 1240), flow("flow", "c", "p2", 60), flow("flow", "c", "p3", -30),
  flow("flow_local", "a", "p1", 800), flow("flow_local", "b", "p1", 440),
  flow("flow_detail", "c", "k", 700), flow("flow_local_detail", "a", "k", 500), flow("flow_local_detail", "b", "k", 200),
];
const BETWEEN: Row[] = [flow("flow_local_detail", "a", "b", 300), flow("flow_local_detail", "b", "a", 120)];
let rows: Row[] = [];

/** The part of CQL2 that the page uses. */
function fits(row: Row, filter: string): boolean {
  return filter.split(/ AND (?![^(]*\))/).every((part) => {
    const [, name = "", list] = /^(\w+) IN \((.*)\)$/.exec(part) ?? [];
    if (list) return list.includes(`'${row[name]}'`);
    const [, what = ""] = /^(\w+) IS NOT NULL$/.exec(part) ?? [];
    if (what) return row[what] != null;
    const [, flagged = "", flag] = /^(\w+) = (\d)$/.exec(part) ?? [];
    if (flagged) return row[flagged] === Number(flag);
    if (part === "origin <> destination") return row["origin"] !== row["destination"];
    return part.replace(/[()]/g, "").split(" OR ").some((one) => {
      const [, key = "", sign, value] = /^(\w+) (=|<>) '(.*)'$/.exec(one)!;
      return (row[key] === value) === (sign === "=");
    });
  });
}

const asked: string[] = [];

function answer(address: URL): Row[] {
  const query = address.searchParams;
  const layer = /collections\/(\w+)\/items/.exec(address.pathname)?.[1];
  if (layer === "coverage") return (query.get("geography") === "township" ? towns : (AREAS[query.get("geography") ?? ""] ?? [])).map((unit) => ({ unit, name_en: unit.toUpperCase(), name_zh: `${unit}区` }));
  if (layer !== FLOWS) return [];
  asked.push(address.search);
  return rows
    .filter((r) => r["geography"] === query.get("geography") && (!query.get("filter") || fits(r, query.get("filter")!)))
    .sort((a, b) => ((by) => Number(b[by]) - Number(a[by]))(query.get("sortby")?.slice(1) ?? "persons"))
    .slice(0, Number(query.get("limit")));
}

let broken = false;

function fetched(input: string | URL | Request): Promise<Response> {
  if (broken) return Promise.resolve(new Response("{}", { status: 503 }));
  const features = answer(new URL(String(input))).map((properties, i): Feature => ({ id: i, geometry: null, properties }));
  return Promise.resolve(new Response(JSON.stringify({ features, links: [] })));
}

const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 15)));
const root = (): HTMLElement => document.getElementById("app")!;
const plain = (text: string | null | undefined): string => (text ?? "").replace(/\s/g, " ");
const bodyRows = (): string[] => [...root().querySelectorAll("tbody tr")].map((r) => plain(r.textContent));

async function show(content: ComponentChild): Promise<void> {
  await act(() => render(content, root()));
  await settled();
}

async function choose(name: string, value: string): Promise<void> {
  const control = root().querySelector<HTMLSelectElement>(`select[name=${name}]`)!;
  control.value = value;
  await act(() => void control.dispatchEvent(new Event("change", { bubbles: true })));
  await settled();
}

let stops: (() => void)[] = [];
let nth = 0;

function open(address = "theme=flows"): void {
  take(new URLSearchParams(address));
  takeFlows(new URLSearchParams(address));
}

beforeEach(() => {
  [broken, rows, towns, asked.length] = [false, [...INTO, ...BETWEEN], TOWNS, 0];
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...WITH, version: `4-${nth++}` };
  setLanguage("en");
  levels.value = null;
  open();
  stops = keepFlows();
});

afterEach(() => {
  render(null, root());
  for (const stop of stops) stop();
  pointed.value = null;
  vi.unstubAllGlobals();
});

test("the largest flows come first, and those within their margin are grey with their sign", async () => {
  await show(<FlowPanel />);
  expect(bodyRows()).toEqual(["Op11 240 ± 9012.4% ± 0.925 ± 1.8", "Op2≈ 60 ± 90≈ 0.6% ± 0.9≈ 1 ± 1.8", "Op3≈ −30 ± 90≈ 0.0% ± 0.9≈ −1 ± 1.8"]);
  expect(lines.value.map((f) => f.key)).toEqual(["p1>c"]);
  expect([...root().querySelectorAll("td.persons")].map((c) => c.classList.contains("uncertain"))).toEqual([false, true, true]);
  expect(plain(root().querySelector("#flows-in-words")?.textContent)).toBe("Lines on the map: 1. The largest: about 1 240 ± 90 people from Op1.");
  setLanguage("zh");
  await settled();
  expect(plain(root().querySelector("#flows-in-words")?.textContent)).toBe("地图上有 1 条线。最大的是：约1 240人（± 90）来自p1省。");
});

test("levels follow the zoom until they are fixed, and an area has the level it is of", async () => {
  await show(<FlowPanel />);
  expect([areaLevel.value, origins.value]).toEqual(["county", "wide"]);
  view.value = { zoom: 7, lat: 0, lon: 0 };
  await settled();
  expect([areaLevel.value, origins.value, bodyRows()[0]]).toEqual(["county", "fine", "Ok700 ± 907.0% ± 0.914 ± 1.8"]);
  view.value = { zoom: 8, lat: 0, lon: 0 };
  await settled();
  expect(root().querySelector("thead th")!.textContent).toBe("From → to");
  expect(bodyRows().map((r) => r.slice(0, 6))).toEqual(["Ok → A", "Ob → A", "Ok → B", "Oa → B"]);
  await choose("flow_origins", "wide");
  await choose("flow_place", "b");
  expect([areaLevel.value, bodyRows()]).toEqual(["township", ["Op1440 ± 904.4% ± 0.99 ± 1.8"]]);
  view.value = { zoom: 4, lat: 0, lon: 0 };
  await settled();
  expect(areaLevel.value).toBe("township");
  await choose("flow_areas", "county");
  expect([place.value, areaLevel.value]).toEqual([null, "county"]);
});

test("flows between areas are of one level on both ends", async () => {
  await show(<FlowPanel />);
  direction.value = "between";
  await settled();
  expect(bodyRows().map((r) => r.slice(0, 6))).toEqual(["Ob → A", "Oa → B"]);
  direction.value = "out";
  place.value = { level: "township", unit: "b" };
  await settled();
  expect(bodyRows().map((r) => r.slice(0, 4))).toEqual(["A300"]);
  expect(root().querySelector<HTMLSelectElement>("select[name=flow_origins]")!.disabled).toBe(true);
});

test("of very many areas the flows between them are asked for in parts, and the largest of all parts are shown", async () => {
  const names = Array.from({ length: 600 }, (_, i) => `3401010012${String(i).padStart(2, "0")}`);
  towns = [...names, "a", "b"];
  rows = [...INTO, ...BETWEEN, flow("flow_local_detail", names[0]!, names[1]!, 900)];
  await show(<FlowPanel />);
  asked.length = 0;
  direction.value = "between";
  await settled();
  expect(asked).toHaveLength(3);
  expect(Math.max(...asked.map((search) => search.length))).toBeLessThan(7000);
  expect(lines.value.map((f) => f.persons.value)).toEqual([900, 300, 120]);
  expect(csvUrl.value).toBeNull();
});

test("without flows between areas the other directions are off, with the reason in words", async () => {
  rows = INTO;
  direction.value = "out";
  await show(<FlowPanel />);
  expect([direction.value, bodyRows().length]).toEqual(["in", 3]);
  const other = [...root().querySelectorAll<HTMLInputElement>("input[name=flow]")];
  expect(other.map((i) => i.disabled)).toEqual([false, true, true]);
  expect(document.getElementById(other[1]!.getAttribute("aria-describedby")!)!.textContent).toContain("two or more counties");
});

test("a release without wide origins into the largest areas has the finer ones at every zoom", async () => {
  rows = [...INTO.filter((r) => r["geography"] !== "flow"), ...BETWEEN];
  manifest.value = { ...WITH, version: "6" };
  await show(<FlowPanel />);
  expect([areaLevel.value, bodyRows().map((r) => r.slice(0, 5))]).toEqual(["county", ["Ok700"]]);
  expect([...root().querySelectorAll("select[name=flow_origins] option")].map((o) => o.textContent)).toEqual(["Finest known"]);
  expect([...root().querySelectorAll<HTMLOptionElement>("select[name=flow_areas] option")].map((o) => o.value)).toEqual(["", "county", "township"]);
});

test("row, bar and line mark the same flow", async () => {
  await show(<FlowPanel />);
  const button = root().querySelector<HTMLButtonElement>("tbody th button")!;
  await act(() => button.focus());
  expect([marked.value?.key, root().querySelector("g.now")?.getAttribute("data-key")]).toEqual(["p1>c", "p1>c"]);
  expect(plain(root().querySelector(".marked")!.textContent)).toBe("Op1 → Cabout 1 240 ± 90 people from Op112.4 ± 0.9% of the migrants in C; 346 km");
  await act(() => button.blur());
  expect(marked.value).toBeNull();
  await act(() => void (pointed.value = { key: "p2>c", x: 3, y: 4 }));
  expect([root().querySelector("tr.hovered")?.getAttribute("data-key"), root().querySelector("g.now")?.getAttribute("data-key")]).toEqual(["p2>c", "p2>c"]);
  await act(() => void (pointed.value = null));
  await act(() => void root().querySelector("g.flow")!.dispatchEvent(new MouseEvent("click", { bubbles: true })));
  expect([pinned.value, root().querySelector("tbody button")!.getAttribute("aria-pressed")]).toEqual(["p1>c", "true"]);
});

test("the CSV is the query of the table", async () => {
  await show(<FlowPanel />);
  await choose("flow_top", "10");
  const [csv, last] = [new URL(csvUrl.value!).searchParams, new URLSearchParams(asked.at(-1)!)];
  expect([csv.get("f"), last.get("f")]).toEqual(["csv", "json"]);
  for (const query of [csv, last]) for (const name of ["f", "skipGeometry"]) query.delete(name);
  expect([...csv]).toEqual([...last]);
  expect(csv.get("limit")).toBe("10");
});

test("all of the view is in the address and comes back out of it", async () => {
  await show(<FlowPanel />);
  direction.value = "out";
  [top.value, place.value, pinned.value, fixed.origins.value] = [50, { level: "township", unit: "b" }, "b>a", "fine"];
  const address = written();
  expect(address).toContain("theme=flows");
  open("");
  expect(written()).not.toContain("flow");
  expect(theme.value).toBe("coverage");
  open(address);
  expect(written()).toBe(address);
  expect([direction.value, top.value, place.value, pinned.value, tab.value]).toEqual(["out", 50, { level: "township", unit: "b" }, "b>a", FLOWS]);
});

test.each(["flow=sideways&flow_top=7&flow_place=x&flow_areas=moon&flow_origins=z", "flow_place=galaxy:1&flow_top="])("what there is not in an address (%s) is as if it were not there", (address) => {
  open(`theme=flows&${address}`);
  expect([direction.value, top.value, place.value, fixed.areas.value, fixed.origins.value]).toEqual(["in", 20, null, null, null]);
});

test("filters: kind of move, time since arrival, far above the model", async () => {
  const local = (area: string, origin: string, own: Row): Row => ({ ...flow("flow_local_detail", area, origin, 300), ratio: 3, ratio_margin: 0.4, expected: 100, ...own });
  rows = [
    { ...flow("flow", "c", "p1", 1240), relation: "same_province", arrived_under_1: 60, arrived_under_1_margin: 20 },
    { ...flow("flow", "c", "p2", 900), relation: "other_province", arrived_under_1: 80, arrived_under_1_margin: 20 },
    { ...flow("flow_detail", "c", "k", 700), relation: "same_province" },
    local("a", "k", { excess_class: 1, relation: "same_province" }), local("b", "k", { excess_class: 0, relation: "same_province" }),
  ];
  manifest.value = { ...WITH, version: "7" };
  await show(<FlowPanel />);
  const details = root().querySelector<HTMLDetailsElement>("details.filters")!;
  expect([details.open, plain(details.querySelector("summary")!.textContent)]).toEqual([false, "Filters"]);
  await choose("flow_arrived", "arrived_under_1");
  expect([bodyRows(), details.open]).toEqual([["Op280 ± 20900 ± 90", "Op160 ± 201 240 ± 90"], true]);
  expect(plain(root().querySelector("#flows-in-words")!.textContent)).toContain("about 80 ± 20 people from Op2, here for under 1 year");
  expect(written()).toContain("flow_arrived=arrived_under_1");
  await choose("flow_relation", "same_province");
  expect([arrival.value, bodyRows().map((r) => r.slice(0, 5))]).toEqual([null, ["Ok700"]]);
  await act(() => root().querySelector<HTMLInputElement>("input[name=flow_excess]")!.click());
  await settled();
  expect([areaLevel.value, bodyRows()]).toEqual(["township", ["Ok → A300 ± 901003.0 ± 0.4"]]);
  expect(new URL(csvUrl.value!).searchParams.get("filter")).toBe("relation = 'same_province' AND excess_class = 1");
  const address = written();
  open("theme=flows");
  expect([excess.value, relation.value]).toEqual([false, null]);
  open(address);
  expect([excess.value, relation.value, written()]).toEqual([true, "same_province", address]);
  await act(() => root().querySelector<HTMLButtonElement>("tbody th button")!.focus());
  expect(plain(root().querySelector(".marked small")!.textContent)).toContain("3.0 ± 0.4 times the 100 that distance and size explain");
});

test("without a model the filter of the flows far above it is off, with the reason", async () => {
  await show(<FlowPanel />);
  const box = root().querySelector<HTMLInputElement>("input[name=flow_excess]")!;
  expect([box.disabled, root().querySelector("select[name=flow_arrived]")]).toEqual([true, null]);
  expect(document.getElementById(box.getAttribute("aria-describedby")!)!.textContent).toContain("two or more areas");
});

test("a failure is said, and a second attempt brings the rows", async () => {
  broken = true;
  await show(<FlowPanel />);
  expect(root().querySelector("[role=alert]")!.textContent).toContain("The flows could not be loaded.");
  expect(root().querySelector("table")).toBeNull();
  broken = false;
  await act(() => root().querySelector<HTMLButtonElement>("[role=alert] button")!.click());
  await settled();
  expect(bodyRows()).toHaveLength(3);
});

test("the flows take the place of a layer, and what they do not depend on is not asked", async () => {
  expect([themes.value.some((l) => l.id === FLOWS), onTop.value.some((l) => l.id === FLOWS)]).toEqual([false, false]);
  expect([idle("service"), idle("minutes")]).toEqual(["layer", "layer"]);
  await show(<><Controls /><Headline /></>);
  expect(root().querySelector("select[name=service]")).toBeNull();
  expect(root().querySelector("input[name=stations]")!.hasAttribute("disabled")).toBe(true);
  expect(root().querySelector(".headline dl")).toBeNull();
});

test("the tab opens the flows, and leaves with them", async () => {
  open("");
  stops.push(code.keep());
  await show(<><Tabs /><Body /></>);
  await act(() => document.getElementById("tab-flows")!.click());
  expect(theme.value).toBe(FLOWS);
  await vi.waitFor(async () => {
    await settled();
    expect(root().querySelector(".flows")).not.toBeNull();
  }, 5000);
  await act(() => showTheme("coverage"));
  expect([theme.value, tab.value]).toEqual(["coverage", "areas"]);
});

test("a release without flows has no entry for them", async () => {
  manifest.value = { ...RELEASE, version: "5" };
  open("theme=flows&tab=flows");
  await show(<Controls />);
  expect([theme.value, tab.value, tabsShown().includes(FLOWS)]).toEqual(["coverage", "areas", false]);
  expect(root().querySelector("input[value=flows]")).toBeNull();
});
