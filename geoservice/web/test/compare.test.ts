import { expect, test } from "vitest";
import { areaDifferences, overallAt, overallDifference } from "../src/scenario/compare/differences";
import type { Answered } from "../src/live/answered";
import type { Answer, AnsweredArea } from "../src/scenario/rows";
import type { Estimate } from "../src/types";

const answered = (value: number | null, margin: number | null = 1): Answered => ({ value, margin, ...(value === null ? { status: "under" as const } : {}) });
function area(unit: string, shares: [number, number], gained: Answered, lost: Answered = answered(0, 0), geography = "township"): AnsweredArea {
  const at = { minutes: 10, persons: answered(1), persons_before: answered(1), share: answered(shares[1]), share_before: answered(shares[0]), gained, lost };
  return { geography, unit, name_zh: `${unit}区`, name_en: unit.toUpperCase(), persons: answered(1000, 10), median_minutes: answered(8), median_minutes_before: answered(9), breaks: [at] };
}
const answerOf = (...areas: AnsweredArea[]): Answer => ({ areas, stations: [], off_street: [] });
const known = (value: number, margin = 1): Estimate => ({ value, margin, status: "ok" });

const FIRST = answerOf(area("a", [50, 60], answered(100, 30)), area("b", [20, 22], answered(20, 40)));
const SECOND = answerOf(area("a", [50, 53], answered(30, 40)), area("c", [70, 65], answered(0, 0), answered(50, 10)));

test("areas that either changes are listed, the largest difference first", () => {
  const rows = areaDifferences(FIRST, SECOND, "township", 10, null);
  expect(rows.map((r) => [r.unit, r.first.value, r.second.value, r.change.value])).toEqual([["a", 60, 53, -7], ["c", 70, 65, -5], ["b", 22, 20, -2]]);
  expect(rows[0]).toMatchObject({ zh: "a区", en: "A", change: { margin: 5, status: "ok" } });
  expect(rows[1]!.change.margin).toBe(1);
  expect(rows[2]!.change).toEqual({ value: -2, margin: 4, status: "uncertain" });
});

test("the order of the two turns the sign and nothing else", () => {
  const there = areaDifferences(FIRST, SECOND, "township", 10, null);
  const back = areaDifferences(SECOND, FIRST, "township", 10, null);
  const of = (rows: typeof there, sign: number) => Object.fromEntries(rows.map((r) => [r.unit, [sign * r.change.value!, r.change.margin]]));
  expect(of(back, -1)).toEqual(of(there, 1));
});

test("equal scenarios do not differ; equal shares of other people may", () => {
  const [row] = areaDifferences(FIRST, FIRST, "township", 10, null);
  expect(row!.change).toEqual({ value: 0, margin: 0, status: "ok" });
  const others = answerOf(area("a", [50, 60], answered(130, 40), answered(30)));
  expect(areaDifferences(FIRST, others, "township", 10, null).find((r) => r.unit === "a")!.change).toMatchObject({ value: 0, status: "uncertain" });
  expect(areaDifferences(answerOf(), answerOf(), "township", 10, null)).toEqual([]);
});

test("people that the study hides count with what they may be, and without a limit there is no margin", () => {
  const hidden = answerOf(area("a", [50, 51], answered(null, null)));
  expect(areaDifferences(hidden, answerOf(), "township", 10, 10)[0]!.change).toEqual({ value: -1, margin: 1, status: "uncertain" });
  expect(areaDifferences(hidden, answerOf(), "township", 10, null)[0]!.change.margin).toBeNull();
});

test("the study as a whole is its area, the present where nothing changes, or a sum", () => {
  const present = { unit: "all", share: known(50), people: known(1000) };
  const changed = overallAt(answerOf(area("all", [50, 58], answered(80, 30), answered(0, 40), "county")), present, "township", 10, null);
  expect([changed.before.value, changed.after.value, changed.change.margin]).toEqual([50, 58, 5]);
  const same = overallAt(answerOf(), present, "township", 10, null);
  expect([same.after.value, same.change.value]).toEqual([50, 0]);
  const summed = overallAt(FIRST, { ...present, unit: null }, "township", 10, null);
  expect(summed.after.value).toBe(62);
  expect(overallDifference(same, changed, present.people, null).change).toEqual({ value: 8, margin: 5, status: "ok" });
  expect(overallDifference(same, same, present.people, null).change).toEqual({ value: 0, margin: 0, status: "ok" });
});
