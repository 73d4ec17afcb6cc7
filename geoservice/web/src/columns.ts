/** Which released number a layer shows for a choice, and where it is: a property of the tiles, or rows of the release table. */

import type { Column, Dimensions, Layer } from "./types";

export interface Choice {
  service: string;
  mode: string;
  tier: string;
  group: string;
  minutes: number;
}

export type Part = keyof Choice;

/** What of the choice each measure depends on; a measure that a study adds depends on what its column is made of. */
const DEPENDS: Readonly<Record<string, readonly Part[]>> = {
  covered_share: ["service", "mode", "tier", "group", "minutes"],
  uncovered_persons: ["service", "mode", "tier", "group", "minutes"],
  coverage_gap: ["service", "mode", "tier", "minutes"],
  minutes_gap: ["service", "mode"],
  load_gap: ["service", "mode"],
  uptake_gap: ["service"],
  minutes: ["service", "mode", "tier", "minutes"],
  median_minutes: ["service", "mode", "tier", "group"],
  p90_minutes: ["service", "mode", "tier", "group"],
  minutes_gini: ["service", "mode", "group"],
  unmet_share: ["service", "mode"],
  name_only_share: ["service", "mode"],
  load: ["service", "mode"],
  access_capacity: ["service", "mode"],
  persons: ["group"],
  households: ["group"],
  hotspot_class: ["service", "mode"],
};

/** The parts of the choice that change what a layer shows. */
export function follows(layer: Layer): ReadonlySet<Part> {
  const column = styled(layer);
  const known = DEPENDS[column?.measure ?? ""];
  if (known) return new Set(known);
  const own = (["service", "mode"] as const).filter((p) => layer.columns.some((c) => c.name === p));
  return new Set([...own, ...(["service", "mode", "minutes"] as const).filter((p) => column?.dimensions[p])]);
}

export interface Wanted {
  measure: string;
  dimensions: Dimensions;
}

/** The column a layer is coloured by. */
export const styled = (layer: Layer): Column | undefined => layer.columns.find((c) => c.name === layer.style.property);

/** The number that `column` shows, moved to the choice in every dimension that applies to it. */
export function wanted(column: Column, choice: Choice): Wanted {
  const measure = column.measure ?? "";
  const d: Dimensions = { ...column.dimensions };
  if (d.service) d.service = choice.service;
  if (d.mode) d.mode = choice.mode;
  const on = DEPENDS[measure] ?? [];
  if (d.minutes || measure === "uncovered_persons") d.minutes = choice.minutes;
  if (d.tier && on.includes("tier")) d.tier = choice.tier;
  if (d.group === "all" && on.includes("group")) d.group = choice.group;
  return { measure, dimensions: d };
}

const KEYS = ["service", "tier", "mode", "nth", "group", "minutes"] as const;
const same = (a: Dimensions, b: Dimensions): boolean => KEYS.every((k) => (a[k] || "") === (b[k] || ""));

/** The property that holds the number, if the layer carries it. */
export const columnFor = (layer: Layer, want: Wanted): Column | undefined =>
  layer.columns.find((c) => c.measure === want.measure && same(c.dimensions, want.dimensions));

/** The property that holds the margin of a column's number, if the layer carries it. */
export const marginOf = (layer: Layer, column: Column): string | undefined =>
  layer.columns.find((c) => c.name === `${column.name}_margin`)?.name;

/** Whether a layer's features are administrative areas: those have names in both languages and a parent. */
export const isAreas = (layer: Layer): boolean => ["name_en", "parent"].every((n) => layer.columns.some((c) => c.name === n));

/** The columns that hold a measure at every number of minutes: a list with one entry for each of `minutes`, or nothing. */
export function columnsFor(layers: Layer[], want: Wanted, minutes: number[]): { layer: Layer; columns: Column[] } | undefined {
  for (const layer of layers) {
    const found = minutes.map((m) => columnFor(layer, { ...want, dimensions: { ...want.dimensions, minutes: m } }));
    if (found.length && found.every((c) => c !== undefined)) return { layer, columns: found };
  }
  return undefined;
}
