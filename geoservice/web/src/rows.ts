/** The rows of the table of areas in the order chosen, and their total. */

import { computed } from "@preact/signals";
import { measureOf, now, numbers as numbersOf, valueAt, whole, type Area, type Level } from "./data";
import { language } from "./i18n";
import { NOTHING } from "./number";
import { minutes, sort, study } from "./state";
import { compare, total, totalShare } from "./table";
import type { Estimate } from "./types";

const COLUMNS = ["people", "share", "left", "resident", "migrant", "gap", "median"] as const;
export type ColumnName = (typeof COLUMNS)[number];
export type Numbers = Readonly<Record<ColumnName, Estimate>>;
export type Row = Area & Numbers;

/** The columns of numbers that the study has. */
export const columnNames = computed<ColumnName[]>(() =>
  COLUMNS.filter((c) => study.value.migrants || (c !== "resident" && c !== "migrant" && c !== "gap")),
);

const numbers = (unit: string, here: Level): Numbers =>
  Object.fromEntries(COLUMNS.map((c) => [c, valueAt(c, unit, minutes.value, here)])) as Numbers;

export const rows = computed<Row[]>(() => {
  const all = now.value.areas.map((a) => ({ ...a, ...numbers(a.unit, now.value) }));
  const { key, down } = sort.value;
  const collator = new Intl.Collator(language.value === "zh" ? "zh-CN" : "en");
  if (key === "name") return all.sort((a, b) => (down ? -1 : 1) * collator.compare(a[language.value], b[language.value]));
  // Equal numbers, above all a share of zero: the most people not covered first.
  return all.sort((a, b) => compare(measureOf(key), a[key], b[key], down) || compare(measureOf("left"), a.left, b.left, true));
});

/** The total of all rows, where there is more than one. */
export const totals = computed<Numbers | null>(() => {
  const parts = rows.value;
  if (parts.length < 2 || numbersOf.value.value === null) return null;
  const unit = whole.value?.areas[0]?.unit;
  const above = whole.value && unit ? numbers(unit, whole.value) : null;
  const people = total(parts.map((r) => r.people), above?.people);
  const left = total(parts.map((r) => r.left), above?.left);
  const none = { resident: NOTHING, migrant: NOTHING, gap: NOTHING, median: NOTHING };
  return { ...none, ...above, people, left, share: totalShare(people, left, above?.share) };
});

/** The numbers of the whole study: the total, or its one area. */
export const summary = computed<Numbers | null>(() => (numbersOf.value.value === null ? null : (totals.value ?? rows.value[0] ?? null)));
