import { expect, test } from "vitest";
import { bare, largestPart } from "../src/map/label";

const square = (x: number, y: number, side: number): GeoJSON.Position[][] => [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]];

test("the name of a square stands in its middle, of several parts in the largest", () => {
  expect(largestPart({ type: "Polygon", coordinates: square(10, 20, 2) })?.at).toEqual([11, 21]);
  const [x, y] = largestPart({ type: "MultiPolygon", coordinates: [square(0, 0, 1), square(117, 30, 3)] })!.at;
  expect(x).toBeCloseTo(118.5);
  expect(y).toBeCloseTo(31.5);
});

test("what has no ground has no name on the map", () => {
  expect(largestPart({ type: "Point", coordinates: [1, 2] })).toBeNull();
});

test.each([
  ["杨桥镇", "杨桥"],
  ["大桥街道", "大桥"],
  ["五横乡", "五横"],
  ["Kluuvi", "Kluuvi"],
])("%s is written %s", (name, short) => {
  expect(bare(name)).toBe(short);
});
