/** What the pointer does on the map of a scenario: a click puts a station or opens the card of one, a drag moves one. */

import type { Map as MapLibre, MapLayerMouseEvent, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import { createElement } from "preact";
import { holdDoubleClick } from "../live/doubleClick";
import { tool } from "../live/tool";
import { closeCard, openCard } from "../map/cards";
import { elsewhere, locked, move, picked, put } from "./choice";
import { known, places } from "./data";
import { endDrag, startDrag } from "./markers";
import { ScenarioCard } from "./ScenarioCard";

const CIRCLES = "stations-circle";
/** Pixels that make a drag of a click. */
const NEAR = 3;

type Pointed = MapMouseEvent | MapTouchEvent;

function stationAt(map: MapLibre, event: Pointed): string | null {
  const found = map.getLayer(CIRCLES) ? map.queryRenderedFeatures(event.point, { layers: [CIRCLES] })[0] : undefined;
  const unit = found && String(found.properties["unit"]);
  return unit !== undefined && known.value.has(unit) ? unit : null;
}

const onMarker = (event: Pointed): boolean => event.originalEvent.target instanceof Element && event.originalEvent.target.closest(".scenario-marker") !== null;

export function click(map: MapLibre, event: MapLayerMouseEvent): void {
  if (onMarker(event) || closeCard()) return;
  if (elsewhere.value) return;
  const station = stationAt(map, event);
  if (station !== null) {
    picked.value = station;
    const { lon, lat } = places.value.value!.get(station)!;
    return openCard([lon, lat], createElement(ScenarioCard, { station }));
  }
  if (!locked.value && places.value.value) put(event.lngLat.lng, event.lngLat.lat, known.value);
}

/** A station of the release under the pointer is dragged; its marker follows from then on. */
function down(map: MapLibre, event: Pointed): void {
  if (locked.value || tool.value || onMarker(event)) return;
  const station = stationAt(map, event);
  if (station === null) return;
  event.preventDefault();
  const from = event.point;
  let key: string | null = null;
  const follow = (at: Pointed): void => {
    if (key === null && at.point.dist(from) < NEAR) return;
    key ??= startDrag();
    move(station, at.lngLat.lng, at.lngLat.lat, key);
  };
  const end = (): void => {
    map.off("mousemove", follow);
    map.off("touchmove", follow);
    for (const name of ["mouseup", "touchend", "touchcancel"]) window.removeEventListener(name, end);
    if (key !== null) endDrag();
  };
  map.on("mousemove", follow);
  map.on("touchmove", follow);
  for (const name of ["mouseup", "touchend", "touchcancel"]) window.addEventListener(name, end);
}

/** Two clicks put two stations and do not zoom. */
export function keepPointer(map: MapLibre): () => void {
  const begin = (event: Pointed): void => down(map, event);
  map.on("mousedown", begin);
  map.on("touchstart", begin);
  const release = holdDoubleClick(map);
  return () => {
    map.off("mousedown", begin);
    map.off("touchstart", begin);
    release();
  };
}
