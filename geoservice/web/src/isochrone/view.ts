/** All of the isochrones, fetched when they are opened. */

import type { Map as MapLibre, MapLayerMouseEvent } from "maplibre-gl";
import { holdDoubleClick } from "../live/doubleClick";
import { onMarker } from "../live/grips";
import { closeCard } from "../map/cards";
import { reveal } from "../map/room";
import { place, putPlace, putStation } from "./choice";
import { asking } from "./data";
import { keepDrawn } from "./draw";

export { IsochronePanel as Panel } from "./IsochronePanel";

const CIRCLES = "stations-circle";

/** The station under the pointer, otherwise the place itself. */
export function click(map: MapLibre, event: MapLayerMouseEvent): void {
  if (onMarker(event)) return;
  const station = map.getLayer(CIRCLES) ? map.queryRenderedFeatures(event.point, { layers: [CIRCLES] })[0] : undefined;
  if (station) putStation(String(station.properties["unit"]));
  else putPlace(event.lngLat.lng, event.lngLat.lat);
}

/** A place is put at once: there is nothing to cancel. */
export const cancel = (): boolean => false;

export function draw(map: MapLibre): () => void {
  closeCard();
  const at = place.value;
  if (at && "lon" in at) reveal(map, [at.lon, at.lat, at.lon, at.lat], false);
  const stops = [asking.keep(), ...keepDrawn(map), holdDoubleClick(map)];
  return () => {
    for (const stop of stops) stop();
  };
}
