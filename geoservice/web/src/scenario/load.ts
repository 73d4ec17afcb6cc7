/** The code of scenarios: fetched when one is first opened. */

import { effect, untracked } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { Loaded } from "../loaded";
import { scenarioOn } from "./choice";

type Code = typeof import("./view");

export const code = new Loaded<Code>(() => (scenarioOn.value ? "view" : null), () => import("./view"));

/** Draws the scenario while it is open. */
export function keepScenarioMap(map: MapLibre): () => void {
  let stop: (() => void) | null = null;
  const end = (): void => {
    stop?.();
    stop = null;
  };
  const follow = effect(() => {
    const view = code.value.value;
    if (view) stop ??= untracked(() => view.drawScenario(map));
    else end();
  });
  return () => {
    follow();
    end();
  };
}
