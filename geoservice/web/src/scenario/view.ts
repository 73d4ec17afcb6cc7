/** All of a scenario, fetched when it is opened. */

import type { Map as MapLibre } from "maplibre-gl";
import { closeCard } from "../map/cards";
import { redo, undo } from "./choice";
import { keepAnswers } from "./data";
import { keepDrawn } from "./draw";
import { keepCompared } from "./maps/data";
import { keepHatch } from "./maps/hatch";
import { keepSecond } from "./maps/stations";
import { keepMarkers } from "./markers";
import { keepPointer } from "./pointer";
import { keepSiting } from "./siting/keep";

export { click } from "./pointer";
export { ComparedMaps } from "./maps/ComparedMaps";
export { ScenarioKeys } from "./ScenarioKeys";
export { ScenarioPanel } from "./ScenarioPanel";

/** Ctrl+Z and Ctrl+Shift+Z; a field has an undo of its own. */
function keys(event: KeyboardEvent): void {
  const field = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  if (field || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  if (event.shiftKey) redo();
  else undo();
}

/** Draws the scenario on a map until the function that comes back is called. */
export function drawScenario(map: MapLibre): () => void {
  closeCard();
  document.addEventListener("keydown", keys);
  const stops = [...keepAnswers(), keepDrawn(map), keepMarkers(map), keepPointer(map), keepSiting(map), keepCompared(), keepHatch(map), keepSecond(map)];
  return () => {
    document.removeEventListener("keydown", keys);
    for (const stop of stops) stop();
    closeCard();
  };
}
