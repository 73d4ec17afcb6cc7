/** The place whose isochrones are shown, and its part of the address. */

import { signal } from "@preact/signals";
import { tool } from "../live/tool";

/** A station of the release, or any place in degrees. */
export type Place = { station: string } | { lon: number; lat: number };

export const place = signal<Place | null>(null);

/** Degrees to about 1 m, as the address has them. */
const rounded = (value: number): number => Number(value.toFixed(5));
const within = (lon: number, lat: number): boolean => Math.abs(lon) <= 180 && Math.abs(lat) <= 85;

export function putPlace(lon: number, lat: number): void {
  if (within(lon, lat)) place.value = { lon: rounded(lon), lat: rounded(lat) };
}

export const putStation = (station: string): void => void (place.value = { station });

const STATION = "station:";
const MAX_TEXT = 200;
const encoded = (at: Place): string => ("station" in at ? STATION + at.station : `${at.lon},${at.lat}`);

function decoded(text: string): Place | null {
  if (text.startsWith(STATION)) {
    const station = text.slice(STATION.length);
    return station && station.length <= MAX_TEXT ? { station } : null;
  }
  const [lon = Number.NaN, lat = Number.NaN, ...rest] = text.split(",").map((part) => (part ? Number(part) : Number.NaN));
  return rest.length === 0 && within(lon, lat) ? { lon, lat } : null;
}

export const placeParts = (): [string, string | null][] => (tool.value === "isochrone" && place.value ? [["from", encoded(place.value)]] : []);

/** Takes in what an address says; a place of before comes back when the tool is opened again. */
export function takePlace(address: URLSearchParams): void {
  if (address.get("tool") === "isochrone") place.value = decoded(address.get("from") ?? "");
}
