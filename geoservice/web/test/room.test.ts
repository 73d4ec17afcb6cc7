// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { insetsOf, roomOf, type Frame } from "../src/map/room";

const rect = (left: number, top: number, width: number, height: number): Frame => ({ left, top, right: left + width, bottom: top + height });
/** A phone: search and tools above, buttons at the right, the sheet beneath, which reaches a little over the map. */
const PHONE = rect(0, 0, 390, 385);
const BARS = [rect(10, 10, 318, 42), rect(10, 62, 318, 86), rect(340, 10, 40, 160), rect(0, 371, 390, 473), rect(10, 340, 100, 20)];

test("each bar counts at the edge that it is nearest to", () => {
  expect(insetsOf(PHONE, BARS)).toEqual({ top: 148, right: 50, bottom: 45, left: 0 });
  expect(insetsOf(PHONE, [])).toEqual({ top: 0, right: 0, bottom: 0, left: 0 });
});

test("what is beside the map, or hidden, takes nothing of it", () => {
  expect(insetsOf(PHONE, [rect(400, 0, 300, 385), rect(0, 0, 0, 0), rect(10, 385, 300, 40)])).toEqual({ top: 0, right: 0, bottom: 0, left: 0 });
});

test("a map is placed in a page", () => {
  expect(insetsOf(rect(300, 0, 800, 600), [rect(310, 10, 40, 160), rect(700, 12, 388, 32)])).toEqual({ top: 44, right: 0, bottom: 0, left: 50 });
});

test("where bars leave no place, the room is that of an empty map", () => {
  expect(roomOf(PHONE, BARS)).toEqual({ top: 168, right: 70, bottom: 65, left: 20 });
  expect(roomOf(rect(0, 0, 390, 200), BARS)).toEqual({ top: 24, bottom: 36, left: 24, right: 24 });
});
