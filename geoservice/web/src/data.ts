/** The numbers beside the map: fetched once for each choice of service, mode, tier, group and level; the slider fetches nothing. */

import { computed } from "@preact/signals";
import { fetchItems, itemsUrl, type Query } from "./api";
import type { Wanted } from "./columns";
import { Loaded } from "./loaded";
import { leftOut } from "./table";
import { NOTHING } from "./number";
import { fetchSeries, NONE, once, rowsQuery, type Series } from "./series";
import { opened, scope } from "./scope";
import { AREAS, group, level, minutes, mode, service, study, tier } from "./state";
import type { Estimate } from "./types";

export interface Area {
  unit: string;
  zh: string;
  en: string;
}

const TIMED = ["share", "resident", "migrant", "gap", "left", "covered"] as const;
const NAMES = [...TIMED, "people", "median", "p90", "off"] as const;
const OF_MIGRANTS: readonly Name[] = ["resident", "migrant", "gap"];
export type Name = (typeof NAMES)[number];
type AllSeries = Readonly<Record<Name, Series>>;
const isTimed = (name: Name): boolean => (TIMED as readonly Name[]).includes(name);

/** Areas of a level with their numbers. */
export interface Level {
  geography: string;
  areas: Area[];
  series: AllSeries;
}

const EMPTY: Level = { geography: "", areas: [], series: Object.fromEntries(NAMES.map((n) => [n, NONE])) as AllSeries };

const MEASURES: Readonly<Record<Name, string>> = {
  share: "covered_share", resident: "covered_share", migrant: "covered_share", gap: "coverage_gap", left: "uncovered_persons",
  covered: "covered_persons", people: "persons", median: "median_minutes", p90: "p90_minutes",
  off: "off_network_share",
};
export const measureOf = (name: Name): string => MEASURES[name];

/** The number of each column of the table beside the map. */
export function wantedFor(name: Name): Wanted {
  const measure = measureOf(name);
  if (name === "people") return { measure, dimensions: { group: group.value } };
  if (name === "off") return { measure, dimensions: { mode: mode.value, group: "all" } };
  const d = { service: service.value, tier: tier.value, mode: mode.value, nth: 1 };
  const whose = name === "gap" || name === "migrant" ? "migrant" : name === "resident" ? "resident" : group.value;
  return { measure, dimensions: { ...d, group: whose } };
}

/** Where the released number itself is found: one row of the release table. People not covered are all less covered where no row holds them. */
export function valueUrl(unit: string, name: Name, at = minutes.value, here: Level = now.value): string {
  const source = name === "left" && !released("left", unit, at, here) ? "covered" : name;
  return itemsUrl("table", { ...rowsQuery({ geography: here.geography }, wantedFor(source)), unit, ...(isTimed(source) ? { minutes: at } : {}), limit: 10 });
}

async function loadSeries(of: Query): Promise<AllSeries> {
  const names = NAMES.filter((n) => study.value.migrants || !OF_MIGRANTS.includes(n));
  const breaks = study.value.minutes;
  const got = await Promise.all(names.map(async (n) => [n, await fetchSeries(of, wantedFor(n), isTimed(n) ? breaks : [0])] as const));
  return { ...EMPTY.series, ...Object.fromEntries(got) };
}

/** The areas that a query selects. */
export async function loadAreas(of: Query): Promise<Area[]> {
  const query = { ...of, skipGeometry: true, properties: "geography,unit,name_zh,name_en" };
  const found = await once(`areas ${JSON.stringify(of)}`, () => fetchItems(AREAS, query));
  return found.map(({ properties: p }) => ({
    unit: String(p["unit"]),
    zh: String(p["name_zh"] ?? p["unit"]),
    en: String(p["name_en"] ?? p["name_zh"] ?? p["unit"]),
  }));
}

const loadLevel = async (geography: string, of: Query): Promise<Level> => {
  const [areas, series] = await Promise.all([loadAreas(of), loadSeries(of)]);
  return { geography, areas, series };
};

/** The one area that holds all areas shown: the one that is open, or that of the finest coarser level that has only one. */
async function loadWhole(): Promise<Level | null> {
  if (opened.value) return loadLevel(opened.value.level, { geography: opened.value.level, unit: opened.value.unit });
  const { levels } = study.value;
  for (const coarser of levels.slice(0, Math.max(0, levels.indexOf(level.value))).reverse())
    if ((await loadAreas({ geography: coarser })).length === 1) return loadLevel(coarser, { geography: coarser });
  return null;
}

const questionOf = (...parts: unknown[]): string => JSON.stringify(parts);

/** The names of the areas, which are there before their numbers are. */
export const names = new Loaded(() => scope.value && questionOf(scope.value), () => loadAreas(scope.value!));
export const numbers = new Loaded(
  () => scope.value && questionOf(scope.value, service.value, mode.value, tier.value, group.value),
  async () => {
    const [own, above] = await Promise.all([loadLevel(level.value, scope.value!), loadWhole()]);
    return { own, above };
  },
);

/** The level chosen: areas without any number as long as there is no answer to the question of now. */
export const now = computed((): Level => numbers.value.value?.own ?? { ...EMPTY, geography: level.value, areas: names.value.value ?? [] });
/** The one area of a coarser level that holds all areas shown, if there is one. */
export const whole = computed((): Level | null => numbers.value.value?.above ?? null);

const find = ({ series }: Level, name: Name, unit: string, at: number): Estimate =>
  series[name].get(unit)?.get(isTimed(name) ? at : 0) ?? NOTHING;

const released = (name: Name, unit: string, at: number, here: Level): boolean => find(here, name, unit, at) !== NOTHING;

/** Minutes that do not end before the last break are beyond it, unless nobody is there whose minutes they could be. */
function ended(here: Level, name: Name, unit: string): Estimate {
  const found = find(here, name, unit, 0);
  if (found.value !== null || found.status !== null) return found;
  const share = find(here, "share", unit, study.value.minutes.at(-1) ?? 0);
  return { ...found, status: share.value === null ? "nobody" : "beyond" };
}

/** The number of an area at some minutes, at the level chosen unless another is given. */
export function valueAt(name: Name, unit: string, at: number, here: Level = now.value): Estimate {
  if (here.series === EMPTY.series) return NOTHING;
  if (name === "median" || name === "p90") return ended(here, name, unit);
  const found = find(here, name, unit, at);
  if (name !== "left" || found !== NOTHING) return found;
  return leftOut(find(here, "people", unit, 0), find(here, "covered", unit, at), find(here, "share", unit, at));
}
