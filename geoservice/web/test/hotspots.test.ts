import { expect, test } from "vitest";
import { breaksOf, compareResults, coloursOf, shownOf, significant } from "../src/hotspot/classes";
import { holds, measuresOf, propertiesOf, resultsOf, stemOf, type Results } from "../src/hotspot/columns";
import { NOTHING } from "../src/number";
import type { Estimate } from "../src/types";
import { columnOf, layerOf } from "./release";

const of = (value: number | null, margin: number | null = null, status: Estimate["status"] = null): Estimate => ({ value, margin, status });
const NONE: Results = { hotspot_class: NOTHING, emerging_class: NOTHING, hotspot_z: NOTHING, hotspot_p: NOTHING, moran_class: NOTHING, funnel_class: NOTHING, smoothed_rate: NOTHING, spatial_rate: NOTHING };
const LAYER = layerOf("hotspots", {
  columns: ["migrants", "unserved_clinic_walk"].flatMap((stem) => [columnOf(`${stem}_class`, "hotspot_class"), columnOf(`${stem}_class_status`), columnOf(`${stem}_z`, "hotspot_z"), columnOf(`${stem}_rate`, "smoothed_rate"), columnOf(`${stem}_rate_margin`)]),
});

test("a measure beyond the standard is one of a service and a mode", () => {
  expect(stemOf("unserved", "clinic", "walk")).toBe("unserved_clinic_walk");
  expect(stemOf("migrants", "clinic", "walk")).toBe("migrants");
  expect([holds(LAYER, "unserved_clinic_walk"), holds(LAYER, "unserved_clinic_drive")]).toEqual([true, false]);
  expect(measuresOf(LAYER)).toEqual(["migrants", "unserved"]);
});

test("only properties of the measure are asked for, with margins and statuses", () => {
  expect(propertiesOf(LAYER, "migrants")).toEqual(["migrants_class", "migrants_class_status", "migrants_z", "migrants_rate", "migrants_rate_margin"]);
});

test("results of a feature are those of the measure alone", () => {
  const found = resultsOf({ migrants_class: null, migrants_class_status: "unstable", migrants_rate: 12.5, migrants_rate_margin: 2, arrivals_class: 3 }, "migrants");
  expect(found.hotspot_class).toEqual(of(null, null, "unstable"));
  expect(found.smoothed_rate).toEqual(of(12.5, 2));
});

test.each([
  ["hotspot_class", of(3), 0], ["hotspot_class", of(0), 3], ["hotspot_class", of(-3), 6], ["moran_class", of(4), 1], ["moran_class", of(3), 4], ["funnel_class", of(-1), 3],
  ["hotspot_class", of(null, null, "unstable"), "unstable"], ["hotspot_class", of(null, null, "nobody"), "nobody"],
  ["smoothed_rate", of(12, 2), 1], ["smoothed_rate", of(10, 2), 1], ["smoothed_rate", of(9, 2), 0], ["smoothed_rate", of(30, 2), 2], ["smoothed_rate", of(30, 21), "uncertain"],
] as const)("%s %j is shown as %s", (method, estimate, shown) => {
  expect(shownOf(method, estimate, [10, 20])).toBe(shown);
});

test("every class has a colour of its own", () => {
  const colours = ["#0", "#1", "#2", "#3", "#4", "#5", "#6"];
  expect(coloursOf("hotspot_class", { colours })).toEqual([...colours].reverse());
  expect(coloursOf("moran_class", { colours })).toEqual(["#6", "#5", "#3", "#1", "#0"]);
  expect(coloursOf("funnel_class", { colours })).toEqual(["#6", "#5", "#3", "#1", "#0"]);
  expect(coloursOf("smoothed_rate", { colours })).toEqual(["#3", "#4", "#5", "#6"]);
});

test("breaks part values into groups of about the same size", () => {
  expect(breaksOf([1, 2, 3, 4, 10, 20, 30, 40])).toEqual([3, 10, 30]);
  expect(breaksOf([1, 1.2, 1.4, 2])).toEqual([1.2, 1.4, 2]);
  expect(breaksOf([5, 5, 5, 5])).toEqual([]);
  expect(breaksOf([7])).toEqual([]);
});

test("only a class other than zero is significant, and a rate never", () => {
  expect(significant("hotspot_class", { ...NONE, hotspot_class: of(-1) })).toBe(true);
  expect(significant("hotspot_class", { ...NONE, hotspot_class: of(0) })).toBe(false);
  expect(significant("hotspot_class", { ...NONE, hotspot_class: of(null, null, "unstable") })).toBe(false);
  expect(significant("smoothed_rate", { ...NONE, smoothed_rate: of(50, 1) })).toBe(false);
});

test("high classes come first, then the larger score; rates that cannot be relied on come last", () => {
  const spot = (c: number, z: number): Results => ({ ...NONE, hotspot_class: of(c), hotspot_z: of(z) });
  const classes = [spot(-3, -6), spot(1, 2), spot(3, 4), spot(3, 5), spot(-1, -2)].sort((a, b) => compareResults("hotspot_class", a, b));
  expect(classes.map((r) => r.hotspot_z.value)).toEqual([5, 4, 2, -6, -2]);
  const rate = (value: number | null, margin = 1): Results => ({ ...NONE, smoothed_rate: of(value, margin) });
  const rates = [rate(null), rate(90, 40), rate(5), rate(60)].sort((a, b) => compareResults("smoothed_rate", a, b));
  expect(rates.map((r) => r.smoothed_rate.value)).toEqual([60, 5, 90, null]);
});
