/** The code of the flow map: fetched when the flows are first shown, and part of no other page. */

import { effect, untracked } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { Loaded } from "../loaded";
import { chooseTheme, FLOWS, flowsOn } from "../state";
import { arriving } from "./choice";

type Code = typeof import("./view");

export const code = new Loaded<Code>(() => (flowsOn.value ? "view" : null), () => import("./view"));

/** Shows another layer; the map moves to where the flows are, and back to the study after them. An address says itself where the map is. */
export function showTheme(id: string): void {
  const before = code.value.value;
  if (id === FLOWS && !flowsOn.value) arriving.value = true;
  chooseTheme(id);
  if (id !== FLOWS) before?.comeHome();
}

/** Draws the flows while they are shown. */
export function keepFlowMap(map: MapLibre): () => void {
  let stop: (() => void) | null = null;
  const end = (): void => {
    stop?.();
    stop = null;
  };
  const follow = effect(() => {
    const view = code.value.value;
    if (view) stop ??= untracked(() => view.drawFlows(map));
    else end();
  });
  return () => {
    follow();
    end();
  };
}
