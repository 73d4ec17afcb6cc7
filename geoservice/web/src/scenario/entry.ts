/** The ways into a scenario and out of it, for the pointer and for the keyboard. */

import { panels, sheet } from "../layout";
import { closeTool } from "../live/tool";
import { stations } from "../stations";
import { leaveScenario, openScenario, picked, put } from "./choice";

/** In the next frame the page has drawn what is to be focused. */
export const focusSoon = (selector: string): unknown => requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true }));

/** Makes room for what a view answers. */
export function openResults(): void {
  panels.results.value = "open";
  if (sheet.value === "low") sheet.value = "half";
}

export function enter(): void {
  openResults();
  closeTool();
  openScenario();
  focusSoon("#results-body");
}

/** Opens the scenario with a new station at a place that offers the service chosen. */
export function tryAt(lon: number, lat: number): void {
  enter();
  picked.value = put(lon, lat, new Set((stations.value.value ?? []).map((s) => s.unit)));
}

export function leave(): void {
  leaveScenario();
  focusSoon('.try[data-tool="scenario"]');
}
