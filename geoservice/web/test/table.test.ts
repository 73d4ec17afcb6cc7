import { expect, test } from "vitest";
import { NOTHING } from "../src/number";
import { compare, leftOut, total, totalShare } from "../src/table";
import type { Estimate } from "../src/types";

const of = (value: number | null, margin: number | null = null): Estimate => ({ value, margin, status: "ok" });
const sum = (numbers: Estimate[]): number => numbers.reduce((all, n) => all + Math.round(n.value!), 0);

test("the total is the sum of the rows as shown, with the margin of the area that holds them", () => {
  const parts = [of(100.4, 20), of(200.4, 20), of(-3.2, 12), of(50.4, 20)];
  const whole = of(348, 9);
  expect(total(parts, whole)).toEqual(of(347, 9));
  expect(total(parts, whole).value).toBe(sum(parts));
});

test("an area that holds more than the rows says nothing of their margin", () => {
  expect(total([of(100, 30), of(200, 40)], of(900, 9))).toEqual(of(300, 50));
  expect(total([of(100, 30), of(200, 40)])).toEqual(of(300, 50));
  expect(total([of(100), of(200)])).toEqual(of(300));
});

test("where a row shows no number the total is that of the area", () => {
  expect(total([of(100, 30), of(null)], of(104, 9))).toEqual(of(104, 9));
  expect(total([of(100, 30), of(null)])).toEqual(of(100, 30));
  expect(total([])).toBe(NOTHING);
});

test("people left out are all less the covered ones", () => {
  const left = leftOut(of(1000, 60), of(400, 50), of(40, 3));
  expect(left.value).toBe(600);
  expect(left.margin).toBeCloseTo(Math.hypot(30, 36));
  expect(leftOut(of(1000), of(400), of(40))).toEqual(of(600));
});

test("where there is no number of people none are left out", () => {
  expect(leftOut(NOTHING, of(400), of(40))).toBe(NOTHING);
  expect(leftOut(of(1000), NOTHING, NOTHING)).toBe(NOTHING);
});

test("the total's share is the area's own, or what the counts give", () => {
  expect(totalShare(of(1000, 9), of(250, 10), of(74.9, 0.7))).toEqual(of(74.9, 0.7));
  expect(totalShare(of(1000, 9), of(250, 10))).toEqual(of(75, 1));
  expect(totalShare(of(0), of(0))).toMatchObject({ value: null, status: "nobody" });
});

const order = (measure: string, numbers: Estimate[], down: boolean): Estimate[] => [...numbers].sort((a, b) => compare(measure, a, b, down));

test("places with a share of nothing come first, too uncertain ones after all others, impossible ones last", () => {
  const [none, half, wide, nobody] = [of(0, 2), of(50, 3), of(0, 60), of(null)];
  expect(order("covered_share", [nobody, wide, half, none], false)).toEqual([none, half, wide, nobody]);
  expect(order("covered_share", [nobody, wide, half, none], true)).toEqual([half, none, wide, nobody]);
});

test("shares below zero are zero, so that the people left out decide", () => {
  expect(compare("covered_share", of(-0.8, 2), of(0, 2), false)).toBe(0);
});

test("counts are ordered by value, whatever their margin", () => {
  const [many, few, nobody] = [of(900, 40), of(30, 45), of(-3, 12)];
  expect(order("uncovered_persons", [nobody, few, many], true)).toEqual([many, few, nobody]);
});
