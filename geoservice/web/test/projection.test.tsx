// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLanguage } from "../src/i18n";
import { groupsOf, overloads, seriesOf } from "../src/projection/data";
import { OverloadList } from "../src/projection/OverloadList";
import { Projection } from "../src/projection/ProjectionChart";
import { manifest, selected, tab, take } from "../src/state";
import { ticks } from "../src/ticks";
import type { Feature, Value } from "../src/types";
import { columnOf, layerOf, RELEASE } from "./release";

const OVERLOAD = ["year", "earliest", "latest"].map((part) => `overload_${part}_clinic_walk`);
const point = (year: number, scenario: string, people: number): Record<string, Value> => ({
  area: "a", year, scenario, basis: "literature", persons_all: people, low_all: people - (year - 2020) * 10, high_all: people + (year - 2020) * 20, persons_over_65: 50, low_over_65: 40, high_over_65: 60,
});
const YEARS = [point(2021, "as_observed", 1100), point(2020, "as_observed", 1000), point(2021, "half", 1050), point(2020, "half", 1000)];
const STATIONS: Record<string, Value>[] = [
  { unit: "s1", name_zh: "甲", name_en: "Alpha", tier: "village", [OVERLOAD[0]!]: 2027, [OVERLOAD[1]!]: 2024, [OVERLOAD[2]!]: null },
  { unit: "s2", name_zh: "乙", name_en: "Beta", tier: "county", [OVERLOAD[0]!]: 2020, [OVERLOAD[1]!]: 2020, [OVERLOAD[2]!]: 2020 },
  { unit: "s3", name_zh: "丙", name_en: "Gamma", tier: "county", [OVERLOAD[0]!]: null, [OVERLOAD[1]!]: 2029, [OVERLOAD[2]!]: null },
  { unit: "s4", name_zh: "丁", name_en: "Delta", tier: "county", [OVERLOAD[0]!]: null, [OVERLOAD[1]!]: null, [OVERLOAD[2]!]: null },
];
const LAYERS = [
  ...RELEASE.layers.map((l) => (l.id === "stations" ? { ...l, columns: [...l.columns, ...OVERLOAD.map((name) => columnOf(name))] } : l)),
  layerOf("projection_years", { geometry: "none", columns: ["persons_all", "low_all", "low_over_65"].map((name) => columnOf(name)) }),
];

function fetched(input: string | URL | Request): Promise<Response> {
  const rows = String(input).includes("projection_years") ? YEARS : STATIONS;
  const features = rows.map((properties, i): Feature => ({ id: i, geometry: null, properties }));
  return Promise.resolve(new Response(JSON.stringify({ features, links: [] })));
}

const root = (): HTMLElement => document.getElementById("app")!;
const text = (): string => root().textContent!.replace(/\s/g, " ");

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...RELEASE, layers: LAYERS };
  setLanguage("en");
  take(new URLSearchParams());
});

afterEach(() => {
  render(null, root());
  vi.unstubAllGlobals();
});

test("the axis has a few round numbers around the band", () => {
  expect(ticks(980, 1120)).toEqual([950, 1000, 1050, 1100, 1150]);
  expect(ticks(5, 5)).toEqual([5]);
});

test("a series is one scenario and group in the order of years", () => {
  expect(seriesOf(YEARS, "half", "all").map((p) => [p.year, p.low, p.value, p.high])).toEqual([[2020, 1000, 1000, 1000], [2021, 1040, 1050, 1070]]);
  expect(groupsOf([{ name: "low_over_65" }, { name: "persons_all" }, { name: "low_all" }])).toEqual(["all", "over_65"]);
});

test("stations that only may overload come last, and others are left out", () => {
  expect(overloads(STATIONS, OVERLOAD).map((o) => o.unit)).toEqual(["s2", "s1", "s3"]);
});

test("the chosen area has a chart with its band, and another scenario can be chosen", async () => {
  selected.value = "a";
  await act(() => render(<Projection />, root()));
  await act(() => new Promise((done) => setTimeout(done, 15)));
  expect(text()).toContain("2020: 1 000 people. 2021: 1 100, between 1 090 and 1 120 (90 %)");
  expect(root().querySelector("svg")?.getAttribute("aria-label")).toContain("2021: 1\u202f100 (1\u202f090–1\u202f120)");
  const scenario = root().querySelector<HTMLSelectElement>("select[name=projection-scenario]")!;
  await act(() => {
    scenario.value = "half";
    scenario.dispatchEvent(new Event("change", { bubbles: true }));
  });
  expect(text()).toContain("2021: 1 050");
  expect(root().querySelector("a")?.href).toContain("area=a");
});

test("stations that overload are listed by year, with the range of the band", async () => {
  tab.value = "stations";
  await act(() => render(<OverloadList />, root()));
  await act(() => new Promise((done) => setTimeout(done, 15)));
  expect([...root().querySelectorAll("h3")].map((h) => h.textContent)).toEqual(["Already in 2020", "In 2027", "Perhaps, at the upper limit of the band"]);
  expect(text()).toContain("Village tier · 2024 at the earliest");
  expect(text()).toContain("Stations that overload: 2");
  setLanguage("zh");
  await act(() => new Promise((done) => setTimeout(done, 5)));
  expect(text()).toContain("将超负荷的站点：2 个");
});
