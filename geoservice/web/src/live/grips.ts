/** Places on the map that the pointer drags and the arrow keys move. */

import { effect } from "@preact/signals";
import { Marker, type Map as MapLibre, type MapMouseEvent, type MapTouchEvent } from "maplibre-gl";
import { arrowStep } from "./arrows";
import type { Drag } from "./drag";

export interface Grip {
  id: string;
  lon: number;
  lat: number;
  /** What it looks like: `data-kind` of its element. */
  kind: string;
  label: string;
}

export interface Acts {
  move(id: string, lon: number, lat: number): void;
  press?(id: string): void;
  /** Removes a place; returns whether it could be. */
  remove?(id: string): boolean;
}

interface Made {
  marker: Marker;
  element: HTMLButtonElement;
  grip: Grip;
}

const REMOVING = ["Delete", "Backspace"];
const made = new Map<string, Made>();

/** Gives the keyboard a place on the map. */
export const focusGrip = (id: string): void => made.get(id)?.element.focus();

/** Whether the pointer is on a place, or on the marker of a station, and not on the map. */
export const onMarker = (event: MapMouseEvent | MapTouchEvent): boolean => event.originalEvent.target instanceof Element && event.originalEvent.target.closest(".maplibregl-marker") !== null;

function onKey(map: MapLibre, { grip }: Made, acts: Acts, event: KeyboardEvent): void {
  const to = arrowStep(map, [grip.lon, grip.lat], event);
  if (to) acts.move(grip.id, ...to);
  else if (!acts.remove || !REMOVING.includes(event.key)) return;
  else if (acts.remove(grip.id)) (made.get(grip.id) ?? [...made.values()].at(-1))?.element.focus();
  event.preventDefault();
  event.stopPropagation();
}

function make(map: MapLibre, grip: Grip, acts: Acts, drag: Drag): Made {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "grip";
  element.dataset["grip"] = grip.id;
  const own: Made = { marker: new Marker({ element, draggable: true, clickTolerance: 3 }), element, grip };
  element.addEventListener("keydown", (event) => onKey(map, own, acts, event));
  element.addEventListener("click", () => acts.press?.(own.grip.id));
  own.marker.on("dragstart", () => drag.begin());
  own.marker.on("drag", () => {
    const { lng, lat } = own.marker.getLngLat();
    acts.move(own.grip.id, lng, lat);
  });
  own.marker.on("dragend", () => drag.end());
  return own;
}

function update(own: Made, grip: Grip): void {
  own.grip = grip;
  own.marker.setLngLat([grip.lon, grip.lat]);
  own.element.dataset["kind"] = grip.kind;
  own.element.title = grip.label;
  own.element.setAttribute("aria-label", grip.label);
}

function clear(id: string): void {
  made.get(id)?.marker.remove();
  made.delete(id);
}

/** Keeps a marker for each place until the function that comes back is called. */
export function keepGrips(map: MapLibre, grips: () => readonly Grip[], acts: Acts, drag: Drag): () => void {
  const stop = effect(() => {
    const wanted = grips();
    for (const id of made.keys()) if (!wanted.some((g) => g.id === id)) clear(id);
    for (const grip of wanted) {
      const there = made.get(grip.id);
      const own = there ?? make(map, grip, acts, drag);
      made.set(grip.id, own);
      update(own, grip);
      if (!there) own.marker.addTo(map);
    }
  });
  return () => {
    stop();
    for (const id of [...made.keys()]) clear(id);
  };
}
