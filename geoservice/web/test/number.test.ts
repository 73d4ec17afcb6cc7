import { expect, test } from "vitest";
import { estimateIn, estimateOf, grouped, marginText, uncertain, written } from "../src/number";
import type { Estimate, Status } from "../src/types";
import { wording } from "./words";

const of = (value: number | null, margin: number | null = null, status: Status | null = "ok"): Estimate => ({ value, margin, status });
/** As it is written, with plain spaces: the page's are narrow or do not break. */
const plain = (text: string): string => text.replace(/\s/g, " ");
const text = (measure: string, estimate: Estimate, language: "en" | "zh" = "en", hideBelow: number | null = null): string =>
  plain(written(measure, estimate, wording(language, hideBelow)).text);

test.each([
  [1239.6, 63.7, "1 240 ± 64"],
  [1239.6, 60.2, "1 240 ± 60"],
  [1234567, 12345, "1 234 567 ± 12 000"],
  [250, 0.2, "250 ± 1"],
  [250, 5.3, "250 ± 5"],
  [250, null, "250"],
  [0, 0, "0"],
])("a count of %d with margin %s", (value, margin, expected) => {
  expect(text("persons", of(value, margin))).toBe(expected);
});

test.each([
  [30, 45, "0–75", "≈ 30 ± 45"],
  [28.2, 11.3, "28 ± 11", "28 ± 11"],
  [20, 20, "0–40", "≈ 20 ± 20"],
  [-3, 12, "0–9", "≈ −3 ± 12"],
  [-0.2, 12, "0–12", "≈ 0 ± 12"],
  [-30, 12, "0", "≈ −30 ± 12"],
  [900, 1200, "0–2 100", "≈ 900 ± 1 200"],
])("a count of %d with margin %d may be nobody, but in a column that adds up keeps its value", (value, margin, range, adds) => {
  expect(text("uncovered_persons", of(value, margin))).toBe(range);
  expect(plain(written("uncovered_persons", of(value, margin), wording("en"), true).text)).toBe(adds);
});

test.each([
  ["covered_share", 42.34, 0.83, "42.3 ± 0.8%"],
  ["covered_share", 42.34, 1, "42.3 ± 1.0%"],
  ["covered_share", 42.34, 1.4, "42 ± 1.4%"],
  ["covered_share", 42.34, 14.2, "42 ± 14%"],
  ["covered_share", 42.34, 20.1, "≈ 42 ± 20%"],
  ["covered_share", 0, 0.4, "0.0 ± 0.4%"],
  ["covered_share", -0.8, 2.1, "0 ± 2.1%"],
  ["covered_share", 100.7, 2.1, "100 ± 2.1%"],
  ["load", 131.2, 5, "131 ± 5.0%"],
  ["minutes_gini", 0.3357, 0.007, "0.34 ± 0.01"],
  ["minutes_palma", 0.32, 0.45, "≈ 0.32 ± 0.45"],
  ["load", 80.04, null, "80.0%"],
  ["coverage_gap", 3.21, 0.5, "+3.2 ± 0.5 pp"],
  ["coverage_gap", -13.4, 2, "−13 ± 2.0 pp"],
  ["coverage_gap", -0.01, 0.5, "0.0 ± 0.5 pp"],
  ["coverage_gap", -13.4, 31, "≈ −13 ± 31 pp"],
  ["median_minutes", 12.34, 0.55, "12.3 ± 0.6 min"],
  ["median_minutes", 3.2, 4.1, "≈ 3.2 ± 4.1 min"],
  ["minutes", 7.28, null, "7.3 min"],
  ["rank", 3, null, "3"],
])("%s of %d with margin %s", (measure, value, margin, expected) => {
  expect(text(measure, of(value, margin))).toBe(expected);
});

test.each([
  ["median_minutes", "beyond", "more than 60 minutes", "超过 60 分钟"],
  ["covered_share", "nobody", "nobody there", "无人居住"],
  ["load", "not_applicable", "not applicable", "不适用"],
  ["persons", "under", "under 10", "少于 10"],
] as const)("a %s that is %s is said in words", (measure, status, en, zh) => {
  expect(text(measure, of(null, null, status), "en", 10)).toBe(en);
  expect(text(measure, of(null, null, status), "zh", 10)).toBe(zh);
  expect(text(measure, of(null, null, null), "en", 10)).toBe(en); // a property without a status beside it
});

test("a count that the study does not show is words even where the value came along", () => {
  expect(text("persons", of(4, 2, "under"), "zh", 10)).toBe("少于 10");
});

test("a count without a number and without a reason", () => {
  expect(text("persons", of(null))).toBe("no number");
});

test.each([
  ["count", 45, 45, true], ["count", 46, 45, false], ["count", -46, 45, false], ["count", 0, 0, false], ["count", 0, null, false],
  ["ratio", 0, 20, false], ["ratio", 90, 20.5, true], ["difference", -3, 21, true],
  ["minutes", 5, 5, false], ["minutes", 5, 5.1, true], ["rank", 1, 9, false],
] as const)("%s of %d with margin %s: uncertain is %s", (kind, value, margin, expected) => {
  expect(uncertain(kind, value, margin)).toBe(expected);
});

test("an uncertain number is marked and explained", () => {
  const doubtful = written("persons", of(30, 45), wording("en"));
  expect(doubtful.uncertain).toBe(true);
  expect(doubtful.hint).toContain("0–75");
  expect(written("persons", of(300, 45), wording("en")).hint).toBe("");
});

test("groups of digits, and a minus sign that is one", () => {
  expect(grouped(-1234.5, 1)).toBe("−1\u202f234.5");
  expect(grouped(-0.04, 1)).toBe("0.0");
  expect(grouped(999)).toBe("999");
});

test.each([
  [0.83, 1, "0.8"], [9.94, 1, "9.9"], [9.96, 1, "10"], [63.7, 0, "64"], [137, 0, "140"], [0.01, 1, "0.1"],
])("a margin of %d to two figures", (margin, places, expected) => {
  expect(marginText(margin, places)).toBe(expected);
});

test("margin and status stand beside the number", () => {
  expect(estimateOf({ load: 80, load_margin: 4, load_status: "ok" }, "load")).toEqual(of(80, 4));
  expect(estimateOf({ minutes: 8 }, "minutes")).toEqual(of(8, null, null));
  expect(estimateIn({ value: null, margin: null, status: "beyond" })).toEqual(of(null, null, "beyond"));
});

test.each([
  ["hotspot_class", of(2), "more than chance explains, false discovery rate 5 %"],
  ["hotspot_class", of(-3), "fewer than chance explains, false discovery rate 1 %"],
  ["moran_class", of(0), "not significant"],
  ["funnel_class", of(null, null, "unstable"), "not stable: the noise of the estimates could change the class"],
  ["hotspot_z", of(-2.6713), "−2.67"],
  ["hotspot_p", of(0.0364), "0.036"],
  ["cluster_p", of(0.0002), "< 0.001"],
  ["access_capacity", of(855.4, 64.2), "855 ± 64"],
  ["access_capacity", of(12.2, 31), "≈ 12 ± 31"],
  ["access_capacity", of(null, null), "nobody there"],
  ["mean_minutes", of(7.71, 0.21), "7.7 ± 0.2 min"],
  ["smoothed_rate", of(73.41, 5.31), "73 ± 5.3%"],
])("%s %j in words", (measure, estimate, expected) => {
  expect(text(measure, estimate)).toBe(expected);
});
