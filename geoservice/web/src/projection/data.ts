/** The projection of an area, and the stations that overload. Pure readers of records, and what is loaded of them. */

import { fetchItems, number } from "../api";
import { Loaded } from "../loaded";
import { part } from "../scope";
import { once } from "../series";
import { layerOf, manifest, mode, selected, service } from "../state";
import type { Feature, Value } from "../types";

export const YEARS = "projection_years";
const STATIONS = "stations";
/** The scenarios, in the order in which they can be chosen. */
export const SCENARIOS = ["as_observed", "no_net_migration", "half", "high"] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface Point {
  year: number;
  low: number;
  value: number;
  high: number;
}

/** The groups that a release projects: those of its columns, everybody first. */
export function groupsOf(columns: readonly { name: string }[]): string[] {
  const found = columns.flatMap(({ name }) => /^low_(\w+)$/.exec(name)?.[1] ?? []);
  const order = ["all", "under_15", "aged_15_64", "over_65"];
  return found.sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

/** A group of an area in a scenario, year by year. */
export function seriesOf(rows: readonly Record<string, Value>[], scenario: string, group: string): Point[] {
  const points = rows.filter((r) => r["scenario"] === scenario).map((r) => {
    const [year, low, value, high] = ["year", `low_${group}`, `persons_${group}`, `high_${group}`].map((name) => number(r[name]));
    return year == null || value == null ? null : { year, value, low: low ?? value, high: high ?? value };
  });
  return points.filter((p) => p !== null).sort((a, b) => a.year - b.year);
}

const properties = (features: readonly Feature[]): Record<string, Value>[] => features.map((f) => f.properties);

export const projection = new Loaded(
  () => (selected.value !== null && layerOf(YEARS) ? JSON.stringify([manifest.value.version, selected.value]) : null),
  async () => {
    const area = selected.value ?? "";
    return properties(await once(`projection ${area}`, () => fetchItems(YEARS, { area, skipGeometry: true })));
  },
);

export interface Overload {
  unit: string;
  zh: string;
  en: string;
  tier: string;
  year: number | null;
  earliest: number | null;
  latest: number | null;
}

const columnsNow = (): string[] => ["year", "earliest", "latest"].map((part) => `overload_${part}_${service.value}_${mode.value}`);

/** Whether the release knows the load of stations in future years for the service and mode chosen. */
export const outlookKnown = (): boolean => {
  const [first] = columnsNow();
  return layerOf(STATIONS)?.columns.some((c) => c.name === first) ?? false;
};

/** Stations that overload or may, the first ones first; those that only may come last. */
export function overloads(rows: readonly Record<string, Value>[], [year = "", earliest = "", latest = ""]: readonly string[]): Overload[] {
  const all = rows.map((r): Overload => {
    const zh = String(r["name_zh"] ?? r["unit"]);
    return { unit: String(r["unit"]), zh, en: String(r["name_en"] ?? zh), tier: String(r["tier"] ?? ""), year: number(r[year]), earliest: number(r[earliest]), latest: number(r[latest]) };
  });
  const when = (o: Overload): number => o.year ?? 10_000 + (o.earliest ?? 0);
  return all.filter((o) => o.earliest !== null).sort((a, b) => when(a) - when(b) || (a.earliest ?? 0) - (b.earliest ?? 0));
}

export const overloadList = new Loaded(
  () => (outlookKnown() ? JSON.stringify([manifest.value.version, part.value, ...columnsNow()]) : null),
  async () => {
    const names = columnsNow();
    const asked = { ...part.value, skipGeometry: true, properties: ["unit", "name_zh", "name_en", "tier", ...names].join(",") };
    return overloads(properties(await once(`overload ${JSON.stringify(asked)}`, () => fetchItems(STATIONS, asked))), names);
  },
);
