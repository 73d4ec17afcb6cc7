/** Which areas are shown: of one level, in all of the study or in one area of it. What is fetched of areas is decided here. */

import { batch, computed, effect } from "@preact/signals";
import { fetchSome, type Query } from "./api";
import { Loaded } from "./loaded";
import { once } from "./series";
import { AREAS, firstLevel, layerOf, level, parent, selected, study, wide } from "./state";
import type { Feature } from "./types";

/** An area with its level. */
export interface Crumb {
  unit: string;
  level: string;
  zh: string;
  en: string;
}

const text = ({ properties: p }: Feature, name: string): string | null => (p[name] === null || p[name] === undefined ? null : String(p[name]));

const fetchArea = (unit: string): Promise<Feature[]> =>
  once(`area ${unit}`, () => fetchSome(AREAS, { unit, limit: 1, skipGeometry: true, properties: "geography,unit,name_zh,name_en,parent" }));

async function loadTrail(): Promise<Crumb[]> {
  const found: Crumb[] = [];
  for (let unit = parent.value; unit !== null && found.length < study.value.levels.length; ) {
    const [area] = await fetchArea(unit);
    if (!area) break;
    const zh = text(area, "name_zh") ?? unit;
    found.unshift({ unit, level: text(area, "geography") ?? "", zh, en: text(area, "name_en") ?? zh });
    unit = text(area, "parent");
  }
  return found;
}

/** The area whose parts are shown, and those above it, the largest first. */
export const trail = new Loaded<Crumb[]>(() => (parent.value !== null && layerOf(AREAS) ? parent.value : null), loadTrail);

/** The area whose parts are shown. */
export const opened = computed((): Crumb | null => trail.value.value?.at(-1) ?? null);

/** How many levels below an area are shown of many areas: a county of villages is a table, a city of villages is none. */
const DEPTH = 2;

/** The levels that can be shown: where areas are many, all but the finest, or the next below the area that is open. */
export const levelsOffered = computed((): readonly string[] => {
  const { levels } = study.value;
  if (parent.value === null) return wide.value && levels.length > 1 ? levels.slice(0, -1) : levels;
  if (opened.value === null) return [];
  const below = levels.slice(levels.indexOf(opened.value.level) + 1);
  return wide.value ? below.slice(0, DEPTH) : below;
});

/** The areas shown, as a query; null as long as it is not known where they are. */
export const scope = computed((): Query | null =>
  levelsOffered.value.includes(level.value) ? { geography: level.value, ...(parent.value === null ? {} : { within: parent.value }) } : null,
);

/** The same for links, which are there all the time. */
export const areasShown = (): Query => scope.value ?? { geography: level.value };

/** The same part of the study of other things, such as stations. */
export const part = computed((): Query => (parent.value === null ? {} : { within: parent.value }));

/** The level below one, undefined below the finest. */
export const below = (of: string): string | undefined => study.value.levels[study.value.levels.indexOf(of) + 1];

/** Shows the parts of an area of a level, or of all of the study. */
export function openArea(area: { unit: string; level: string } | null): void {
  batch(() => {
    parent.value = area?.unit ?? null;
    level.value = (area ? below(area.level) : firstLevel()) ?? level.value;
    selected.value = null;
  });
}

/** Keeps level and area in agreement: an area that a release does not have, or a level that is not shown of it, is left. */
function agree(): void {
  if (trail.value.value?.length === 0) return openArea(null);
  const [first] = levelsOffered.value;
  if (first !== undefined && !levelsOffered.value.includes(level.value)) level.value = parent.value === null ? firstLevel() : first;
}

export function keepScope(): () => void {
  const stops = [trail.keep(), effect(agree)];
  return () => stops.forEach((stop) => stop());
}
