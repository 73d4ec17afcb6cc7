/** The numbers that colour the map: carried by tiles, or fetched for the question of now. */

import { computed } from "@preact/signals";
import type { Query } from "../api";
import { columnFor, isAreas, marginOf, styled, wanted, type Wanted } from "../columns";
import { now, numbers, valueAt } from "../data";
import { drawnGap } from "../equal/compare";
import { Loaded } from "../loaded";
import { NOTHING } from "../number";
import { ACCESSIBILITY, compared, COVERAGE, following, tried, type Tried, type TriedAreas } from "../scenario/choice";
import { changeStyle } from "../scenario/maps/classes";
import { areasShown, scope } from "../scope";
import { fetchSeries, type Series } from "../series";
import { fairnessOn, flowsOn, group, hotspotsOn, minutes, mode, service, study, themeLayer, tier } from "../state";
import type { Estimate, Layer, LayerStyle } from "../types";
import type { Place } from "./paint";

export const choice = computed(() => ({ service: service.value, mode: mode.value, tier: tier.value, group: group.value, minutes: minutes.value }));

/** The number that the map's colours show now. */
export const shown = computed<{ layer: Layer; want: Wanted | null } | null>(() => {
  const layer = flowsOn.value || hotspotsOn.value ? undefined : themeLayer.value;
  const column = layer && styled(layer);
  return layer ? { layer, want: column ? wanted(column, choice.value) : null } : null;
});

/** The units that a layer draws, as a query. */
export const unitsOf = (layer: Layer): Query =>
  isAreas(layer) ? areasShown() : { geography: Object.keys(layer.zooms ?? {})[0] ?? layer.id.replace(/s$/, "") };

/** The property of the tiles that holds the number, where they carry it; areas are drawn from features without any. */
const carried = computed((): Place | null => {
  const { layer, want } = shown.value ?? {};
  const column = layer && want && !isAreas(layer) ? columnFor(layer, want) : undefined;
  return layer && column ? { property: column.name, margin: marginOf(layer, column) } : null;
});

/** People not covered are those of the table beside the map, at any minutes and for any group. */
const fromTable = computed((): boolean => {
  const { layer, want } = shown.value ?? {};
  return Boolean(layer && want?.measure === "uncovered_persons" && isAreas(layer));
});

export const series = new Loaded<Series>(
  () => {
    const { layer, want } = shown.value ?? {};
    if (!layer || !want || carried.value || fromTable.value || (isAreas(layer) && !scope.value)) return null;
    return JSON.stringify([layer.id, unitsOf(layer), { ...want.dimensions, minutes: 0 }]);
  },
  () => {
    const { layer, want } = shown.value as { layer: Layer; want: Wanted };
    return fetchSeries(unitsOf(layer), want, want.dimensions.minutes ? study.value.minutes : [0]);
  },
);

function fetched(): ReadonlyMap<string, Estimate> | null {
  if (fromTable.value) {
    if (numbers.value.value === null) return null;
    return new Map(now.value.areas.map(({ unit }) => [unit, valueAt("left", unit, minutes.value)]));
  }
  const at = shown.value?.want?.dimensions.minutes ?? 0;
  const drawn = fairnessOn.value ? drawnGap : (of: Estimate): Estimate => of;
  return series.value.value && new Map([...series.value.value].map(([unit, values]) => [unit, drawn(values.get(at) ?? NOTHING)]));
}

/** Measures whose numbers a scenario changes, and their names in it. */
const IN_SCENARIO: Readonly<Record<string, readonly [keyof Tried, readonly string[]]>> = {
  covered_share: ["share", [COVERAGE]], uncovered_persons: ["left", [COVERAGE, "uncovered"]], access_capacity: ["access", [ACCESSIBILITY]],
};

/** The numbers with those of a scenario in place of the released ones. */
function inScenario(numbers: ReadonlyMap<string, Estimate>, measure: string, areas: TriedAreas): ReadonlyMap<string, Estimate> {
  const [name, layers] = IN_SCENARIO[measure] ?? [];
  if (!name || !layers?.includes(shown.value?.layer.id ?? "")) return numbers;
  return new Map([...numbers, ...[...areas].flatMap(([unit, of]) => (of[name] ? [[unit, of[name]] as const] : []))]);
}

export interface Ground {
  place: Place;
  numbers: ReadonlyMap<string, Estimate>;
  measure: string;
  style: LayerStyle;
  /** Of differences: those below their margin are grey, however small that is. */
  change: boolean;
}

const NO_AREAS: TriedAreas = new Map();

/** The ground with the numbers of a scenario, none for the present; null while they are not there. */
function groundOf(areas: TriedAreas | null): Ground | null {
  const { layer, want } = shown.value ?? {};
  if (!layer || !want) return null;
  const how = { measure: want.measure, style: layer.style, change: false };
  if (carried.value) return { place: carried.value, numbers: new Map(), ...how };
  const found = fetched();
  const known = areas ?? (following.value.includes(layer.id) ? null : NO_AREAS);
  return found && known && { place: { state: true }, numbers: inScenario(found, want.measure, known), ...how };
}

/** Differences by area; zero where neither scenario changes anything, none where there is no number to begin with. */
function groundOfChange(change: ReadonlyMap<string, Estimate> | null): Ground | null {
  const found = fetched();
  const layer = shown.value?.layer;
  if (!layer || !found || !change) return null;
  const numbers = new Map([...found].map(([unit, of]) => [unit, of.value === null ? of : (change.get(unit) ?? { value: 0, margin: 0, status: "ok" as const })]));
  const measure = layer.id === ACCESSIBILITY ? "access_change" : "coverage_gap";
  return { place: { state: true }, numbers, measure, style: changeStyle(layer), change: true };
}

/** Whether the ground is coloured by the difference of two scenarios. */
export const changeShown = computed((): boolean => compared.value !== null && "change" in compared.value && following.value.includes(shown.value?.layer.id ?? ""));

/** Where the numbers are and, if tiles do not carry them, which they are; null while they are not there. */
export const ground = computed((): Ground | null => {
  const two = compared.value;
  if (two === null) return groundOf(tried.value ?? NO_AREAS);
  return "change" in two ? (changeShown.value ? groundOfChange(two.change) : groundOf(NO_AREAS)) : groundOf(two.second);
});
/** The same of what a scenario is compared with, for the other map. */
export const firstGround = computed((): Ground | null => {
  const two = compared.value;
  return two && "first" in two ? groundOf(two.first) : null;
});
