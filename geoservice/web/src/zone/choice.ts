/** The zone that the reader draws, as far as it is drawn, and its part of the address. */

import { batch, computed, signal } from "@preact/signals";
import { tool } from "../live/tool";
import { bearing, circle, cornerMoved, cornerRemoved, decoded, destination, distance, encoded, LEAST, MOST, rounded, within, type Position, type Zone } from "./shape";

export const KINDS = ["polygon", "circle"] as const;
export type Kind = (typeof KINDS)[number];

/** What is drawn next. */
export const kind = signal<Kind>("polygon");
export const zone = signal<Zone | null>(null);
/** Corners of a polygon that is not finished. */
export const path = signal<readonly Position[]>([]);
/** Where the pointer is while a polygon is being drawn. */
export const pointer = signal<Position | null>(null);
export const zoneOn = computed((): boolean => tool.value === "zone");
/** Whether clicks on the map draw. */
export const drawing = computed((): boolean => zoneOn.value && zone.value === null);

export function addCorner(lon: number, lat: number): void {
  const corner = rounded(lon, lat);
  if (within(corner) && path.value.length < MOST) path.value = [...path.value, corner];
}

export const removeLast = (): void => void (path.value = path.value.slice(0, -1));
export const finishable = computed((): boolean => path.value.length >= LEAST);

export function finish(): void {
  if (!finishable.value) return;
  batch(() => {
    zone.value = { type: "Polygon", corners: path.value };
    [path.value, pointer.value] = [[], null];
  });
}

/** Takes back what is being drawn; returns whether there was something. */
export function cancel(): boolean {
  const begun = path.value.length > 0;
  [path.value, pointer.value] = [[], null];
  return begun;
}

export function clear(): void {
  batch(() => ([zone.value, path.value, pointer.value] = [null, [], null]));
}

/** The direction in which the grip of the radius lies from the centre. */
const towards = signal(90);

export function drawCircle(center: Position, radius: number): void {
  if (within(center)) zone.value = circle(rounded(...center), radius);
}

/** Sets the radius so that the edge passes a place. */
export function edgeTo(center: Position, edge: Position): void {
  batch(() => {
    towards.value = bearing(center, edge);
    drawCircle(center, distance(center, edge));
  });
}

/** What of the zone can be dragged: corners by number, or centre and edge. */
export interface Handle {
  id: string;
  at: Position;
}

export const handles = computed((): Handle[] => {
  const corners = zone.value?.type === "Polygon" ? zone.value.corners : path.value;
  if (zone.value?.type !== "Circle") return corners.map((at, i) => ({ id: String(i), at }));
  const { center, radius } = zone.value;
  return [{ id: "center", at: center }, { id: "edge", at: destination(center, radius, towards.value) }];
});

export function moveHandle(id: string, lon: number, lat: number): void {
  const to = rounded(lon, lat);
  const now = zone.value;
  if (!within(to)) return;
  if (now?.type === "Circle") return id === "edge" ? edgeTo(now.center, to) : drawCircle(to, now.radius);
  if (now) zone.value = { ...now, corners: cornerMoved(now.corners, Number(id), to) };
  else path.value = cornerMoved(path.value, Number(id), to);
}

/** Removes a corner; returns whether it could be. */
export function removeHandle(id: string): boolean {
  const now = zone.value;
  if (now?.type === "Circle" || (now && now.corners.length <= LEAST)) return false;
  if (now) zone.value = { ...now, corners: cornerRemoved(now.corners, Number(id)) };
  else path.value = cornerRemoved(path.value, Number(id));
  return true;
}

export const zoneParts = (): [string, string | null][] => (zoneOn.value && zone.value ? [["zone", encoded(zone.value)]] : []);

/** Takes in what an address says; a zone of before comes back when the tool is opened again. */
export function takeZone(address: URLSearchParams): void {
  if (address.get("tool") !== "zone") return;
  const found = decoded(address.get("zone") ?? "");
  batch(() => {
    zone.value = found;
    if (found) kind.value = found.type === "Circle" ? "circle" : "polygon";
    if (found) path.value = [];
  });
}
