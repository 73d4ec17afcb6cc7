/** The place that was searched for and chosen, and its part of the address. */

import { signal } from "@preact/signals";

export interface FoundPlace {
  lon: number;
  lat: number;
  name: string;
}

export const found = signal<FoundPlace | null>(null);

/** Degrees to about 1 m, as the address has them. */
const rounded = (value: number): number => Number(value.toFixed(5));
const MAX_NAME = 120;

export function put(lon: number, lat: number, name: string): void {
  found.value = { lon: rounded(lon), lat: rounded(lat), name: name.slice(0, MAX_NAME) };
}

function decoded(text: string): FoundPlace | null {
  const [lonText = "", latText = "", ...name] = text.split(",");
  const [lon, lat] = [lonText, latText].map((part) => (part ? Number(part) : Number.NaN)) as [number, number];
  const there = Math.abs(lon) <= 180 && Math.abs(lat) <= 85;
  return there ? { lon, lat, name: name.join(",").slice(0, MAX_NAME) } : null;
}

export const foundParts = (): [string, string | null][] => [["place", found.value && `${found.value.lon},${found.value.lat},${found.value.name}`]];

export function takeFound(address: URLSearchParams): void {
  const next = decoded(address.get("place") ?? "");
  if (JSON.stringify(next) !== JSON.stringify(found.value)) found.value = next;
}
