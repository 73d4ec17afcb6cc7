/** What the pointer and the keyboard do on the map while a zone is being drawn. */

import type { Map as MapLibre, MapLayerMouseEvent, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import { holdDoubleClick } from "../live/doubleClick";
import { onMarker } from "../live/grips";
import { addCorner, drawCircle, drawing, edgeTo, finish, finishable, kind, path, pointer, removeLast } from "./choice";
import { drag } from "./data";
import { distance, type Position } from "./shape";

type Pointed = MapMouseEvent | MapTouchEvent;

/** Pixels that make a drag of a click, and two clicks of a double click one. */
const NEAR = 4;
/** A circle put by a click: its radius is this part of what the map shows. */
const PART = 8;

const placeOf = ({ lngLat }: Pointed): Position => [lngLat.lng, lngLat.lat];

/** A radius that is easily seen, as a round number of metres. */
export function radiusFor(map: MapLibre): number {
  const { x, y } = map.project(map.getCenter());
  const width = map.getContainer().clientWidth;
  const metres = distance(map.unproject([x, y]).toArray(), map.unproject([x + width / PART, y]).toArray());
  const unit = 10 ** Math.floor(Math.log10(metres));
  return Math.max(1, Math.round(metres / unit) * unit);
}

export function click(map: MapLibre, event: MapLayerMouseEvent): void {
  if (!drawing.value || onMarker(event)) return;
  if (kind.value === "circle") return drawCircle(placeOf(event), radiusFor(map));
  const last = path.value.at(-1);
  if (last && map.project([...last]).dist(event.point) < NEAR) return; // the second click of a double click
  addCorner(event.lngLat.lng, event.lngLat.lat);
}

/** A circle is drawn from its centre to its edge. */
function down(map: MapLibre, event: Pointed): void {
  const fingers = "touches" in event.originalEvent ? event.originalEvent.touches.length : 1;
  if (!drawing.value || kind.value !== "circle" || onMarker(event) || fingers > 1) return;
  event.preventDefault();
  const [center, from] = [placeOf(event), event.point];
  const follow = (at: Pointed): void => {
    if (drawing.value && at.point.dist(from) < NEAR) return;
    drag.begin();
    edgeTo(center, placeOf(at));
  };
  const end = (): void => {
    map.off("mousemove", follow);
    map.off("touchmove", follow);
    for (const name of ["mouseup", "touchend", "touchcancel"]) window.removeEventListener(name, end);
    drag.end();
  };
  map.on("mousemove", follow);
  map.on("touchmove", follow);
  for (const name of ["mouseup", "touchend", "touchcancel"]) window.addEventListener(name, end);
}

function keys(event: KeyboardEvent): void {
  const { target } = event;
  const elsewhere = target instanceof HTMLElement && target.closest("input, select, textarea, button:not(.grip), a, summary") !== null;
  if (!drawing.value || elsewhere || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter" && finishable.value) finish();
  else if (event.key === "Backspace" && path.value.length) removeLast();
  else return;
  event.preventDefault();
}

/** Two clicks put two corners and do not zoom. */
export function keepPointer(map: MapLibre): () => void {
  const begin = (event: Pointed): void => down(map, event);
  const hover = (event: MapMouseEvent): void => {
    const follows = drawing.value && kind.value === "polygon" && path.value.length > 0;
    pointer.value = follows ? placeOf(event) : null;
  };
  const leave = (): void => void (pointer.value = null);
  map.on("mousedown", begin);
  map.on("touchstart", begin);
  map.on("mousemove", hover);
  map.on("mouseout", leave);
  map.on("dblclick", finish);
  document.addEventListener("keydown", keys);
  const release = holdDoubleClick(map);
  return () => {
    map.off("mousedown", begin);
    map.off("touchstart", begin);
    map.off("mousemove", hover);
    map.off("mouseout", leave);
    map.off("dblclick", finish);
    document.removeEventListener("keydown", keys);
    release();
    leave();
  };
}
