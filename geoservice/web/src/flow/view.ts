/** All of the flow map but deck.gl, which is fetched once there is a map to draw on. */

import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { language } from "../i18n";
import { scheme, type Scheme } from "../scheme";
import { areas, keepFlows, lines } from "./data";
import { showFirst } from "./frame";
import { drawing } from "./drawing";
import type { FlowLines, Hover, Look } from "./lines";
import { marked, pin, pointed } from "./mark";
import { IN_WORDS } from "./FlowPanel";
import { areaLevel, arriving, choosePlace, pinned } from "./choice";
import { drawPlaces, removePlaces } from "./places";

export { query } from "./data";
export { FlowPanel } from "./FlowPanel";
export { comeHome } from "./frame";
export { FlowTip } from "./FlowTip";

const LOOKS: Readonly<Record<Scheme, Look>> = {
  light: { line: [31, 90, 140, 225], pale: [31, 90, 140, 80], marked: [196, 78, 0, 255], edge: [255, 255, 255, 255] },
  dark: { line: [125, 184, 234, 225], pale: [125, 184, 234, 80], marked: [255, 158, 92, 255], edge: [16, 20, 23, 255] },
};

const hover: Hover = (flow, x, y) => void (pointed.value = flow && { key: flow.key, x, y });

let drawn: FlowLines | null = null;

/** A click on the map chooses the line that is there, otherwise the area. */
export function click(unit: string | null, x: number, y: number): void {
  const flow = drawn?.at(x, y);
  if (flow) return pin(flow.key);
  choosePlace(unit !== null && areaLevel.value !== null ? { level: areaLevel.value, unit } : null);
}

/** Takes back what was chosen last. */
export function closeLast(): void {
  if (pinned.value !== null) pinned.value = null;
  else choosePlace(null);
}

/** Draws the flows on a map until the function that comes back is called. */
export function drawFlows(map: MapLibre): () => void {
  const stops = [
    ...keepFlows(),
    drawing.keep(),
    effect(() => drawPlaces(map, lines.value, areas.value.map((a) => a.unit), language.value)),
    effect(() => {
      const code = drawing.value.value;
      if (!code) return;
      drawn ??= new code.FlowLines(map, hover);
      drawn.draw(lines.value, marked.value, LOOKS[scheme.value]);
    }),
  ];
  map.getCanvas().setAttribute("aria-describedby", IN_WORDS);
  if (arriving.value) stops.push(showFirst());
  return () => {
    for (const stop of stops) stop();
    drawn?.remove();
    drawn = null;
    removePlaces(map);
    map.getCanvas().removeAttribute("aria-describedby");
    pointed.value = null;
  };
}
