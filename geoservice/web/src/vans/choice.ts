/** Which van and which week of the cycle the timetable shows, and the stop chosen, as parts of the address. */

import { batch, signal } from "@preact/signals";

export const VAN_STOPS = "van_stops";
export const VAN_TOURS = "van_tours";
/** A van by its base and number; null shows all of them. */
export const chosenVan = signal<string | null>(null);
/** A week of the cycle from 1; null shows all of them. */
export const chosenWeek = signal<number | null>(null);
export const selectedStop = signal<string | null>(null);
/** The tour of the stop chosen. */
export const selectedTour = signal<string | null>(null);

export const vanParts = (): [string, string | null][] => [
  ["van", chosenVan.value], ["van_week", chosenWeek.value === null ? null : String(chosenWeek.value)], ["van_stop", selectedStop.value],
];

export function takeVans(asked: URLSearchParams): void {
  const week = Number(asked.get("van_week"));
  batch(() => {
    chosenVan.value = asked.get("van");
    chosenWeek.value = Number.isInteger(week) && week >= 1 ? week : null;
    selectedStop.value = asked.get("van_stop");
  });
}
