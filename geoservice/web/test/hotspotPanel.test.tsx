// @vitest-environment happy-dom
import { render, type ComponentChild } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { chooseUnit, measure, method, takeHotspots, unit } from "../src/hotspot/choice";
import { csvUrl, keepHotspots } from "../src/hotspot/data";
import { HotspotLegend } from "../src/hotspot/HotspotLegend";
import { HotspotPanel } from "../src/hotspot/HotspotPanel";
import { setLanguage } from "../src/i18n";
import { CLUSTERS, HOTSPOTS, idle, level, manifest, mode, onTop, parent, selected, tab, take, theme, themes } from "../src/state";
import { Tabs, tabsShown } from "../src/ui/Results";
import type { Feature, Value } from "../src/types";
import { columnOf, layerOf, RELEASE, styleOf } from "./release";

const ENDS = [["class", "hotspot_class"], ["class_status", null], ["z", "hotspot_z"], ["p", "hotspot_p"], ["moran", "moran_class"], ["moran_status", null], ["rate", "smoothed_rate"], ["rate_margin", null], ["spatial_rate", "spatial_rate"], ["funnel", "funnel_class"], ["funnel_status", null]] as const;
const columns = ["migrants", "unserved_clinic_walk"].flatMap((stem) => ENDS.map(([end, of]) => columnOf(`${stem}_${end}`, of)));
const COLOURS = ["#000000", "#111111", "#222222", "#333333", "#444444", "#555555", "#666666"];
const LAYER = layerOf(HOTSPOTS, { zooms: { township: 0, cell: 12 }, columns: [...["name_zh", "name_en", "parent"].map((n) => columnOf(n)), ...columns], style: styleOf({ property: "migrants_class", colours: COLOURS }) });
const SCAN = layerOf(CLUSTERS, { columns: [columnOf("group"), columnOf("service")], style: styleOf({ property: "relative_risk" }) });
const WITH = { ...RELEASE, layers: [...RELEASE.layers, LAYER, SCAN] };

type Row = Record<string, Value>;
const row = (unit: string, stem: string, of: number | null, status = "ok", rate = 20): Row => ({
  unit, name_en: unit.toUpperCase(), name_zh: `${unit}区`, [`${stem}_class`]: of, [`${stem}_class_status`]: status, [`${stem}_z`]: (of ?? 0) * 1.5, [`${stem}_p`]: 0.0004,
  [`${stem}_moran`]: of === 3 ? 1 : 0, [`${stem}_moran_status`]: "ok", [`${stem}_rate`]: rate, [`${stem}_rate_margin`]: 2, [`${stem}_spatial_rate`]: rate, [`${stem}_funnel`]: 0, [`${stem}_funnel_status`]: "ok",
});
const AREAS: Row[] = ["a", "b", "c", "d", "e"].map((id, i) => row(id, "migrants", [-1, 3, null, 2, null][i]!, ["ok", "ok", "unstable", "ok", "nobody"][i], 10 * (i + 1)));
const SCANNED: Row = { unit: "k1", name_en: "Cluster 1", name_zh: "集聚区 1", level: "township", group: "migrant", service: "", areas: "b d", area_count: 2, rank: 1, households: 1240, households_margin: 60, share: 34, share_margin: 2, relative_risk: 1.876, p: 0.001 };

let broken = false;
const asked: URL[] = [];

function answer(address: URL): Row[] {
  const layer = /collections\/(\w+)\/items/.exec(address.pathname)?.[1];
  const filter = address.searchParams.get("filter");
  if (layer === "coverage") return AREAS.filter(({ unit }) => !filter || filter.includes(`'${unit}'`)).map(({ unit, name_en, name_zh }) => ({ unit: unit!, name_en: name_en!, name_zh: name_zh! }));
  if (layer === CLUSTERS) return [SCANNED, { ...SCANNED, unit: "k2", service: "clinic" }];
  if (layer !== HOTSPOTS) return [];
  asked.push(address);
  return address.searchParams.get("geography") === "cell" ? [row("c1", "migrants", 3)] : address.search.includes("unserved") ? [row("a", "unserved_clinic_walk", 1)] : AREAS;
}

function fetched(input: string | URL | Request): Promise<Response> {
  if (broken) return Promise.resolve(new Response("{}", { status: 503 }));
  const features = answer(new URL(String(input))).map((properties, i): Feature => ({ id: i, geometry: null, properties }));
  return Promise.resolve(new Response(JSON.stringify({ features, links: [] })));
}

const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 15)));
const root = (): HTMLElement => document.getElementById("app")!;
const plain = (text: string | null | undefined): string => (text ?? "").replace(/\s/g, " ");
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((r) => plain(r.textContent));
const listed = (): string[] => [...root().querySelectorAll("tbody tr")].map((r) => r.getAttribute("data-unit")!);

async function show(content: ComponentChild): Promise<void> {
  await act(() => render(content, root()));
  await settled();
}

async function choose(name: string, value: string): Promise<void> {
  const control = root().querySelector<HTMLSelectElement>(`select[name=hotspot_${name}]`)!;
  control.value = value;
  await act(() => void control.dispatchEvent(new Event("change", { bubbles: true })));
  await settled();
}

async function press(selector: string): Promise<void> {
  await act(() => root().querySelector<HTMLElement>(selector)!.click());
  await settled();
}

let stops: (() => void)[] = [];
let nth = 0;

function open(address = "theme=hotspots"): void {
  take(new URLSearchParams(address));
  takeHotspots(new URLSearchParams(address));
}

beforeEach(() => {
  [broken, asked.length] = [false, 0];
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...WITH, version: `5-${nth++}` };
  setLanguage("en");
  open();
  stops = keepHotspots();
});

afterEach(() => {
  render(null, root());
  for (const stop of stops) stop();
  vi.unstubAllGlobals();
});

test("the list holds the significant areas alone, in words, with rate, z and p", async () => {
  await show(<HotspotPanel />);
  expect(listed()).toEqual(["b", "d", "a"]);
  expect(texts("tbody tr")[0]).toBe("Bmore than chance explains, false discovery rate 1 %20% ± 2.04.50< 0.001");
  expect(plain(root().querySelector(".purpose")?.textContent)).toContain("bring services to people");
  setLanguage("zh");
  await settled();
  expect(texts("tbody tr")[2]).toBe("a区低于偶然水平（错误发现率 10%）10% ± 2.0−1.50< 0.001");
});

test("the legend says each class in words and how many areas have it", async () => {
  await show(<><HotspotPanel /><HotspotLegend /></>);
  const keys = texts(".hotspot-legend li");
  expect(keys[0]).toBe("more than chance explains, false discovery rate 1 %1");
  expect(keys.slice(7)).toEqual(["not stable: the noise of the estimates could change the class1", "nobody there1", "cluster (spatial scan statistic)1"]);
  await choose("method", "smoothed_rate");
  expect(texts(".hotspot-legend li").slice(0, 4)).toEqual(["40 % and more2", "30 to 40 %1", "20 to 30 %1", "under 20 %1"]);
  expect(listed()).toEqual(["e", "d", "c", "b", "a"]);
});

test("an area chosen says what it is by every method", async () => {
  await show(<HotspotPanel />);
  await press("tr[data-unit=b] button");
  expect(selected.value).toBe("b");
  expect(plain(root().querySelector(".spot")?.textContent)).toContain("More migrants than chance explains, false discovery rate 1 %");
  expect(plain(root().querySelector(".spot")?.textContent)).toContain("Local Moranhigh share among areas with high shares");
  selected.value = "c";
  await settled();
  expect(plain(root().querySelector(".spot p")?.textContent)).toBe("not stable: the noise of the estimates could change the class");
});

test("a measure beyond the standard is one of the service and mode, and says so where there is none", async () => {
  await show(<HotspotPanel />);
  await choose("measure", "unserved");
  selected.value = "a";
  await settled();
  expect(plain(root().querySelector(".spot p")?.textContent)).toBe("More migrants beyond 10 min of Clinic (walking) than chance explains, false discovery rate 10 %");
  expect([idle("service"), idle("mode"), idle("group")]).toEqual([null, null, "layer"]);
  mode.value = "drive";
  await settled();
  expect(plain(root().querySelector("#reason-hotspot-measure")?.textContent)).toContain("Published: Clinic, walking.");
  expect(csvUrl.value).toBeNull();
});

test("squares have Gi* alone, and no column that the release has not", async () => {
  await show(<HotspotPanel />);
  await choose("method", "funnel_class");
  await choose("unit", "cell");
  expect([unit.value, method.value]).toEqual(["cell", "hotspot_class"]);
  expect(texts("thead th")).toEqual(["Area", "z"]);
  await choose("unit", "township");
  expect(method.value).toBe("funnel_class");
  expect(listed()).toEqual([]);
  expect(texts(".hotspots .quiet")[0]).toBe("No area is significant: chance explains the map.");
});

test("clusters are those of the measure; the one chosen shows its areas, each a way to its services", async () => {
  await show(<HotspotPanel />);
  expect(texts(".clusters li")).toEqual(["Cluster 1Areas: 2; households: 1 240 ± 60 (34 ± 2.0%); relative risk 1.88; p 0.001"]);
  await press(".clusters li button");
  expect(texts(".members button")).toEqual(["B", "D"]);
  chooseUnit("cell");
  await press(".members button[data-unit=d]");
  expect([unit.value, selected.value]).toEqual(["township", "d"]);
  await press("input[name=hotspot_clusters]");
  expect(texts(".clusters li")).toEqual([]);
});

test("the address holds the view", () => {
  open("theme=hotspots&hotspot=unserved&hotspot_method=moran_class&hotspot_clusters=off&area=b&service=clinic&level=township");
  expect([measure.value, method.value, unit.value, tab.value, selected.value]).toEqual(["unserved", "moran_class", "township", HOTSPOTS, "b"]);
  const parts = new URLSearchParams(written());
  expect([parts.get("hotspot"), parts.get("hotspot_method"), parts.get("hotspot_clusters"), parts.get("hotspot_unit")]).toEqual(["unserved", "moran_class", "off", null]);
  open("theme=hotspots&hotspot_unit=cell");
  expect(new URLSearchParams(written()).get("hotspot_unit")).toBe("cell");
  open("theme=hotspots&hotspot=nobody&hotspot_method=guess");
  expect([measure.value, method.value]).toEqual(["migrants", "hotspot_class"]);
  open("theme=coverage");
  expect(written()).not.toContain("hotspot");
});

test("the table of areas goes to a level that has hotspots", async () => {
  open("theme=hotspots&level=county");
  await settled();
  expect(level.value).toBe("township");
});

test("a failure is reported and can be tried again", async () => {
  broken = true;
  manifest.value = { ...WITH, version: `7-${nth}` };
  await show(<HotspotPanel />);
  await choose("measure", "unserved");
  expect(texts("[role=alert]")[0]).toContain("The hotspots could not be loaded.");
  broken = false;
  await press("[role=alert] button");
  expect(listed()).toEqual(["a"]);
});

test("a release without the layer has no entry", async () => {
  expect([themes.value, onTop.value].flat().map((l) => l.id)).not.toContain(HOTSPOTS);
  expect(tabsShown()).toContain(HOTSPOTS);
  manifest.value = { ...RELEASE, version: `6-${nth}` };
  open("theme=hotspots&tab=hotspots");
  expect([theme.value, tab.value]).toEqual(["coverage", "areas"]);
  await show(<Tabs />);
  expect(root().querySelector("#tab-hotspots")).toBeNull();
});

test("of very many areas a level without hotspots is said to have none, and no finer one is loaded", async () => {
  const many = RELEASE.layers.map((l) => (l.id === "coverage" ? { ...l, features: 60_000 } : l));
  manifest.value = { ...WITH, layers: [...many, LAYER, SCAN], version: "many" };
  level.value = "county";
  await settled();
  asked.length = 0;
  await show(<HotspotPanel />);
  expect(texts(".reason")).toEqual(["There are no hotspots of this level (Counties). Choose another level or unit."]);
  expect([asked, unit.value, csvUrl.value]).toEqual([[], "county", null]);
});

test("in an area that is open its hotspots alone are loaded", async () => {
  asked.length = 0;
  parent.value = "c";
  await settled();
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every((a) => a.searchParams.get("within") === "c")).toBe(true);
  parent.value = null;
});
