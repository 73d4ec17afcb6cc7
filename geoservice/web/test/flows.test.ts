import { expect, test } from "vitest";
import { boxOfFlows, endsOf, flowOf, flowQuery, hasLine, largest, widthOf, type Asked } from "../src/flow/flows";
import { levelAt } from "../src/zooms";
import type { Value } from "../src/types";

const ASKED: Asked = { direction: "in", geography: "flow", top: 20, unit: null, units: ["a", "b'c"] };

test.each<[string, Partial<Asked>, object]>([
  ["all areas", {}, {}],
  ["an area", { unit: "a" }, { filter: "destination = 'a'" }],
  ["out", { direction: "out" }, { filter: "origin IN ('a','b''c') AND origin <> destination" }],
  ["out of an area", { direction: "out", unit: "b'c" }, { filter: "origin IN ('a','b''c') AND origin <> destination AND origin = 'b''c'" }],
  ["between", { direction: "between", unit: "a" }, { filter: "origin IN ('a','b''c') AND origin <> destination AND (origin = 'a' OR destination = 'a')" }],
  ["a kind of move", { relation: "same_county", unit: "a" }, { filter: "destination = 'a' AND relation = 'same_county'" }],
  ["excess", { excess: true }, { filter: "excess_class = 1" }],
])("the query of %s asks for one kind of rows, the largest first", (_, own, query) => {
  expect(flowQuery({ ...ASKED, ...own })).toEqual({ geography: "flow", ...query, sortby: "-persons", limit: 20 });
});

const row = (own: Record<string, Value> = {}) =>
  flowOf({
    id: 1, geometry: null,
    properties: { destination: "a", destination_zh: "甲", destination_en: "Ashby", destination_lon: 10, destination_lat: 50, origin: "f", origin_zh: "阜阳市", origin_en: "Fuyang", origin_lon: 12, origin_lat: 48, persons: 1240, persons_margin: 90, share: 12.5, share_margin: 1, rate: 31, rate_margin: 2.2, distance_km: 345.6, ...own },
  });

test("those who came in a time are sorted and counted by it", () => {
  expect(flowQuery({ ...ASKED, arrival: "arrived_under_1" })).toEqual({ geography: "flow", sortby: "-arrived_under_1", limit: 20 });
  const feature = { id: 1, geometry: null, properties: { persons: 1240, persons_margin: 90, arrived_under_1: 60, arrived_under_1_margin: 20, excess_class: 1 } };
  const { persons, everyone, far } = flowOf(feature, "arrived_under_1");
  expect([persons.value, persons.margin, everyone.value, far]).toEqual([60, 20, 1240, true]);
});

test("a row says who came from where", () => {
  const flow = row();
  expect([flow.key, flow.origin.name, flow.area.at, flow.kilometres]).toEqual(["f>a", { zh: "阜阳市", en: "Fuyang" }, [10, 50], 345.6]);
  expect(flow.persons).toEqual({ value: 1240, margin: 90, status: null });
});

test.each<[string, Record<string, Value>, boolean]>([
  ["above its margin", {}, true],
  ["at its margin", { persons: 90 }, false],
  ["below zero", { persons: -400, persons_margin: 90 }, false],
  ["known exactly", { persons: 3, persons_margin: null }, true],
  ["without a place", { origin_lon: null }, false],
  ["from the same place", { origin_lon: 10, origin_lat: 50 }, false],
  ["missing", { persons: null }, false],
])("a number %s: has a line or not", (_, own, line) => {
  expect(hasLine(row(own))).toBe(line);
});

test("the width of a line is in proportion to its people, but for those too thin to be seen", () => {
  expect([1000, 500, 1, 0].map((n) => widthOf(n, 1000))).toEqual([12, 6, 1.2, 1.2]);
  expect(widthOf(5, 0)).toBe(1.2);
  expect(largest([row(), row({ persons: 5 })])).toBe(1240);
});

test("the ends of lines are each there once; one that people came to is an area", () => {
  const ends = endsOf([row(), row({ origin: "g", persons: 2000 }), row({ origin: "a", destination: "b" })]);
  expect(ends.map((e) => [e.end.code, e.origin, e.most])).toEqual([["a", false, 2000], ["f", true, 1240], ["g", true, 2000], ["b", false, 1240]]);
});

test("the box of flows holds both ends", () => {
  expect(boxOfFlows([row(), row({ destination_lon: 9, origin_lat: 52 })])).toEqual([9, 48, 12, 52]);
  expect(boxOfFlows([])).toBeNull();
});

test("the level of a zoom is the finest that has begun", () => {
  expect([0, 7.9, 8, 12].map((z) => levelAt({ county: 0, township: 8 }, z))).toEqual(["county", "county", "township", "township"]);
});
