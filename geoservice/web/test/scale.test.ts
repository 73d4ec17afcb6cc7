import { expect, test } from "vitest";
import { minutesScale, scaleOf } from "../src/scale";
import { styleOf } from "./release";

const style = styleOf({ breaks: [5, 10, 45], colours: ["#000001", "#000002", "#000003", "#000004"], beyond: "#000009" });

test("the search ends the classes of times, and what is farther is the last of them", () => {
  const { breaks, swatches } = minutesScale(style, 30, 30);
  expect(breaks).toEqual([5, 10, 30]);
  expect(swatches.map((s) => s.colour)).toEqual(["#000001", "#000002", "#000003", "#000009"]);
  expect(swatches.map((s) => s.within)).toEqual([1, 1, 1, 0]);
});

test("of the class in which the minutes chosen lie a part is within them", () => {
  expect(minutesScale(style, 20, 30).swatches.map((s) => s.within)).toEqual([1, 1, 0.5, 0]);
  expect(minutesScale(style, 5, 30).swatches.map((s) => s.within)).toEqual([1, 0, 0, 0]);
});

test("without a class beyond the search all classes of the file are there", () => {
  const plain = styleOf({ breaks: [5, 10], colours: ["#000001", "#000002", "#000003"] });
  expect(minutesScale(plain, 10, 30).breaks).toEqual([5, 10]);
  expect(scaleOf(plain).swatches.map((s) => s.colour)).toEqual(["#000001", "#000002", "#000003"]);
});
