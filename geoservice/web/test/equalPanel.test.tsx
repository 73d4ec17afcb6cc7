// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { names } from "../src/data";
import { takeEqual } from "../src/equal/choice";
import { chosenKind, colouredBy, drawnGap, isReal, KINDS, rank, type Kind } from "../src/equal/compare";
import { csvUrl, series } from "../src/equal/data";
import { EqualPanel } from "../src/equal/EqualPanel";
import { setLanguage } from "../src/i18n";
import { ground, series as drawn } from "../src/map/ground";
import { noPicture, pictureUrl } from "../src/picture";
import { FAIRNESS, idle, manifest, selected, service, tab, take, themeLayer } from "../src/state";
import { tabsShown } from "../src/ui/Results";
import type { Column, Dimensions, Estimate, Feature, Value } from "../src/types";
import { columnOf, layerOf, RELEASE, styleOf } from "./release";

const trip = { service: "clinic", mode: "walk", tier: "any", nth: 1 };
const three = (stem: string, each: string, gap: string, dimensions: Dimensions, end = ""): Column[] =>
  (["resident", "migrant", "gap"] as const).flatMap((c) => {
    const name = `${stem}${c}_clinic${end}`;
    return [columnOf(name, c === "gap" ? gap : each, { ...dimensions, group: c === "resident" ? "resident" : "migrant" }), columnOf(`${name}_margin`), columnOf(`${name}_status`)];
  });
const COLUMNS = [
  ...[5, 10, 15].flatMap((m) => three("", "covered_share", "coverage_gap", { ...trip, minutes: m }, `_walk_${m}`)),
  ...three("median_", "median_minutes", "minutes_gap", trip, "_walk"), ...three("load_", "met_load", "load_gap", trip, "_walk"), ...three("uptake_", "uptake_share", "uptake_gap", { service: "clinic" }),
];
const COLOURS = ["#100000", "#200000", "#300000", "#404040", "#000050", "#000060", "#000070"];
const LAYER = layerOf(FAIRNESS, { columns: [...["name_zh", "name_en", "parent"].map((n) => columnOf(n)), ...COLUMNS], style: styleOf({ property: "gap_clinic_walk_10", breaks: [-20, -10, -3, 3, 10, 20], colours: COLOURS }) });

const GAPS: Readonly<Record<string, [number | null, number | null]>> = { a: [-5, 9], b: [-12.4, 3], c: [8, 2], d: [-30, 4], e: [null, null], f: [-40, null] };
const estimate = ([value, margin]: [number | null, number | null]): Estimate => ({ value, margin, status: value === null ? "nobody" : "ok" });

function rowOf(unit: string, properties: string[]): Record<string, Value> {
  const [value, margin] = GAPS[unit]!;
  const cell = (p: string): Value => {
    const number = p.includes("gap") ? value : value === null ? null : p.includes("resident") ? 60 : 60 + value;
    return p.endsWith("_status") ? (value === null ? "nobody" : "ok") : p.endsWith("_margin") ? (p.includes("gap") ? margin : 1) : number;
  };
  return { unit, name_en: unit.toUpperCase(), name_zh: `${unit}区`, ...Object.fromEntries(properties.filter((p) => /clinic/.test(p)).map((p) => [p, cell(p)])) };
}

let broken = false;
function fetched(input: string | URL | Request): Promise<Response> {
  if (broken) return Promise.resolve(new Response("{}", { status: 503 }));
  const address = new URL(String(input));
  const asked = address.searchParams.get("properties")?.split(",") ?? [];
  const features = Object.keys(GAPS).map((unit, id): Feature => ({ id, geometry: null, properties: rowOf(unit, asked) }));
  return Promise.resolve(new Response(JSON.stringify({ features, links: [] })));
}

const root = (): HTMLElement => document.getElementById("app")!;
const plain = (text: string | null | undefined): string => (text ?? "").replace(/\s/g, " ");
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((r) => plain(r.textContent));
const units = (part: string): (string | null)[] => [...root().querySelectorAll(`.${part} tbody`)].map((r) => r.getAttribute("data-unit"));
const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 15)));

async function compare(kind: Kind): Promise<void> {
  const control = root().querySelector<HTMLSelectElement>("select[name=equal_kind]")!;
  control.value = kind;
  await act(() => void control.dispatchEvent(new Event("change", { bubbles: true })));
  await settled();
}

let stops: (() => void)[] = [];
let nth = 0;

beforeEach(async () => {
  broken = false;
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...RELEASE, layers: [...RELEASE.layers, LAYER], version: `7-${nth++}` };
  setLanguage("en");
  const address = new URLSearchParams("theme=fairness");
  takeEqual(address);
  take(address);
  stops = [names.keep(), series.keep(), drawn.keep()];
  await act(() => render(<EqualPanel />, root()));
  await settled();
});

afterEach(async () => {
  for (const stop of stops) stop();
  await act(() => render(null, root()));
});

test("only differences beyond their margin have a rank, the worst for migrants first", () => {
  expect(tab.value).toBe(FAIRNESS);
  expect(tabsShown()).toContain(FAIRNESS);
  expect(units("real")).toEqual(["d", "b", "c"]);
  expect(texts(".real tbody b")).toEqual(["1", "2", "3"]);
  expect(units("within")).toEqual(["a", "f"]);
  expect(texts(".within tbody b")).toEqual([]);
  expect(units("unknown")).toEqual(["e"]);
  expect(texts(".real tbody:first-of-type td")).toEqual(["60.0% ± 1.0", "30.0% ± 1.0", "−30 ± 4.0", "Of migrants, 30 ± 4.0 percentage points fewer are within 10 minutes"]);
});

test("for times and loads more is worse", async () => {
  await compare("minutes");
  expect(units("real")).toEqual(["c", "b", "d"]);
  expect(texts(".said")).toEqual(["Migrants need 8.0 ± 2.0 minutes longer", "Migrants need 12.4 ± 3.0 minutes less", "Migrants need 30.0 ± 4.0 minutes less"]);
  expect(texts(".real tbody:first-of-type td")[2]).toBe("+8.0 ± 2.0");
  await compare("load");
  expect(units("real")).toEqual(["c", "b", "d"]);
  await act(() => setLanguage("zh"));
  expect(texts(".said")[0]).toBe("流动人口所遇站点负荷高 8 ± 2.0 个百分点");
  await compare("uptake");
  expect(units("real")).toEqual(["d", "b", "c"]);
});

test("the map has the neutral colour where the difference is within its margin", async () => {
  expect(ground.value?.numbers.get("a")?.value).toBe(0);
  expect(ground.value?.numbers.get("f")?.value).toBe(0);
  expect(ground.value?.numbers.get("d")?.value).toBe(-30);
  expect(ground.value?.numbers.get("e")).toMatchObject({ value: null, status: "nobody" });
  await compare("minutes");
  expect(themeLayer.value?.style.colours[6]).toBe(COLOURS[0]); // much longer: the colour of what is worse
  expect(themeLayer.value?.style.colours[3]).toBe(COLOURS[3]);
  expect(ground.value?.numbers.get("c")?.value).toBe(8);
});

test("what the comparison does not depend on cannot be chosen, and the server draws coverage alone", async () => {
  expect(idle("tier")).toBeNull();
  await compare("minutes");
  expect(idle("tier")).toBe("layer");
  expect(idle("mode")).toBeNull();
  expect(pictureUrl.value).toBeNull();
  expect(noPicture()).toContain("comparison");
  await compare("uptake");
  expect(idle("mode")).toBe("layer");
});

test("the address and the file hold what is compared", async () => {
  await compare("load");
  expect(new URLSearchParams(written()).get("equal")).toBe("load");
  expect(new URL(csvUrl.value!).searchParams.get("properties")).toContain("load_gap_clinic_walk,load_gap_clinic_walk_margin");
  takeEqual(new URLSearchParams("equal=nonsense"));
  expect(chosenKind.value).toBe("coverage");
});

test("a service without the comparison says so, and one chosen area is told in words", async () => {
  await act(() => void (selected.value = "d"));
  expect(texts(".chosen")[0]).toBe("D Of migrants, 30 ± 4.0 percentage points fewer are within 10 minutes");
  await compare("uptake");
  await act(() => void (service.value = "school"));
  await settled();
  expect(texts(".reason")[0]).toBe("No uptake of migrants and residents is published for School.");
  expect(units("real")).toEqual([]);
});

test("a failure is told and can be tried again", async () => {
  broken = true;
  await compare("load");
  expect(texts("[role=alert]")[0]).toContain("The comparison could not be loaded.");
  broken = false;
  await act(() => root().querySelector<HTMLElement>("[role=alert] button")!.click());
  await settled();
  expect(units("real")).toHaveLength(3);
});

test("swapping the groups turns the ranking round", () => {
  const areas = Object.entries(GAPS).map(([unit, gap]) => ({ unit, gap: estimate(gap) }));
  const swapped = areas.map(({ unit, gap }) => ({ unit, gap: { ...gap, value: gap.value === null ? null : -gap.value } }));
  for (const kind of KINDS) expect(rank(kind, swapped).real.map((a) => a.unit)).toEqual(rank(kind, areas).real.map((a) => a.unit).reverse());
  expect(isReal({ value: 4, margin: 4, status: "ok" })).toBe(false);
  expect(drawnGap({ value: 4, margin: 5, status: "ok" }).value).toBe(0);
  expect(colouredBy(LAYER, "coverage")).toBe(LAYER);
});
