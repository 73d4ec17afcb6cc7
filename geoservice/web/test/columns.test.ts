import { expect, test } from "vitest";
import { columnFor, columnsFor, follows, marginOf, styled, wanted, type Choice } from "../src/columns";
import type { Column, Dimensions, Layer } from "../src/types";
import { styleOf } from "./release";

const column = (name: string, measure: string, dimensions: Dimensions): Column => ({ name, title: { zh: name, en: name }, type: "number", unit: "%", measure, dimensions });

const share = (minutes: number): Column =>
  column(`share_clinic_walk_${minutes}`, "covered_share", { service: "clinic", mode: "walk", tier: "any", group: "all", nth: 1, minutes });

const layer: Layer = {
  id: "coverage",
  title: { zh: "", en: "" },
  description: { zh: "", en: "" },
  geometry: "polygon",
  minzoom: 0,
  maxzoom: 12,
  bbox: null,
  features: 1,
  columns: [share(5), share(10), column("uncovered", "uncovered_persons", { service: "clinic", mode: "walk", tier: "any", group: "all" })],
  style: styleOf({ property: "share_clinic_walk_10", breaks: [50], colours: ["#ffffff", "#000000"] }),
};

const choice: Choice = { service: "clinic", mode: "walk", tier: "any", group: "all", minutes: 5 };

test("the slider moves the column of the tiles", () => {
  expect(columnFor(layer, wanted(styled(layer)!, choice))?.name).toBe("share_clinic_walk_5");
});

test("a tier or group that tiles do not carry is asked of the release table", () => {
  const want = wanted(styled(layer)!, { ...choice, tier: "county", group: "migrant" });
  expect(want.dimensions).toMatchObject({ tier: "county", group: "migrant", minutes: 5, nth: 1 });
  expect(columnFor(layer, want)).toBeUndefined();
});

test("people left out follow all of the choice, as they do in the table", () => {
  const want = wanted(layer.columns[2]!, { ...choice, mode: "drive", tier: "county", group: "migrant" });
  expect(want.dimensions).toEqual({ service: "clinic", mode: "drive", tier: "county", group: "migrant", minutes: 5 });
});

const of = (measure: string, dimensions: Dimensions = {}, more: Column[] = []): Layer => {
  const own = column("m", measure, dimensions);
  return { ...layer, columns: [own, ...more], style: { ...layer.style, property: "m" } };
};

test.each([
  ["covered_share", ["group", "minutes", "mode", "service", "tier"]],
  ["uncovered_persons", ["group", "minutes", "mode", "service", "tier"]],
  ["minutes", ["minutes", "mode", "service", "tier"]],
  ["coverage_gap", ["minutes", "mode", "service", "tier"]],
  ["load", ["mode", "service"]],
  ["access_capacity", ["mode", "service"]],
  ["unmet_share", ["mode", "service"]],
  ["minutes_gini", ["group", "mode", "service"]],
  ["persons", ["group"]],
])("a layer of %s follows %j", (measure, parts) => {
  expect([...follows(of(measure))].sort()).toEqual(parts);
});

test("a layer that a study adds follows what its column is made of, and the columns that its features are chosen by", () => {
  expect([...follows(of("choice_persons", { service: "clinic", mode: "walk", tier: "any" }))].sort()).toEqual(["mode", "service"]);
  expect([...follows(of("bookings", {}, [column("service", "", {})]))]).toEqual(["service"]);
});

test("one layer must carry every break", () => {
  const want = wanted(styled(layer)!, choice);
  expect(columnsFor([layer], want, [5, 10])?.columns.map((c) => c.name)).toEqual(["share_clinic_walk_5", "share_clinic_walk_10"]);
  expect(columnsFor([layer], want, [5, 10, 15])).toBeUndefined();
});

test("the margin of a number is the property named after it", () => {
  const margin: Column = { name: "share_clinic_walk_5_margin", title: { zh: "", en: "" }, type: "number", unit: "%", measure: null, dimensions: {} };
  expect(marginOf({ ...layer, columns: [share(5), margin] }, share(5))).toBe("share_clinic_walk_5_margin");
  expect(marginOf(layer, share(10))).toBeUndefined();
});
