// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { written } from "../src/address";
import { clearAll, leaveScenario, openScenario } from "../src/scenario/choice";
import { compareParts, editsOfLink, LINK, link, MAP, PRESENT, sides, storedCompared, takeCompare } from "../src/scenario/compare/choice";
import { unfolded } from "../src/scenario/maps/choice";
import { manifest, take } from "../src/state";
import { layerOf, RELEASE } from "./release";
import { areaDifferences, overallDifference } from "../src/scenario/compare/differences";
import type { Answered } from "../src/live/answered";
import type { Answer, AnsweredArea } from "../src/scenario/rows";
import type { Estimate } from "../src/types";

const answered = (value: number | null, margin: number | null = 1): Answered => ({ value, margin });
/** Shares before, in the first scenario and in the second, with the margins of the second's change and of the difference. */
function area(unit: string, [before, first, second]: [number, number, number], margins: [number, number], geography = "township", persons = 1000): AnsweredArea {
  const moved = second - before;
  const at = {
    minutes: 10, persons: answered(1), persons_before: answered(1), share: answered(second), share_before: answered(before), share_change: answered(moved, margins[0]),
    gained: answered(Math.max(0, 10 * moved)), lost: answered(Math.max(0, -10 * moved)), share_compared: answered(first), share_difference: answered(second - first, margins[1]),
  };
  return { geography, unit, name_zh: `${unit}区`, name_en: unit.toUpperCase(), persons: answered(persons, 10), median_minutes: answered(8), median_minutes_before: answered(9), breaks: [at] };
}
const answerOf = (...areas: AnsweredArea[]): Answer => ({ areas, stations: [], off_street: [] });
const known = (value: number, margin = 1): Estimate => ({ value, margin, status: "ok" });

const SECOND = answerOf(area("a", [50, 60, 53], [4, 5]), area("b", [20, 22, 20], [0, 4]), area("c", [70, 70, 65], [1, 1]), area("d", [40, 40, 40], [0, 0]));

test("areas that either changes are listed with the margin of the server, the largest difference first", () => {
  const rows = areaDifferences(SECOND, "township", 10);
  expect(rows.map((r) => [r.unit, r.first.value, r.second.value, r.change.value])).toEqual([["a", 60, 53, -7], ["c", 70, 65, -5], ["b", 22, 20, -2]]);
  expect(rows[0]).toMatchObject({ zh: "a区", en: "A", change: { margin: 5, status: "ok" } });
  expect(rows[2]!.change).toEqual({ value: -2, margin: 4, status: "uncertain" });
  expect(areaDifferences(answerOf(), "township", 10)).toEqual([]);
});

test("equal shares of other people have a margin, those of the same have none", () => {
  const rows = areaDifferences(answerOf(area("a", [50, 60, 60], [4, 3]), area("b", [50, 60, 60], [4, 0])), "township", 10);
  expect(rows.map((r) => r.change)).toEqual([{ value: 0, margin: 3, status: "uncertain" }, { value: 0, margin: 0, status: "ok" }]);
});

test("an answer that was not asked for a comparison has none", () => {
  const [own] = answerOf(area("a", [50, 60, 53], [4, 5])).areas;
  const { share_compared: _1, share_difference: _2, ...alone } = own!.breaks[0]!;
  expect(areaDifferences(answerOf({ ...own!, breaks: [alone] }), "township", 10)).toEqual([]);
});

test("the study as a whole is its area, the present where nothing changes, or a sum", () => {
  const present = { unit: "all", share: known(50), people: known(2000) };
  const changed = overallDifference(answerOf(area("all", [50, 50, 58], [5, 5], "county")), present, "township", 10);
  expect([changed.first.value, changed.second.value, changed.change.value, changed.change.margin]).toEqual([50, 58, 8, 5]);
  const same = overallDifference(answerOf(), present, "township", 10);
  expect([same.first.value, same.second.value, same.change]).toEqual([50, 50, { value: 0, margin: 0, status: "ok" }]);
  const summed = overallDifference(answerOf(area("a", [50, 60, 54], [4, 3]), area("c", [70, 70, 78], [1, 4])), { ...present, unit: null }, "township", 10);
  expect([summed.first.value, summed.second.value, summed.change]).toEqual([55, 56, { value: 1, margin: 2.5, status: "uncertain" }]);
  expect(overallDifference(SECOND, { ...present, unit: null, people: known(0) }, "township", 10).change.value).toBeNull();
});

beforeEach(() => {
  manifest.value = { ...RELEASE, layers: [...RELEASE.layers, ...(RELEASE.layers.some((l) => l.id === "stations") ? [] : [layerOf("stations", { geometry: "point" })])] };
  take(new URLSearchParams("theme=coverage"));
  openScenario();
  clearAll();
  takeCompare(new URLSearchParams());
  [sides[0].value, sides[1].value, link.value] = [PRESENT, MAP, ""];
});

const part = (name: string): string | null => new URLSearchParams(written()).get(name);

test("the address holds which two are compared, while they are", () => {
  expect(part("compare")).toBeNull();
  unfolded.value = true;
  expect([part("compare"), storedCompared.value]).toEqual(["present.map", false]);
  [sides[0].value, sides[1].value] = ["0123456789abcdef", PRESENT];
  expect([part("compare"), storedCompared.value]).toEqual(["0123456789abcdef.present", true]);
  const address = new URLSearchParams(written());
  leaveScenario();
  expect([part("compare"), storedCompared.value]).toEqual([null, false]);
  openScenario();
  takeCompare(new URLSearchParams());
  expect(unfolded.value).toBe(false);
  takeCompare(address);
  expect([unfolded.value, sides[0].value, sides[1].value]).toEqual([true, "0123456789abcdef", PRESENT]);
});

test.each(["", "new-1*1.5*2*village*clinic"])("a link that is compared is in the address by its edits %j", (text) => {
  unfolded.value = true;
  [sides[1].value, link.value] = [LINK, `https://other.example/map/#theme=coverage&scenario=on&edits=${text}`];
  const edits = editsOfLink(link.value);
  expect(edits).toHaveLength(text ? 1 : 0);
  const address = new URLSearchParams(written());
  expect(address.get("compare")).toBe("present.link");
  link.value = "";
  takeCompare(address);
  expect(editsOfLink(link.value)).toEqual(edits);
  const again = link.value;
  takeCompare(address);
  expect([link.value, compareParts()[1]![1]]).toEqual([again, address.get("compare_edits")]);
  link.value = "https://other.example/";
  expect(part("compare_edits")).toBeNull();
});

test.each(["", "present", "a.b.c", "<b>.map", `${"x".repeat(65)}.map`, ".."])("an address with %j names no two", (text) => {
  takeCompare(new URLSearchParams({ compare: text }));
  expect([unfolded.value, sides[0].value, sides[1].value]).toEqual([false, PRESENT, MAP]);
});
