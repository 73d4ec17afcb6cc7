// @vitest-environment happy-dom
import { render, type ComponentChild } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { takeHotspots } from "../src/hotspot/choice";
import { keepHotspots } from "../src/hotspot/data";
import { HotspotLegend } from "../src/hotspot/HotspotLegend";
import { HotspotPanel } from "../src/hotspot/HotspotPanel";
import { setLanguage } from "../src/i18n";
import { pathOf, scaleOf, trendOf, type Card } from "../src/scorecard/cards";
import { cardGroup, cardService, takeCards } from "../src/scorecard/choice";
import { ScorecardPanel } from "../src/scorecard/ScorecardPanel";
import { CLUSTERS, HOTSPOTS, INDICATORS, level, manifest, SCORECARDS, selected, take } from "../src/state";
import type { Feature, Value } from "../src/types";
import { tabsShown } from "../src/ui/Results";
import { columnOf, layerOf, RELEASE, styleOf } from "./release";

const under6 = { service: "clinic", group: "under_6" };
const INDICATED = layerOf(INDICATORS, {
  zooms: { township: 0 },
  columns: [columnOf("eligible_clinic_under_6", "eligible", under6), columnOf("rate_clinic_under_6", "uptake_rate", under6), columnOf("rate_clinic_under_6_margin"), columnOf("class_clinic_under_6", "hotspot_class", under6), columnOf("emerging_clinic_under_6", "emerging_class", under6)],
});
const COLOURS = ["#000000", "#111111", "#222222", "#333333", "#444444", "#555555", "#666666"];
const SPOTS = layerOf(HOTSPOTS, { zooms: { township: 0 }, columns: [columnOf("migrants_class", "hotspot_class")], style: styleOf({ property: "migrants_class", colours: COLOURS }) });
const WITH = { ...RELEASE, layers: [...RELEASE.layers, INDICATED, SPOTS, layerOf(CLUSTERS), layerOf(SCORECARDS, { geometry: "none", style: styleOf({ kind: "none" }) })] };

type Row = Record<string, Value>;
const LIMITS = { funnel_low_998: 50, funnel_low_95: 60, funnel_high_95: 80, funnel_high_998: 90 };
const row = (area: string, period: string, rate: number, own: Row = {}): Row => ({
  area, name_en: area.toUpperCase(), name_zh: `${area}区`, period, eligible: 200, served: 2 * rate, rate, rate_margin: 4, rank_low: 1, rank_high: 2, target: 75, target_class: 0, change: 1.5, trend: 0.5, trend_p: 0.2, funnel: 0, overall: 70, ...LIMITS, ...own,
});
const ROWS = [
  row("a", "2026Q1", 60), row("b", "2026Q1", 80), row("c", "2026Q1", 70),
  row("a", "2026Q2", 62, { rank_low: 3, rank_high: 3, target_class: -1, trend: -1, trend_p: 0.01 }), row("b", "2026Q2", 85, { target_class: 1, trend: 2, trend_p: 0.001, funnel: 1 }), row("c", "2026Q2", 71),
];
const MAPPED: Row[] = ROWS.slice(3).map((r, i) => ({ unit: r["area"]!, name_en: r["name_en"]!, name_zh: r["name_zh"]!, rate_clinic_under_6: r["rate"]!, rate_clinic_under_6_margin: 4, class_clinic_under_6: [-2, 3, null][i]!, emerging_clinic_under_6: [-3, 0, null][i]! }));

const asked: URL[] = [];
function fetched(input: string | URL | Request): Promise<Response> {
  const address = new URL(String(input));
  const layer = /collections\/(\w+)\/items/.exec(address.pathname)?.[1] ?? "";
  asked.push(address);
  const area = address.searchParams.get("area");
  const rows = layer === SCORECARDS ? ROWS.filter((r) => !area || r["area"] === area) : layer === INDICATORS ? MAPPED : [];
  return Promise.resolve(new Response(JSON.stringify({ features: rows.map((properties, i): Feature => ({ id: i, geometry: null, properties })), links: [] })));
}

const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 15)));
const root = (): HTMLElement => document.getElementById("app")!;
const plain = (text: string | null | undefined): string => (text ?? "").replace(/\s/g, " ");
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((r) => plain(r.textContent));

async function show(content: ComponentChild): Promise<void> {
  await act(() => render(content, root()));
  await settled();
}

function open(address: string): void {
  const parts = new URLSearchParams(address);
  take(parts);
  takeHotspots(parts);
  takeCards(parts);
}

let nth = 0;
beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...WITH, version: `6-${nth++}` };
  setLanguage("en");
});
afterEach(() => {
  render(null, root());
  vi.unstubAllGlobals();
});

test("areas are listed by rate, with rank ranges, target and trend in words", async () => {
  open("tab=scorecard");
  await show(<ScorecardPanel />);
  expect(texts("tbody th button")).toEqual(["Btarget met, rising, above the 95 % limit of the funnel", "Cundecided, no trend", "Atarget not met, falling"]);
  expect(texts("tbody td.rank")).toEqual(["1–2 of 3", "1–2 of 3", "3 of 3"]);
  expect(texts("tbody td.rate")[0]).toBe("85 ± 4.0%");
  expect(asked[0]!.search).toContain("service=clinic&group=under_6&level=township");
  setLanguage("zh");
  await settled();
  expect(texts("h2")).toEqual(["记分卡：Clinic中（Under 6中）"]);
});

test("an earlier period is in the address and is shown as it was", async () => {
  open("tab=scorecard&card_period=2026Q1");
  await show(<ScorecardPanel />);
  expect(texts("tbody td.rate")[0]).toBe("80 ± 4.0%");
  expect(written()).toContain("card_period=2026Q1");
  expect(written()).toContain("tab=scorecard");
});

test("the funnel plot marks the area that is chosen in the table", async () => {
  open("tab=scorecard");
  await show(<ScorecardPanel />);
  await act(() => root().querySelector<HTMLElement>("tr[data-unit=b]")!.click());
  expect(selected.value).toBe("b");
  expect([...root().querySelectorAll("circle.point.now")].map((c) => c.getAttribute("data-area"))).toEqual(["b"]);
  expect(root().querySelector("svg[role=img]")!.getAttribute("aria-label")).toContain("B: above the 95 % limit");
  expect(root().querySelectorAll("path.limit")).toHaveLength(4);
});

test("a service without uptake gives way to one that has it", () => {
  open("tab=scorecard&service=school&group=resident");
  expect([cardService.value, cardGroup.value]).toEqual(["clinic", "under_6"]);
});

test("without scorecards there is no tab", () => {
  manifest.value = RELEASE;
  expect(tabsShown()).not.toContain("scorecard");
  manifest.value = WITH;
  expect(tabsShown()).toContain("scorecard");
});

test("the map of hotspots has uptake, with emerging classes in words and the trend of the area chosen", async () => {
  open("theme=hotspots&tab=hotspots&hotspot=uptake&hotspot_method=emerging_class&level=township");
  const stops = keepHotspots();
  await show(<><HotspotPanel /><HotspotLegend /></>);
  expect(level.value).toBe("township");
  expect(texts("table tbody th small")).toEqual(["intensifying cold spot: low in nearly all periods, more and more so"]);
  expect(texts(".hotspot-legend li")).toEqual(["no pattern1", "intensifying cold spot: low in nearly all periods, more and more so1", "did not report1"]);
  expect(root().querySelector(".clusters")).toBeNull();
  selected.value = "a";
  await settled();
  await settled();
  expect(texts(".trend p")).toEqual([" 2026Q2: 62 ± 4.0%, falling"]);
  for (const stop of stops) stop();
});

const card = (own: Partial<Card>): Card => ({ rate: { value: 80, margin: 3, status: null }, target: null, trend: null, trendP: null, ...own }) as Card;

test("a trend is one only if chance does not explain it", () => {
  expect([card({ trend: 1, trendP: 0.04 }), card({ trend: -1, trendP: 0.04 }), card({ trend: 1, trendP: 0.06 }), card({})].map(trendOf)).toEqual(["rising", "falling", "none", "unknown"]);
});

test("a scale holds all intervals and targets; a line is broken where a value is missing", () => {
  expect(scaleOf([card({}), card({ target: 61 })])).toEqual([60, 90]);
  expect(scaleOf([])).toEqual([0, 100]);
  expect(pathOf([[0, 1], [1, null], [2, 3], [3, 4]])).toBe("M0.0 1.0M2.0 3.0L3.0 4.0");
});
