/** The code of the flow map: fetched when the flows are first shown, and part of no other page. */

import type { Map as MapLibre } from "maplibre-gl";
import { Loaded } from "../loaded";
import { keepView } from "../map/view";
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
export const keepFlowMap = (map: MapLibre): (() => void) => keepView(code, (view) => view.drawFlows(map));
