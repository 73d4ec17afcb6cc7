/** Two scenarios beside each other, each against the same present: shares by area and as a whole, and their difference. Pure. */

import type { Estimate } from "../../types";
import { accessRows, both, changedRows, marked, open, overallOf, rowsAt, size, summedOverall, unchanged, type Answer, type AreaRow, type Overall } from "../rows";

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

const ZERO: Estimate = { value: 0, margin: 0, status: "ok" };

/** The share in a scenario, and the people whom it gains and loses. */
interface Side {
  share: Estimate;
  gained: Estimate;
  lost: Estimate;
}

const same = (a: Estimate, b: Estimate): boolean => a.value === b.value && a.margin === b.margin && a.status === b.status;

/**
 * The difference of two shares that start from the same present. Its margin is that of the people gained and lost in either, as
 * independent ones: those whom both gain have one error, which makes the true margin smaller. Two that gain and lose the same do
 * not differ.
 */
function differenceOf(a: Side, b: Side, people: Estimate, hideBelow: number | null): Difference {
  const [first, second, moved] = [a.share, b.share, [a.gained, a.lost, b.gained, b.lost]];
  if (first.value !== null && same(first, second) && same(a.gained, b.gained) && same(a.lost, b.lost)) return { first, second, change: ZERO };
  const points = first.value === null || second.value === null ? null : second.value - first.value;
  if (points === null || !people.value) return { first, second, change: { value: points, margin: null, status: null } };
  const margin = moved.map((m) => open(m, hideBelow)).reduce(both, 0);
  return { first, second, change: marked(points, margin === null ? null : (100 * margin) / people.value) };
}

const byUnit = (answer: Answer, level: string, minutes: number): Map<string, AreaRow> => new Map(changedRows(rowsAt(answer, level, minutes)).map((r) => [r.unit, r]));

/** Areas that either scenario changes, the largest differences first; equal shares come last. */
export function areaDifferences(first: Answer, second: Answer, level: string, minutes: number, hideBelow: number | null): AreaDifference[] {
  const [a, b] = [byUnit(first, level, minutes), byUnit(second, level, minutes)];
  const units = new Set([...a.keys(), ...b.keys()]);
  return [...units]
    .map((unit) => {
      const [rowA, rowB] = [a.get(unit), b.get(unit)];
      const of = (rowA ?? rowB)!;
      const still = { share: of.share_before, gained: ZERO, lost: ZERO };
      const found = differenceOf(rowA ?? still, rowB ?? still, of.people, hideBelow);
      return { unit, zh: of.zh, en: of.en, ...found };
    })
    .sort((x, y) => Math.abs(size(y.change)) - Math.abs(size(x.change)));
}

/**
 * The difference of the accessibility of areas in two scenarios that start from the same present. Where one of them changes
 * nothing it is the change of the other. The margin of two changes takes them as independent.
 */
export function accessDifferences(first: Answer, second: Answer, level: string, minutes: number): ReadonlyMap<string, Estimate> {
  const [a, b] = [first, second].map((answer) => new Map(accessRows(rowsAt(answer, level, minutes)).map((r) => [r.unit, r.access.change]))) as [Map<string, Estimate>, Map<string, Estimate>];
  return new Map([...new Set([...a.keys(), ...b.keys()])].map((unit) => [unit, less(b.get(unit) ?? ZERO, a.get(unit) ?? ZERO)]));
}

function less(of: Estimate, by: Estimate): Estimate {
  if (of.value === null || by.value === null) return { value: null, margin: null, status: null };
  return same(of, by) ? ZERO : marked(of.value - by.value, both(of.margin, by.margin));
}

/** What of the study is known without a scenario. */
export interface Present {
  /** The area that holds the study, if one does. */
  unit: string | null;
  share: Estimate;
  people: Estimate;
}

/** The share of the study in a scenario. */
export function overallAt(answer: Answer, { unit, share, people }: Present, level: string, minutes: number, hideBelow: number | null): Overall {
  const geography = answer.areas.find((a) => a.unit === unit)?.geography;
  const row = geography && rowsAt(answer, geography, minutes).find((r) => r.unit === unit);
  if (row) return overallOf(row, hideBelow);
  return unit === null ? summedOverall(rowsAt(answer, level, minutes), share, people, hideBelow) : unchanged(share);
}

/** The shares of the study in two scenarios, and their difference. */
export function overallDifference(first: Overall, second: Overall, people: Estimate, hideBelow: number | null): Difference {
  return differenceOf({ ...first, share: first.after }, { ...second, share: second.after }, people, hideBelow);
}
