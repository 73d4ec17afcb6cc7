/** The numbers beside the map: fetched once for each choice of service, mode, tier, group and level; the slider fetches nothing. */

import { batch, computed, effect, signal } from "@preact/signals";
import { fetchItems, itemsUrl, number, type Query } from "./api";
import { columnsFor, isAreas, type Wanted } from "./columns";
import { failure, group, layerOf, level, manifest, minutes, mode, service, sort, study, tier } from "./state";
import { language } from "./i18n";
import type { Dimensions, Feature } from "./types";

/** unit -> minutes (0: does not apply) -> value; null is suppressed. */
export type Series = ReadonlyMap<string, ReadonlyMap<number, number | null>>;

export interface Area {
  unit: string;
  zh: string;
  en: string;
  persons: number | null;
}

export interface Row extends Area {
  share: number | null;
  resident: number | null;
  migrant: number | null;
  gap: number | null;
  median: number | null;
}

export const areas = signal<Area[]>([]);
export const gaps = signal<Feature[]>([]);
export const loading = signal(true);
const NONE: Series = new Map();
const NAMES = ["share", "resident", "migrant", "gap", "median", "p90"] as const;
export type Name = (typeof NAMES)[number];
export const series = signal<Record<Name, Series>>({ share: NONE, resident: NONE, migrant: NONE, gap: NONE, median: NONE, p90: NONE });

const cache = new Map<string, Promise<unknown>>();
function once<T>(key: string, make: () => Promise<T>): Promise<T> {
  const made = cache.get(key) ?? make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made as Promise<T>;
}

const filled = (d: Dimensions): Query =>
  Object.fromEntries(Object.entries(d).filter(([, v]) => v !== "" && v !== 0)) as Query;

/** The rows of the release table that hold these numbers; `minutes` left out means every break. */
export const rowsQuery = (geography: string, want: Wanted): Query => ({ geography, measure: want.measure, ...filled(want.dimensions) });

function collect(features: Feature[], pick: (f: Feature) => [number, number | null][]): Series {
  const found = new Map<string, Map<number, number | null>>();
  for (const f of features) {
    const unit = String(f.properties["unit"]);
    const values = found.get(unit) ?? new Map<number, number | null>();
    for (const [at, value] of pick(f)) values.set(at, value);
    found.set(unit, values);
  }
  return found;
}

/** From a layer that carries the numbers as properties if there is one (fewer bytes), otherwise from the release table. */
export function fetchSeries(geography: string, asked: Wanted, breaks: number[]): Promise<Series> {
  const want = { ...asked, dimensions: { ...asked.dimensions, minutes: 0 } };
  return once(JSON.stringify([geography, want, breaks]), async () => {
    const layers = manifest.value.layers.filter(isAreas);
    const carried = columnsFor(layers, want, breaks);
    if (carried) {
      const names = carried.columns.map((c) => c.name);
      const query = { geography, skipGeometry: true, properties: ["geography", "unit", ...names].join(",") };
      return collect(await fetchItems(carried.layer.id, query), (f) => names.map((n, i) => [breaks[i]!, number(f.properties[n])]));
    }
    const rows = await fetchItems("table", { ...rowsQuery(geography, want), skipGeometry: true });
    return collect(rows, (f) => [[number(f.properties["minutes"]) ?? 0, number(f.properties["value"])]]);
  });
}

/** The number of each column of the table beside the map. */
export function wantedFor(name: Name): Wanted {
  const d = { service: service.value, tier: tier.value, mode: mode.value, nth: 1 };
  if (name === "gap") return { measure: "coverage_gap", dimensions: { ...d, group: "migrant" } };
  if (name === "median" || name === "p90") return { measure: `${name}_minutes`, dimensions: { ...d, group: group.value } };
  return { measure: "covered_share", dimensions: { ...d, group: name === "share" ? group.value : name } };
}

/** Where the released number itself is found: one row of the release table. */
export function valueUrl(unit: string, name: Name | "persons", at = minutes.value): string {
  const timed = name !== "persons" && name !== "median" && name !== "p90";
  const want = name === "persons" ? { measure: "persons", dimensions: { group: "all" } } : wantedFor(name);
  return itemsUrl("table", { ...rowsQuery(level.value, want), unit, ...(timed ? { minutes: at } : {}), limit: 10 });
}

const names = computed(() => (study.value.migrants ? NAMES : NAMES.filter((n) => n === "share" || n === "median" || n === "p90")));

async function loadSeries(): Promise<Record<Name, Series>> {
  const breaks = study.value.minutes;
  const timed = (n: Name): number[] => (n === "median" || n === "p90" ? [0] : breaks);
  const got = await Promise.all(names.value.map(async (n) => [n, await fetchSeries(level.value, wantedFor(n), timed(n))] as const));
  return { resident: NONE, migrant: NONE, gap: NONE, ...Object.fromEntries(got) } as Record<Name, Series>;
}

async function loadAreas(): Promise<Area[]> {
  const query = { geography: level.value, skipGeometry: true, properties: "geography,unit,name_zh,name_en,persons" };
  const found = await once(`areas ${level.value}`, () => fetchItems("coverage", query));
  return found.map(({ properties: p }) => ({
    unit: String(p["unit"]),
    zh: String(p["name_zh"] ?? p["unit"]),
    en: String(p["name_en"] ?? p["name_zh"] ?? p["unit"]),
    persons: number(p["persons"]),
  }));
}

async function loadGaps(): Promise<Feature[]> {
  if (!layerOf("gaps")) return [];
  const found = await once(`gaps ${service.value} ${mode.value}`, () => fetchItems("gaps", { service: service.value, mode: mode.value }));
  const place = (f: Feature): number => number(f.properties["rank"]) ?? Infinity;
  return [...found].sort((a, b) => place(a) - place(b));
}

let turn = 0;

/** Loads whenever the choice changes; an answer that comes after a later choice is dropped. */
export function keepLoaded(): void {
  effect(() => {
    const mine = ++turn;
    loading.value = true;
    Promise.all([loadAreas(), loadSeries(), loadGaps()]).then(
      ([a, s, g]) => {
        if (mine !== turn) return;
        batch(() => ([areas.value, series.value, gaps.value, loading.value, failure.value] = [a, s, g, false, null]));
      },
      (error: unknown) => {
        if (mine !== turn) return;
        batch(() => ([loading.value, failure.value] = [false, error instanceof Error ? error.message : String(error)]));
      },
    );
  });
}

export const valueAt = (name: Name, unit: string, at: number): number | null => series.value[name].get(unit)?.get(at) ?? null;

export const rows = computed<Row[]>(() => {
  const at = minutes.value;
  const all = areas.value.map((a) => ({
    ...a,
    share: valueAt("share", a.unit, at),
    resident: valueAt("resident", a.unit, at),
    migrant: valueAt("migrant", a.unit, at),
    gap: valueAt("gap", a.unit, at),
    median: valueAt("median", a.unit, 0),
  }));
  const { key, down } = sort.value;
  const way = down ? -1 : 1;
  const collator = new Intl.Collator(language.value === "zh" ? "zh-CN" : "en");
  if (key === "name") return all.sort((a, b) => way * collator.compare(a[language.value], b[language.value]));
  // Suppressed numbers come last, whichever way the rest is sorted.
  const order = (a: Row, b: Row): number => {
    const [x, y] = [a[key], b[key]];
    return x === null || y === null ? Number(x === null) - Number(y === null) : way * (x - y);
  };
  return all.sort(order);
});
