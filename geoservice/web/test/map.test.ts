// @vitest-environment happy-dom
import { createExpression, featureFilter, validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { expect, test } from "vitest";
import { ground, names, streets } from "../src/map/basemap";
import { blank, colour, offers, reached, roomFor, tiersInTile, type Place } from "../src/map/paint";
import { uncertain, type Kind } from "../src/number";
import { manifest } from "../src/state";
import { stationsInTile } from "../src/stations";
import { RELEASE, styleOf } from "./release";

const style = styleOf({ property: "m", breaks: [5, 10], colours: ["#000001", "#000002", "#000003"], opacity: 0.6 });
const UNCERTAIN = style.uncertain;

function evaluate(expression: unknown, properties: Record<string, unknown>, state: Record<string, unknown> = {}): unknown {
  const made = createExpression(expression, "paint");
  if (made.result === "error") throw new Error(made.value.map((e) => e.message).join());
  return made.value.evaluate({ zoom: 10 } as never, { type: 3, properties } as never, state as never);
}

test.each([
  [4.9, "#000001", "#000001"],
  [5, "#000001", "#000002"],
  [10, "#000002", "#000003"],
  [99, "#000003", "#000003"],
])("%d minutes exactly at the limit are inside, shares at a break begin a class", (m, inclusive, otherwise) => {
  expect(evaluate(colour(style, { property: "m" }, "minutes"), { m })).toBe(inclusive);
  expect(evaluate(colour(style, { property: "m" }, "ratio"), { m })).toBe(otherwise);
});

test("what cannot exist has no colour: zero is never shown for it", () => {
  expect(evaluate(colour(style, { property: "m" }, "ratio"), {})).toBe("rgba(0,0,0,0)");
});

test("times beyond the search are a class of their own, whether tiles carry them or rows", () => {
  const timed = { ...style, beyond: "#000009" };
  expect(evaluate(colour(timed, { property: "m" }, "minutes"), {})).toBe("#000009");
  expect(evaluate(colour(timed, { state: true }, "minutes"), {}, { value: null, status: "beyond" })).toBe("#000009");
  expect(evaluate(colour(timed, { state: true }, "minutes"), {}, {})).toBe("rgba(0,0,0,0)");
  expect(evaluate(colour(timed, { state: true }, "minutes"), {}, { value: 7, status: "ok" })).toBe("#000002");
});

test("ground at the limit stands out, ground beyond and ground out of reach does not", () => {
  const at = reached(style, { property: "m" }, 10);
  expect(evaluate(at, { m: 10 })).toBe(0.6);
  expect(evaluate(at, { m: 10.1 })).toBe(0.16);
  expect(evaluate(at, {})).toBe(0.16);
});

test("a service is a word of the list, not a part of a word", () => {
  expect(evaluate(offers("care"), { services: "care clinic" })).toBe(true);
  expect(evaluate(offers("care"), { services: "daycare" })).toBe(false);
});

test("the base map is a valid style", () => {
  const layers = [...ground(true, "#f6f5f1"), ...streets(true), ...names(true, "zh")];
  expect(validateStyleMin({ version: 8, sources: { base: { type: "vector", tiles: ["http://127.0.0.1/{z}/{x}/{y}"] } }, glyphs: "x/{fontstack}/{range}", layers })).toEqual([]);
});

const CASES: [Kind, number, number][] = [
  ["count", 30, 45], ["count", 30, 30], ["count", 31, 30], ["count", -3, 12], ["count", 0, 0],
  ["ratio", 0, 2], ["ratio", 0, 20], ["ratio", 50, 20.1], ["difference", -40, 21], ["difference", -40, 3], ["minutes", 4, 4.1], ["minutes", 4, 4],
];

test.each(CASES)("a %s of %d with margin %d is grey on the map exactly where it is in the table", (kind, m, m_margin) => {
  const drawn = evaluate(colour(style, { property: "m", margin: "m_margin" }, kind), { m, m_margin });
  expect(drawn === UNCERTAIN).toBe(uncertain(kind, m, m_margin));
});

test("a share of nothing with a small margin has the first class, which a layer of shares paints darkest", () => {
  expect(evaluate(colour(style, { property: "m", margin: "m_margin" }, "ratio"), { m: 0, m_margin: 1.5 })).toBe("#000001");
});

test("a number without a margin is never grey", () => {
  expect(evaluate(colour(style, { property: "m" }, "count"), { m: 0 })).toBe("#000001");
});

test("dots mark only what has no number", () => {
  const place: Place = { property: "m" };
  expect(blank(place)).toEqual(["!", ["has", "m"]]);
  expect(blank({ state: true }, ["a", "b"])).toEqual(["!", ["in", ["get", "unit"], ["literal", ["a", "b"]]]]);
});

test("where stations are very many, those of lower tiers are drawn from closer by", () => {
  const passes = (filter: ReturnType<typeof roomFor>, tier: string, zoom: number): boolean => featureFilter(filter, {} as never).filter({ zoom } as never, { type: 1, properties: { tier } } as never);
  const tiers = ["county", "township", "village"];
  const seen = (zoom: number): string[] => tiers.filter((tier) => passes(roomFor(tiers), tier, zoom));
  expect([6, 8.5, 9.9, 10].map(seen)).toEqual([["county"], ["county", "township"], ["county", "township"], ["county", "township", "village"]]);
  expect(passes(roomFor(["village"]), "village", 3)).toBe(true);
});

test.each([["county"], ["county", "village"], ["county", "township", "village"], ["a", "b", "c", "d"]])("a tile has the tiers drawn at any of its zooms, and no others: %s", (...tiers) => {
  const passes = (tier: string, zoom: number): boolean => featureFilter(roomFor(tiers), {} as never).filter({ zoom } as never, { type: 1, properties: { tier } } as never);
  for (let tile = 0; tile <= 14; tile++) {
    const zooms = Array.from({ length: 100 }, (_, i) => tile + i / 100);
    expect(tiersInTile(tiers, tile)).toEqual(tiers.filter((tier) => zooms.some((zoom) => passes(tier, zoom))));
  }
});

test("tiles of very many stations are asked for with the tiers drawn, close by with all stations", () => {
  manifest.value = RELEASE;
  expect(stationsInTile(6)["filter"]).toBe("tier IN ('county')");
  expect(stationsInTile(10)).toEqual({ properties: "unit,name_zh,name_en,tier,services" });
});
