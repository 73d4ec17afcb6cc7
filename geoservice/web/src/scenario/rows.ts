/** The answer of the server as rows: changed areas, stations, and the share of the study. Pure. */

import { breakAt, differenceOf, estimated, type Answered, type AnsweredBreak, type BreakNumbers } from "../live/answered";
import type { Estimate } from "../types";

export interface AnsweredArea {
  geography: string;
  unit: string;
  name_zh: string | null;
  name_en: string | null;
  persons: Answered;
  median_minutes: Answered;
  median_minutes_before: Answered;
  breaks: AnsweredBreak[];
  /** Places for each 1 000 persons (E2SFCA), where they were asked for; the change is after less before. */
  access?: Answered;
  access_before?: Answered;
  access_change?: Answered;
  /** Of the scenario that the question compares with, and how much higher it is than there. */
  access_compared?: Answered;
  access_difference?: Answered;
}

export interface AnsweredStation {
  id: string;
  name: string | null;
  capacity: number | null;
  persons: Answered;
  persons_before: Answered;
  load: Answered;
  load_before: Answered;
}

export interface Answer {
  areas: AnsweredArea[];
  stations: AnsweredStation[];
  off_street: string[];
}

/** Accessibility before and after, and the difference with a margin of its own: both have the errors of the same people. */
export interface AccessNumbers {
  before: Estimate;
  after: Estimate;
  change: Estimate;
  /** From the scenario that the question compares with. */
  difference: Estimate | null;
}

export interface AreaRow extends BreakNumbers {
  unit: string;
  zh: string;
  en: string;
  people: Estimate;
  /** Minutes within which half of the people arrive. */
  median: Estimate;
  median_before: Estimate;
  access: AccessNumbers | null;
}

function accessOf({ access, access_before, access_change, access_difference }: AnsweredArea): AccessNumbers | null {
  if (!access || !access_before || !access_change) return null;
  return { before: estimated(access_before), after: estimated(access), change: differenceOf(access_change), difference: access_difference ? differenceOf(access_difference) : null };
}

function rowOf(area: AnsweredArea, minutes: number): AreaRow | null {
  const { unit, name_zh, name_en, persons, median_minutes, median_minutes_before, breaks } = area;
  const numbers = breakAt(breaks, minutes);
  if (!numbers) return null;
  const medians = { median: estimated(median_minutes), median_before: estimated(median_minutes_before) };
  return { unit, zh: name_zh ?? unit, en: name_en ?? name_zh ?? unit, people: estimated(persons), access: accessOf(area), ...medians, ...numbers };
}

/** The areas of a level at some minutes. */
export const rowsAt = (answer: Answer, level: string, minutes: number): AreaRow[] =>
  answer.areas.filter((a) => a.geography === level).map((a) => rowOf(a, minutes)).filter((r) => r !== null);

/** People that the study does not show are some; only a number of zero is nobody. */
const some = ({ value, status }: Estimate): boolean => status === "under" || (value ?? 0) !== 0;
export const size = ({ value }: Estimate): number => value ?? 0;

/** Rows with people newly within the minutes or no longer within them, the most gained first, then the most lost. */
export const changedRows = (rows: readonly AreaRow[]): AreaRow[] =>
  rows.filter((r) => some(r.gained) || some(r.lost)).sort((a, b) => size(b.gained) - size(a.gained) || size(b.lost) - size(a.lost));

/** Rows whose accessibility changes, the largest changes first. */
export const accessRows = (rows: readonly AreaRow[]): (AreaRow & { access: AccessNumbers })[] =>
  rows.flatMap((r) => (r.access && size(r.access.change) !== 0 ? [{ ...r, access: r.access }] : [])).sort((a, b) => Math.abs(size(b.access.change)) - Math.abs(size(a.access.change)));

export interface Overall {
  before: Estimate;
  after: Estimate;
  /** In percentage points. */
  change: Estimate;
  gained: Estimate;
  lost: Estimate;
  /** Median minutes before and after, where one area holds the study. */
  medians: readonly [Estimate, Estimate] | null;
  access?: AccessNumbers | null;
}

export const ZERO: Estimate = { value: 0, margin: 0, status: "ok" };
export const unknown: Estimate = { value: null, margin: null, status: null };

/** The study where nothing changes. */
export const unchanged = (share: Estimate, median: Estimate | null = null): Overall => ({ before: share, after: share, change: ZERO, gained: ZERO, lost: ZERO, medians: median && [median, median] });

/** The share of an area before and after; the server knows the margin of the difference, in which shared errors cancel. */
export function overallOf({ share: after, share_before: before, share_change: change, gained, lost, median, median_before, access }: AreaRow): Overall {
  return { before, after, change, gained, lost, medians: [median_before, median], access };
}

function sumOf(parts: readonly Estimate[]): Estimate {
  const known = parts.filter((p) => p.value !== null);
  if (known.some((p) => p.margin === null)) return { value: known.reduce((s, p) => s + p.value!, 0), margin: null, status: "ok" };
  return { value: known.reduce((s, p) => s + p.value!, 0), margin: Math.hypot(...known.map((p) => p.margin!)), status: "ok" };
}

/** What a difference of the shares of areas makes of the share of the study, which has `people`; errors of areas as independent. */
export function summedChange(rows: readonly AreaRow[], of: (row: AreaRow) => Estimate, people: number): Estimate {
  const weight = (row: AreaRow): number => size(row.people) / people;
  const sum = sumOf(rows.map((row) => ({ value: size(of(row)) * weight(row), margin: of(row).margin === null ? null : of(row).margin! * weight(row), status: null })));
  return differenceOf(sum);
}

/** The same for a study that no single area holds: of its people and share before, and the areas that change. */
export function summedOverall(rows: readonly AreaRow[], before: Estimate, people: Estimate): Overall {
  const [gained, lost] = [sumOf(rows.map((r) => r.gained)), sumOf(rows.map((r) => r.lost))];
  if (before.value === null || !people.value) return { before, after: before, change: unknown, gained, lost, medians: null };
  const change = summedChange(rows, (row) => row.share_change, people.value);
  return { before, after: { ...before, value: before.value + size(change) }, change, gained, lost, medians: null };
}

export interface StationRow {
  id: string;
  name: string | null;
  before: Estimate;
  after: Estimate;
  /** People as a share of the capacity, in percent. */
  load: Estimate;
}

/** A closed station has no load, nor has one without a capacity. */
function loadOf({ id, load, persons }: AnsweredStation, closed: ReadonlySet<string>): Estimate {
  if (persons.status === "under") return { value: null, margin: null, status: "under" };
  return closed.has(id) || load.value === null ? { value: null, margin: null, status: "not_applicable" } : estimated(load);
}

/** Stations by how much their people change. */
export const stationRows = (answer: Answer, closed: ReadonlySet<string> = new Set()): StationRow[] =>
  answer.stations
    .map((s) => ({ id: s.id, name: s.name, before: estimated(s.persons_before), after: estimated(s.persons), load: loadOf(s, closed) }))
    .sort((a, b) => Math.abs(size(b.after) - size(b.before)) - Math.abs(size(a.after) - size(a.before)));
