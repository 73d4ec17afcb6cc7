/** Stops and tours of vans as a timetable: by van and week, a tour a day. Pure. */

import { number } from "../api";
import { estimateOf } from "../number";
import type { Estimate, Feature, Label } from "../types";

export interface Stop {
  unit: string;
  name: Label;
  area: Label;
  status: string;
  reason: Label;
  tour: string;
  order: number;
  arrives: string;
  opens: string;
  leaves: string;
  driving: number | null;
  people: Estimate;
  geometry: GeoJSON.Geometry | null;
}

export interface Tour {
  unit: string;
  /** Its van, by base and number. */
  van: string;
  name: Label;
  weekday: number;
  every: number;
  week: number;
  cycle: number;
  departs: string;
  returns: string;
  driving: number | null;
  geometry: GeoJSON.Geometry | null;
  stops: Stop[];
}

/** The tours of a van in one week. */
export interface Sheet {
  van: string;
  name: Label;
  week: number;
  tours: Tour[];
}

const label = (p: Feature["properties"], name: string): Label => {
  const zh = String(p[`${name}_zh`] ?? "");
  return { zh, en: String(p[`${name}_en`] ?? zh) };
};

export const stopOf = ({ geometry, properties: p }: Feature): Stop => ({
  unit: String(p["unit"]), name: label(p, "name"), area: label(p, "area"), status: String(p["status"]), reason: label(p, "reason"),
  tour: String(p["tour"] ?? ""), order: number(p["visit_order"]) ?? 0, arrives: String(p["arrives"] ?? ""), opens: String(p["opens"] ?? ""),
  leaves: String(p["leaves"] ?? ""), driving: number(p["driving_minutes"]), people: estimateOf(p, "persons"), geometry,
});

export const tourOf = ({ geometry, properties: p }: Feature, stops: Stop[]): Tour => ({
  unit: String(p["unit"]), van: `${p["base"]}.${p["van"]}`, name: label(p, "name"), weekday: number(p["weekday"]) ?? 1, every: number(p["every_weeks"]) ?? 1,
  week: number(p["week"]) ?? 1, cycle: number(p["cycle_weeks"]) ?? 1, departs: String(p["departs"]), returns: String(p["returns"]), driving: number(p["driving_minutes"]), geometry,
  stops: stops.filter((s) => s.tour === String(p["unit"])).sort((a, b) => a.order - b.order),
});

export const isDriven = (tour: Tour, week: number): boolean => week >= tour.week && (week - tour.week) % tour.every === 0;

/** The vans by base and number, each once, in the order of the tours. */
export const vansOf = (tours: Tour[]): (readonly [string, Label])[] => [...new Map(tours.map((t) => [t.van, t.name] as const))].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));

export const weeksOf = (tours: Tour[]): number[] => Array.from({ length: Math.max(0, ...tours.map((t) => t.cycle)) }, (_, i) => i + 1);

/** The timetable of one van or all of them, in one week or all of the cycle; weeks without a tour are left out. */
export function sheets(tours: Tour[], van: string | null, week: number | null): Sheet[] {
  const found = vansOf(tours).filter(([id]) => van === null || id === van);
  const weeks = weeksOf(tours).filter((w) => week === null || w === week);
  return found.flatMap(([id, name]) => weeks.map((w) => ({ van: id, name, week: w, tours: tours.filter((t) => t.van === id && isDriven(t, w)).sort((a, b) => a.weekday - b.weekday) }))).filter((s) => s.tours.length > 0);
}
