/** Flows of people as the API has them: the query of a view, and what its rows say. Pure. */

import { number, type Query } from "../api";
import { estimateOf, uncertain } from "../number";
import type { Estimate, Feature, Label } from "../types";
import type { Direction } from "./choice";
import type { Arrival, Relation } from "./filters";

/** The property that is 1 on a flow far above what distance and size explain. */
export const EXCESS = "excess_class";

/** One end of a flow. */
export interface End {
  code: string;
  name: Label;
  at: [number, number];
}

/** People who live in `area` and came from `origin`. */
export interface Flow {
  key: string;
  origin: End;
  area: End;
  /** All of them, or those who came in the time chosen. */
  persons: Estimate;
  /** Whenever they came. */
  everyone: Estimate;
  /** Of the migrants of the area, in per cent. */
  share: Estimate;
  /** Migrants per 1 000 inhabitants of the area. */
  rate: Estimate;
  kilometres: number | null;
  /** People that distance and the sizes of both ends explain, the ratio to them, and whether it is far above 1. */
  expected: Estimate;
  ratio: Estimate;
  far: boolean;
}

export interface Asked {
  direction: Direction;
  /** The kind of rows: the flows of one geography add up to all migrants. */
  geography: string;
  top: number;
  /** The area chosen. */
  unit: string | null;
  /** Codes of the areas of the level that the origins are among. */
  units: readonly string[];
  relation?: Relation | null;
  arrival?: Arrival | null;
  /** Only flows far above what distance and size explain. */
  excess?: boolean;
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
export const anyOf = (name: string, codes: readonly string[]): string => `${name} IN (${codes.map(text).join(",")})`;

/** Flows from these areas: between areas, as all lead to one. */
export const betweenAreas = (units: readonly string[]): string => `${anyOf("origin", units)} AND origin <> destination`;

const ofUnit: Readonly<Record<Direction, (unit: string) => string>> = {
  in: (unit) => `destination = ${unit}`,
  out: (unit) => `origin = ${unit}`,
  between: (unit) => `(origin = ${unit} OR destination = ${unit})`,
};

/** The query of a view. Its CSV is the same query with f=csv. */
export function flowQuery({ direction, geography, top, unit, units, relation = null, arrival = null, excess = false }: Asked): Query {
  const filter = [
    ...(direction === "in" ? [] : [betweenAreas(units)]),
    ...(unit === null ? [] : [ofUnit[direction](text(unit))]),
    ...(relation === null ? [] : [`relation = ${text(relation)}`]),
    ...(excess ? [`${EXCESS} = 1`] : []),
  ].join(" AND ");
  return { geography, ...(filter ? { filter } : {}), sortby: `-${arrival ?? "persons"}`, limit: top };
}

/** The first of the rows that several queries of a view found, in its order. */
export function firstRows(rows: readonly Feature[], by: string, top: number): Feature[] {
  const of = ({ properties: p }: Feature): number => number(p[by]) ?? Number.MIN_SAFE_INTEGER;
  return [...rows].sort((a, b) => of(b) - of(a)).slice(0, top);
}

/** The flow of a row; `arrival` are the people it is of, null for all. */
export function flowOf({ properties: p }: Feature, arrival: Arrival | null = null): Flow {
  const end = (name: "origin" | "destination"): End => {
    const code = String(p[name]);
    const zh = String(p[`${name}_zh`] ?? p[`${name}_en`] ?? code);
    return { code, name: { zh, en: String(p[`${name}_en`] ?? zh) }, at: [number(p[`${name}_lon`]) ?? NaN, number(p[`${name}_lat`]) ?? NaN] };
  };
  const [origin, area] = [end("origin"), end("destination")];
  const [persons, everyone] = [estimateOf(p, arrival ?? "persons"), estimateOf(p, "persons")];
  const numbers = { persons, everyone, share: estimateOf(p, "share"), rate: estimateOf(p, "rate"), expected: estimateOf(p, "expected"), ratio: estimateOf(p, "ratio") };
  return { key: `${origin.code}>${area.code}`, origin, area, ...numbers, kilometres: number(p["distance_km"]), far: p[EXCESS] === 1 };
}

const placed = ({ at }: End): boolean => at.every(Number.isFinite);
const apart = (a: End, b: End): boolean => a.at[0] !== b.at[0] || a.at[1] !== b.at[1];

/** Whether a flow has a line: its number is above its margin, and both ends are somewhere. */
export const hasLine = ({ persons, origin, area }: Flow): boolean =>
  (persons.value ?? 0) > 0 && !uncertain("count", persons.value, persons.margin) && placed(origin) && placed(area) && apart(origin, area);

const WIDEST = 12;
const THINNEST = 1.2;

/** The width of a line in pixels, in proportion to the people but for the smallest. */
export const widthOf = (persons: number, most: number): number => (most > 0 ? Math.max(THINNEST, (WIDEST * persons) / most) : THINNEST);

/** The larger end of the scale of widths: the people of the largest flow that has a line. */
export const largest = (flows: readonly Flow[]): number => Math.max(0, ...flows.map((f) => f.persons.value ?? 0));

/** The ends of the lines, each once, with the width of its widest line. */
export function endsOf(flows: readonly Flow[]): { end: End; origin: boolean; most: number }[] {
  const found = new Map<string, { end: End; origin: boolean; most: number }>();
  for (const f of flows)
    for (const [end, origin] of [[f.area, false], [f.origin, true]] as const) {
      const known = found.get(end.code) ?? { end, origin, most: 0 };
      found.set(end.code, { ...known, origin: known.origin && origin, most: Math.max(known.most, f.persons.value ?? 0) });
    }
  return [...found.values()];
}

/** The box around the ends of flows: west, south, east, north. */
export function boxOfFlows(flows: readonly Flow[]): [number, number, number, number] | null {
  const ends = flows.flatMap((f) => [f.origin.at, f.area.at]);
  if (!ends.length) return null;
  const [x, y] = [ends.map(([lon]) => lon), ends.map(([, lat]) => lat)];
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}
