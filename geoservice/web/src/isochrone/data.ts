/** Isochrones of the place: the answers of the server to the question of now. */

import { computed } from "@preact/signals";
import { estimated, type Answered } from "../live/answered";
import { Asking } from "../live/asking";
import { Drag } from "../live/drag";
import { tool } from "../live/tool";
import { language } from "../i18n";
import { group, minutes, mode, study } from "../state";
import { stations } from "../stations";
import type { Estimate } from "../types";
import { breaksFor } from "./breaks";
import { place } from "./choice";

interface Feature {
  geometry: GeoJSON.MultiPolygon;
  properties: { minutes: number; persons: Answered };
}

export interface IsochroneAnswer {
  /** A station has an id and a name. */
  place: { id?: string; name?: string | null; lon: number; lat: number };
  features: Feature[];
}

const limits = computed((): number[] => breaksFor(study.value.minutes, minutes.value));
const trip = computed((): string => JSON.stringify([mode.value, group.value, limits.value]));
const question = computed((): string | null =>
  tool.value === "isochrone" && place.value ? JSON.stringify({ mode: mode.value, group: group.value, minutes: limits.value, ...place.value }) : null,
);

export const drag = new Drag();
export const asking = new Asking<IsochroneAnswer>("isochrone", question, trip, drag.on);

/** Whether the place is too far from a street: the one thing that the page cannot know of what it asks. */
export const offStreet = computed((): boolean => asking.problem.value === "refused" && /\bno street\b/.test(asking.detail.value));

/** Where the place is; null as long as that of a station is not known. */
export const position = computed((): [number, number] | null => {
  const at = place.value;
  if (!at) return null;
  if ("lon" in at) return [at.lon, at.lat];
  const found = asking.answer.value?.place;
  return found?.id === at.station ? [found.lon, found.lat] : null;
});

/** The name of the station; null for any other place. */
export const stationName = computed((): string | null => {
  const at = place.value;
  if (!at || !("station" in at)) return null;
  const known = stations.value.value?.find((s) => s.unit === at.station);
  return known?.[language.value] ?? asking.answer.value?.place.name ?? at.station;
});

export interface Isochrone {
  minutes: number;
  people: Estimate;
  geometry: GeoJSON.MultiPolygon;
}

/** From the shortest time to the longest. */
export const isochrones = computed((): Isochrone[] =>
  (asking.answer.value?.features ?? []).map(({ geometry, properties }) => ({ minutes: properties.minutes, people: estimated(properties.persons), geometry })),
);
