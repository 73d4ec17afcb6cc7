/** The mark of the place chosen, with its name. */

import { effect } from "@preact/signals";
import { Marker, type Map as MapLibre } from "maplibre-gl";
import { flyToBox } from "../map/flight";
import { found } from "./choice";

const AROUND = 0.01;

function element(name: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "found-mark";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", name);
  const label = document.createElement("span");
  label.textContent = name;
  box.append(label);
  return box;
}

export function keepMark(map: MapLibre): () => void {
  let marker: Marker | null = null;
  let first = true;
  const stop = effect(() => {
    const place = found.value;
    marker?.remove();
    marker = place && new Marker({ element: element(place.name), anchor: "bottom" }).setLngLat([place.lon, place.lat]).addTo(map);
    if (place && first && !location.hash.includes("map=")) flyToBox([place.lon - AROUND, place.lat - AROUND, place.lon + AROUND, place.lat + AROUND]);
    first = false;
  });
  return () => {
    stop();
    marker?.remove();
  };
}
