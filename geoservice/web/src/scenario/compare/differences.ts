/**
 * Two scenarios beside each other: shares by area and as a whole, and their difference, from the answer to the second one, which was
 * asked to be compared with the first. Pure.
 */

import type { Estimate } from "../../types";
import { accessRows, rowsAt, size, summedChange, unknown, ZERO, type Answer, type AreaRow } from "../rows";

export interface Difference {
  first: Estimate;
  second: Estimate;
  /** Second less first, in percentage points. */
  change: Estimate;
}

export interface AreaDifference extends Difference {
  unit: string;
  zh: string;
  en: string;
}

const differenceIn = ({ share, compared }: AreaRow): Difference | null =>
  compared && { first: compared.share_compared, second: share, change: compared.share_difference };

/** Whether either scenario changes who is within the time in an area. */
const isChanged = ({ gained, lost, share_before: before, compared }: AreaRow): boolean =>
  [gained, lost].some((e) => e.status === "under" || size(e) !== 0) || compared?.share_compared.value !== before.value;

/** Areas that either scenario changes, the largest differences first; equal shares come last. */
export function areaDifferences(answer: Answer, level: string, minutes: number): AreaDifference[] {
  return rowsAt(answer, level, minutes)
    .filter(isChanged)
    .flatMap((row) => {
      const found = differenceIn(row);
      return found ? [{ unit: row.unit, zh: row.zh, en: row.en, ...found }] : [];
    })
    .sort((x, y) => Math.abs(size(y.change)) - Math.abs(size(x.change)));
}

/** How much higher the accessibility of areas is in the second scenario. */
export function accessDifferences(answer: Answer, level: string, minutes: number): ReadonlyMap<string, Estimate> {
  const rows = rowsAt(answer, level, minutes);
  return new Map(rows.flatMap(({ unit, access }) => (access?.difference ? [[unit, access.difference] as const] : [])));
}

/** What a scenario changes against the present: the covered share of areas, or their accessibility. */
export const shareChanges = (answer: Answer, level: string, minutes: number): ReadonlyMap<string, Estimate> =>
  new Map(rowsAt(answer, level, minutes).map((row) => [row.unit, row.share_change]));
export const accessChanges = (answer: Answer, level: string, minutes: number): ReadonlyMap<string, Estimate> =>
  new Map(accessRows(rowsAt(answer, level, minutes)).map((row) => [row.unit, row.access.change]));

/** What of the study is known without a scenario. */
export interface Present {
  /** The area that holds the study, if one does. */
  unit: string | null;
  share: Estimate;
  people: Estimate;
}

/** The shares of the study in two scenarios, and their difference: of the area that holds it, or summed up over areas. */
export function overallDifference(answer: Answer, { unit, share, people }: Present, level: string, minutes: number): Difference {
  const geography = answer.areas.find((a) => a.unit === unit)?.geography;
  const row = geography && rowsAt(answer, geography, minutes).find((r) => r.unit === unit);
  if (row) return differenceIn(row) ?? { first: row.share, second: row.share, change: unknown };
  if (unit !== null) return { first: share, second: share, change: ZERO };
  if (share.value === null || !people.value) return { first: share, second: share, change: unknown };
  const rows = rowsAt(answer, level, minutes).filter((r) => r.compared !== null);
  const change = summedChange(rows, (r) => r.compared!.share_difference, people.value);
  const second = { ...share, value: share.value + size(summedChange(rows, (r) => r.share_change, people.value)) };
  return { first: { ...second, value: second.value - size(change) }, second, change };
}
