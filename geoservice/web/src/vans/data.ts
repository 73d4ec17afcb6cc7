/** Stops and tours of vans, as the release has them. */

import { computed, effect } from "@preact/signals";
import { fetchItems } from "../api";
import { Loaded } from "../loaded";
import { once } from "../series";
import { layerOf, manifest } from "../state";
import { selectedStop, selectedTour, VAN_STOPS, VAN_TOURS } from "./choice";
import { stopOf, tourOf, type Stop, type Tour } from "./timetable";

const load = async (): Promise<{ stops: Stop[]; tours: Tour[] }> => {
  const [stops, tours] = await Promise.all([once(VAN_STOPS, () => fetchItems(VAN_STOPS, {})), once(VAN_TOURS, () => (layerOf(VAN_TOURS) ? fetchItems(VAN_TOURS, {}) : Promise.resolve([])))]);
  const all = stops.map(stopOf);
  return { stops: all, tours: tours.map((t) => tourOf(t, all)) };
};

export const timetable = new Loaded(() => (layerOf(VAN_STOPS) ? manifest.value.version : null), load);
export const left = computed((): Stop[] => (timetable.value.value?.stops ?? []).filter((s) => s.status !== "visited"));

/** Fetches the timetable, and keeps the tour of the chosen stop with it. */
export function keepTimetable(): () => void {
  const ends = [timetable.keep(), effect(() => void (selectedTour.value = timetable.value.value?.stops.find((s) => s.unit === selectedStop.value)?.tour || null))];
  return () => ends.forEach((end) => end());
}
