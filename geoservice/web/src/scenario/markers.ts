/** Markers of new, moved and closed stations: dragged by the pointer, moved by the arrow keys. */

import { effect } from "@preact/signals";
import { Marker, type Map as MapLibre } from "maplibre-gl";
import { createElement, render } from "preact";
import { arrowStep } from "../live/arrows";
import { openCard } from "../map/cards";
import { change, edits, locked, move, picked, remove } from "./choice";
import { drag, marks, type Marked } from "./data";
import { editOf, isNew } from "./edits";
import { Icon } from "./Icon";
import { ScenarioCard } from "./ScenarioCard";
import { markLabel } from "./words";

let drags = 0;

/** Begins a drag; its positions are one step of the history. */
export function startDrag(): string {
  drag.begin();
  return `drag ${++drags}`;
}

export const endDrag = (): void => drag.end();

/** Moves a station by an arrow key. */
function step(map: MapLibre, { station, lon, lat }: Marked, event: KeyboardEvent): boolean {
  const to = locked.value ? null : arrowStep(map, [lon, lat], event);
  if (to) move(station, to[0], to[1], `arrows ${station}`);
  return to !== null;
}

/** Removes a new station, closes one of the release. */
function drop(map: MapLibre, station: string): void {
  const edit = editOf(edits.value, station);
  if (!edit || !isNew(edit)) return change(station, { open: false });
  remove(station);
  map.getCanvas().focus();
}

interface Made {
  marker: Marker;
  element: HTMLButtonElement;
  mark: Marked;
}

const made = new Map<string, Made>();

/** Gives the keyboard the marker of a station. */
export const focusMark = (station: string): void => made.get(station)?.element.focus();

function make(map: MapLibre, mark: Marked): Made {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "scenario-mark scenario-marker";
  element.dataset["station"] = mark.station;
  element.setAttribute("aria-label", markLabel(mark));
  const own: Made = { marker: new Marker({ element, draggable: true, clickTolerance: 3 }), element, mark };
  element.addEventListener("keydown", (event) => {
    const done = step(map, own.mark, event);
    if (!done && event.key !== "Delete" && event.key !== "Backspace") return;
    if (!done && !locked.value) drop(map, own.mark.station);
    event.preventDefault();
    event.stopPropagation();
  });
  element.addEventListener("click", () => openCard([own.mark.lon, own.mark.lat], createElement(ScenarioCard, { station: own.mark.station })));
  let key = "";
  own.marker.on("dragstart", () => void (key = startDrag()));
  own.marker.on("drag", () => {
    const { lng, lat } = own.marker.getLngLat();
    move(own.mark.station, lng, lat, key);
  });
  own.marker.on("dragend", endDrag);
  return own;
}

function update(own: Made, mark: Marked): void {
  own.mark = mark;
  const { element, marker } = own;
  marker.setLngLat([mark.lon, mark.lat]).setDraggable(!locked.value);
  if (element.dataset["kind"] !== mark.kind) render(createElement(Icon, { kind: mark.kind }), element);
  element.dataset["kind"] = mark.kind;
  element.toggleAttribute("data-present", locked.value);
  const label = markLabel(mark);
  element.setAttribute("aria-label", label);
  element.title = label;
}

/** Keeps a marker for each edit until the function that comes back is called. */
export function keepMarkers(map: MapLibre): () => void {
  const clear = (station: string, { marker, element }: Made): void => {
    render(null, element);
    marker.remove();
    made.delete(station);
  };
  const stop = effect(() => {
    const wanted = new Map(marks.value.map((m) => [m.station, m]));
    for (const [station, own] of made) if (!wanted.has(station)) clear(station, own);
    for (const [station, mark] of wanted) {
      const there = made.get(station);
      const own = there ?? make(map, mark);
      if (!there) made.set(station, own);
      update(own, mark);
      if (!there) own.marker.addTo(map);
    }
  });
  return () => {
    stop();
    for (const [station, own] of made) clear(station, own);
    picked.value = null;
  };
}
