/** Residents, migrants and the difference of every area of the level, for what is compared now. */

import { computed } from "@preact/signals";
import { itemsUrl } from "../api";
import { columnFor } from "../columns";
import { now, type Area } from "../data";
import { Loaded } from "../loaded";
import { NOTHING } from "../number";
import { fetchSeries, rowsQuery, withMargins, type Series } from "../series";
import { areasShown, scope } from "../scope";
import { FAIRNESS, fairnessOn, layerOf, minutes, mode, service, study, tier } from "../state";
import type { Estimate } from "../types";
import { COMPARISONS, dimensionsOf, rank, type Kind, type Ranking } from "./compare";
import { kind } from "./choice";

const COLUMNS = ["resident", "migrant", "gap"] as const;
type ColumnName = (typeof COLUMNS)[number];
export type Line = Area & Readonly<Record<ColumnName, Estimate>>;

const timed = (of: Kind): boolean => of === "coverage";

function wantedFor(column: ColumnName) {
  const { each, gap } = COMPARISONS[kind.value];
  const asked = { service: service.value, mode: mode.value, tier: tier.value };
  return { measure: column === "gap" ? gap : each, dimensions: dimensionsOf(kind.value, asked, column === "resident" ? "resident" : "migrant") };
}

/** Whether the release holds the comparison for the service and mode: loads and uptake may be known of some alone. */
export const published = computed((): boolean => {
  const layer = layerOf(FAIRNESS);
  if (!layer || timed(kind.value)) return Boolean(layer);
  return columnFor(layer, wantedFor("gap")) !== undefined;
});

export const series = new Loaded<Readonly<Record<ColumnName, Series>>>(
  () => (fairnessOn.value && published.value && scope.value ? JSON.stringify([scope.value, wantedFor("gap"), kind.value]) : null),
  async () => {
    const breaks = timed(kind.value) ? study.value.minutes : [0];
    const [resident, migrant, gap] = await Promise.all(COLUMNS.map((c) => fetchSeries(scope.value!, wantedFor(c), breaks)));
    return { resident: resident!, migrant: migrant!, gap: gap! };
  },
);

export const lines = computed((): Line[] => {
  const found = series.value.value;
  if (!found) return [];
  const at = timed(kind.value) ? minutes.value : 0;
  return now.value.areas.map((area) => ({ ...area, ...(Object.fromEntries(COLUMNS.map((c) => [c, found[c].get(area.unit)?.get(at) ?? NOTHING])) as Record<ColumnName, Estimate>) }));
});
export const ranking = computed((): Ranking<Line> => rank(kind.value, lines.value));
export const lineOf = (unit: string | null): Line | undefined => lines.value.find((l) => l.unit === unit);

/** The file of what is listed: of the layer, or rows of the release table where single tiers are asked for. */
export const csvUrl = computed((): string | null => {
  const layer = layerOf(FAIRNESS);
  if (!layer || !published.value) return null;
  const at = timed(kind.value) ? minutes.value : 0;
  const columns = COLUMNS.map((c) => columnFor(layer, { ...wantedFor(c), dimensions: { ...wantedFor(c).dimensions, minutes: at } }));
  if (columns.every((c) => c !== undefined)) return itemsUrl(FAIRNESS, { f: "csv", limit: 10000, ...areasShown(), properties: ["geography", "unit", "name_zh", "name_en", ...withMargins(layer, columns)].join(",") });
  return itemsUrl("table", { f: "csv", limit: 10000, ...rowsQuery(areasShown(), { ...wantedFor("gap"), dimensions: { ...wantedFor("gap").dimensions, minutes: at } }) });
});
