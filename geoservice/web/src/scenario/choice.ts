/** The scenario that the reader tries: whether it is open, its edits, and their parts of the address. */

import { batch, computed, signal } from "@preact/signals";
import { layerOf, overlays, ownTab, service, study, theme, themes, tier, toggle } from "../state";
import type { Estimate } from "../types";
import { changed, decoded, encoded, freeId, removed, type Change } from "./edits";
import { recorded, redone, startOf, undone, type History } from "./history";

export const COVERAGE = "coverage";
export const STATIONS = "stations";

const asked = signal(false);
export const history = signal<History>(startOf());
export const edits = computed(() => history.value.now);
/** Whether the present is shown in place of the scenario. */
export const present = signal(false);
/** The station whose marker can be moved by the keyboard though it has no edit. */
export const picked = signal<string | null>(null);

/** Numbers of areas in the scenario that take the place of the released ones on the map. */
export interface Tried {
  share: Estimate;
  left: Estimate;
}
export const tried = signal<ReadonlyMap<string, Tried> | null>(null);

export const there = computed((): boolean => layerOf(COVERAGE) !== undefined && layerOf(STATIONS) !== undefined);
export const scenarioOn = computed((): boolean => asked.value && there.value && !ownTab(theme.value));

/** Opens the scenario, with the layers that show it. */
export function openScenario(): void {
  batch(() => {
    asked.value = true;
    if (theme.value !== "uncovered" && themes.value.some((l) => l.id === COVERAGE)) theme.value = COVERAGE;
    if (!overlays.value.has(STATIONS)) toggle(STATIONS);
  });
}

/** Leaves the scenario; its edits come back when it is opened again. */
export function leaveScenario(): void {
  batch(() => ([asked.value, present.value, picked.value] = [false, false, null]));
}

const record = (next: History["now"], key: string | null = null): void => void (history.value = recorded(history.value, next, key));

export const change = (station: string, what: Change, key: string | null = null): void => record(changed(edits.value, station, what), key);
export const remove = (station: string): void => record(removed(edits.value, station));
export const clearAll = (): void => record([]);
/** Puts other edits in the place of all; one step back brings these again. */
export const replaceAll = (next: History["now"]): void => record(next);
export const undo = (): void => void (history.value = undone(history.value));
export const redo = (): void => void (history.value = redone(history.value));

/** Degrees to about 0.1 m. */
const round = (value: number): number => Number(value.toFixed(6));

export const move = (station: string, lon: number, lat: number, key: string | null = null): void => change(station, { lon: round(lon), lat: round(lat) }, key);

/** The tier of new stations: the one chosen, otherwise the finest. */
const tierOfNew = (): string => (tier.value !== "any" ? tier.value : study.value.tiers.includes("village") ? "village" : (study.value.tiers.at(-1) ?? "village"));

/** A new station that offers the service chosen. */
export const newAt = (lon: number, lat: number): Change => ({ lon: round(lon), lat: round(lat), tier: tierOfNew(), services: [service.value] });

/** Puts a new station that offers the service chosen; returns its id. */
export function put(lon: number, lat: number, known: ReadonlySet<string>): string {
  const station = freeId(edits.value, known);
  change(station, newAt(lon, lat));
  return station;
}

/** The scenario as parts of the address, while it is open. */
export const scenarioParts = (): [string, string | null][] => (scenarioOn.value ? [["scenario", "on"], ["edits", encoded(edits.value)]] : []);

/** Takes in what an address says; what was left before can still be undone. */
export function takeScenario(address: URLSearchParams): void {
  batch(() => {
    asked.value = address.get("scenario") === "on";
    if (!asked.value) return leaveScenario();
    const found = decoded(address.get("edits") ?? "", { tiers: study.value.tiers, services: study.value.services.map((s) => s.id) });
    if (history.value.past.length || edits.value.length) record(found);
    else history.value = startOf(found);
  });
}
