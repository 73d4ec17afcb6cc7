import { expect, test } from "vitest";
import { columnFor, columnsFor, marginOf, styled, wanted, type Choice } from "../src/columns";
import type { Column, Dimensions, Layer } from "../src/types";

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
  style: { kind: "fill", property: "share_clinic_walk_10", breaks: [50], colours: ["#fff", "#000"], opacity: 0.7 },
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

test("people not covered follow service and mode alone", () => {
  const want = wanted(layer.columns[2]!, { ...choice, mode: "drive", tier: "county", group: "migrant" });
  expect(want.dimensions).toEqual({ service: "clinic", mode: "drive", tier: "any", group: "all" });
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
