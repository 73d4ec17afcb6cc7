/** How a scenario and what it is compared with are shown: on one map, on two, or as their difference; with its part of the address. */

import { batch, computed, signal } from "@preact/signals";
import { tool } from "../../live/tool";
import { refit } from "../../map/flight";
import { edits, present, scenarioOn, showFollowing } from "../choice";

export const VIEWS = ["one", "side", "swipe", "difference"] as const;
export type MapsView = (typeof VIEWS)[number];

const chosen = signal<MapsView>("one");
/** Whether "Compare two scenarios" is open; then the maps show its two. */
export const unfolded = signal(false);

export const comparable = computed((): boolean => scenarioOn.value && (edits.value.length > 0 || unfolded.value));
/** A tool has one map. */
export const mapsView = computed((): MapsView => (comparable.value && tool.value === null ? chosen.value : "one"));
export const twoMaps = computed((): boolean => mapsView.value === "side" || mapsView.value === "swipe");

/** Percent of the width at which one map ends and the other begins. */
export const divider = signal(50);
export const moveDivider = (percent: number): void => void (divider.value = Math.min(100, Math.max(0, Math.round(percent))));

/** Shows the maps another way, with a layer that follows the scenario. Two maps beside each other show what one showed. */
export function chooseView(view: MapsView): void {
  const halved = Number(view === "side") - Number(mapsView.value === "side");
  if (halved) refit(-halved);
  batch(() => {
    chosen.value = view;
    if (view === "one") return;
    present.value = false;
    showFollowing();
  });
}

export const mapsParts = (): [string, string | null][] => [["maps", mapsView.value === "one" ? null : mapsView.value]];

/** Takes in what an address says. */
export function takeMaps(address: URLSearchParams): void {
  chosen.value = VIEWS.find((view) => view === address.get("maps")) ?? "one";
}
