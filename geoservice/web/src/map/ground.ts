/** The numbers that colour the map: carried by tiles, or fetched for the question of now. */

import { computed } from "@preact/signals";
import { columnFor, isAreas, marginOf, styled, wanted, type Wanted } from "../columns";
import { now, numbers, valueAt } from "../data";
import { drawnGap } from "../equal/compare";
import { Loaded } from "../loaded";
import { NOTHING } from "../number";
import { COVERAGE, tried } from "../scenario/choice";
import { fetchSeries, type Series } from "../series";
import { fairnessOn, flowsOn, group, hotspotsOn, level, minutes, mode, service, study, themeLayer, tier } from "../state";
import type { Estimate, Layer } from "../types";
import type { Place } from "./paint";

export const choice = computed(() => ({ service: service.value, mode: mode.value, tier: tier.value, group: group.value, minutes: minutes.value }));

/** The number that the map's colours show now. */
export const shown = computed<{ layer: Layer; want: Wanted | null } | null>(() => {
  const layer = flowsOn.value || hotspotsOn.value ? undefined : themeLayer.value;
  const column = layer && styled(layer);
  return layer ? { layer, want: column ? wanted(column, choice.value) : null } : null;
});

/** The geography of the units that a layer draws. */
export const geographyOf = (layer: Layer): string =>
  isAreas(layer) ? level.value : (Object.keys(layer.zooms ?? {})[0] ?? layer.id.replace(/s$/, ""));

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
    if (!layer || !want || carried.value || fromTable.value) return null;
    return JSON.stringify([layer.id, geographyOf(layer), { ...want.dimensions, minutes: 0 }]);
  },
  () => {
    const { layer, want } = shown.value as { layer: Layer; want: Wanted };
    return fetchSeries(geographyOf(layer), want, want.dimensions.minutes ? study.value.minutes : [0]);
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
const IN_SCENARIO: Readonly<Record<string, "share" | "left">> = { covered_share: "share", uncovered_persons: "left" };

/** The numbers with those of a scenario in place of the released ones. */
function inScenario(numbers: ReadonlyMap<string, Estimate>, measure: string): ReadonlyMap<string, Estimate> {
  const name = shown.value?.layer.id === COVERAGE || measure === "uncovered_persons" ? IN_SCENARIO[measure] : undefined;
  if (!tried.value || !name) return numbers;
  return new Map([...numbers, ...[...tried.value].map(([unit, of]) => [unit, of[name]] as const)]);
}

export type Ground = { place: Place; numbers: ReadonlyMap<string, Estimate> };

/** Where the numbers are and, if tiles do not carry them, which they are; null while they are not there. */
export const ground = computed((): Ground | null => {
  if (!shown.value?.want) return null;
  if (carried.value) return { place: carried.value, numbers: new Map() };
  const found = fetched();
  return found && { place: { state: true }, numbers: inScenario(found, shown.value.want.measure) };
});
