/** The ways into a scenario and out of it, for the pointer and for the keyboard. */

import { panels, sheet } from "../layout";
import { leaveScenario, openScenario } from "./choice";

/** In the next frame the page has drawn what is to be focused. */
const focusSoon = (selector: string): unknown => requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true }));

export function enter(): void {
  panels.results.value = "open";
  if (sheet.value === "low") sheet.value = "half";
  openScenario();
  focusSoon("#results-body");
}

export function leave(): void {
  leaveScenario();
  focusSoon(".try");
}
