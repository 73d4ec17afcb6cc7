import { createExpression, validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { expect, test } from "vitest";
import { ground, names, streets } from "../src/map/basemap";
import { blanksIn, blanksOf, colour, offers, reached } from "../src/map/paint";
import type { LayerStyle } from "../src/types";

const style: LayerStyle = { kind: "fill", property: "m", breaks: [5, 10], colours: ["#000001", "#000002", "#000003"], suppressed: "#ccc", opacity: 0.6 };

function evaluate(expression: unknown, properties: Record<string, unknown>): unknown {
  const made = createExpression(expression, "paint");
  if (made.result === "error") throw new Error(made.value.map((e) => e.message).join());
  return made.value.evaluate({ zoom: 10 } as never, { type: 3, properties } as never);
}

test.each([
  [4.9, "#000001", "#000001"],
  [5, "#000001", "#000002"],
  [10, "#000002", "#000003"],
  [99, "#000003", "#000003"],
])("%d minutes exactly at the limit are inside, shares at a break begin a class", (m, inclusive, otherwise) => {
  expect(evaluate(colour(style, { property: "m" }, true), { m })).toBe(inclusive);
  expect(evaluate(colour(style, { property: "m" }), { m })).toBe(otherwise);
});

test("what is not released has no colour: zero is never shown for it", () => {
  expect(evaluate(colour(style, { property: "m" }), {})).toBe("rgba(0,0,0,0)");
});

test("ground at the limit stands out, ground beyond and ground out of reach does not", () => {
  const at = reached({ property: "m" }, 10, 0.6);
  expect(evaluate(at, { m: 10 })).toBeCloseTo(0.75);
  expect(evaluate(at, { m: 10.1 })).toBe(0.16);
  expect(evaluate(at, {})).toBe(0.16);
});

test("a service is a word of the list, not a part of a word", () => {
  expect(evaluate(offers("care"), { services: "care clinic" })).toBe(true);
  expect(evaluate(offers("care"), { services: "daycare" })).toBe(false);
});

test("the base map is a valid style", () => {
  const layers = [...ground(true), ...streets(true), ...names(true, "zh")];
  expect(validateStyleMin({ version: 8, sources: { base: { type: "vector", tiles: ["http://127.0.0.1/{z}/{x}/{y}"] } }, glyphs: "x/{fontstack}/{range}", layers })).toEqual([]);
});

const rows = new Map([["a", true], ["b", false]]);

test("a number is withheld by its row, and without a row there is no data", () => {
  expect(blanksIn(style, rows).held).toEqual(["in", ["get", "unit"], ["literal", ["b"]]]);
  expect(blanksIn(style, rows).none).toEqual(["!", ["in", ["get", "unit"], ["literal", ["a", "b"]]]]);
});

test("where nothing is withheld, what is missing has no data", () => {
  expect(blanksIn({ ...style, withheld: false }, rows).none).toEqual(["!", ["in", ["get", "unit"], ["literal", ["a"]]]]);
  expect(blanksOf({ ...style, withheld: false }, "m").none).toEqual(["!", ["has", "m"]]);
});

test("in tiles the status beside the styled property tells the two apart", () => {
  const said = ["==", ["get", "m_status"], "suppressed"];
  const known = { ...style, withheld: true, status: "m_status" };
  expect(blanksOf(known, "m")).toEqual({ held: ["all", ["!", ["has", "m"]], said], none: ["all", ["!", ["has", "m"]], ["!", said]] });
  expect(blanksOf(known, "q").held).toEqual(["!", ["has", "q"]]);
});
