/** The part of the map that no bars lie over: the search, the tools, the buttons, the scale and the sheet of a narrow screen. */

import type { Map as MapLibre } from "maplibre-gl";
import { calm, ROOM, type Box } from "./build";

export type Insets = Record<"top" | "right" | "bottom" | "left", number>;
/** What lies over the map, beside it in the page or in it. */
const BARS = ".search, .tries, .buttons, .faults, .credit, .map-name, .maplibregl-ctrl, .sheet";
/** Pixels between a place and a bar: half of a place that fingers drag, and some air. */
const AIR = 20;

export type Frame = Pick<DOMRect, "top" | "right" | "bottom" | "left">;

/** How far bars reach into a frame from each edge; each bar belongs to the edge from which it takes the smallest part of the frame. */
export function insetsOf(frame: Frame, bars: readonly Frame[]): Insets {
  const [width, height] = [frame.right - frame.left, frame.bottom - frame.top];
  const insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  for (const bar of bars) {
    const isOver = bar.right > bar.left && bar.bottom > bar.top && bar.left < frame.right && bar.right > frame.left && bar.top < frame.bottom && bar.bottom > frame.top;
    if (!isOver) continue;
    const reach: [keyof Insets, number, number][] = [
      ["top", bar.bottom - frame.top, height], ["bottom", frame.bottom - bar.top, height], ["left", bar.right - frame.left, width], ["right", frame.right - bar.left, width],
    ];
    const [edge, pixels] = reach.reduce((least, next) => (next[1] / next[2] < least[1] / least[2] ? next : least));
    insets[edge] = Math.max(insets[edge], pixels);
  }
  return insets;
}

/** The room at each edge that what is shown needs; that of an empty map where bars leave no place. */
export function roomOf(frame: Frame, bars: readonly Frame[]): Insets {
  const { top, right, bottom, left } = insetsOf(frame, bars);
  const room = { top: top + AIR, right: right + AIR, bottom: bottom + AIR, left: left + AIR };
  const fits = frame.right - frame.left - room.left - room.right > 2 * AIR && frame.bottom - frame.top - room.top - room.bottom > 2 * AIR;
  return fits ? room : ROOM;
}

function roomIn(map: MapLibre): Insets {
  const container = map.getContainer();
  const bars = [...(container.closest(".page") ?? container).querySelectorAll(BARS)].map((bar) => bar.getBoundingClientRect());
  return roomOf(container.getBoundingClientRect(), bars);
}

/**
 * Brings a box into the free part of the map if some of it is out of sight, or beneath a bar. With `zooming` false, the map
 * moves but does not come closer.
 */
export function reveal(map: MapLibre, box: Box, zooming = true): void {
  const [room, { clientWidth, clientHeight }] = [roomIn(map), map.getContainer()];
  const isFree = ([lon, lat]: [number, number]): boolean => {
    const { x, y } = map.project([lon, lat]);
    return x >= room.left && x <= clientWidth - room.right && y >= room.top && y <= clientHeight - room.bottom;
  };
  if (isFree([box[0], box[1]]) && isFree([box[2], box[3]])) return;
  map.fitBounds(box, { padding: room, maxZoom: zooming ? 15 : map.getZoom(), duration: calm() ? 0 : 900 });
}
