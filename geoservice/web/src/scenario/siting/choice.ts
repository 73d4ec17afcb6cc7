/** What is asked of a choice of sites, beside the choices of the page, and its parts of the address. */

import { batch, computed, signal } from "@preact/signals";
import { within } from "../../state";
import { scenarioOn } from "../choice";
import type { OwnCandidates } from "./candidates";

export const MODELS = ["mclp", "p_median", "p_center", "lscp", "lscp_b", "capacitated_mclp", "capacitated_p_median"] as const;
export type Model = (typeof MODELS)[number];
export const SOURCES = ["streets", "gaps", "file"] as const;
export type Source = (typeof SOURCES)[number];
/** What limits the choice: the number of sites, what they cost together, or both. */
export const LIMITS = ["sites", "budget", "both"] as const;
export type Limit = (typeof LIMITS)[number];
/** Which stations may close. */
export const CLOSING = ["none", "all", "chosen"] as const;
export type Closing = (typeof CLOSING)[number];
/** Metres between candidates on streets. */
export const SPACINGS = [100, 200, 500, 1000, 2000] as const;
/** Seconds of the solver. */
export const SECONDS = [5, 20, 60] as const;
export const MOST_SITES = 50;
export const MOST_BUDGET = 1e12;
export const MOST_CAPACITY = 1e9;
/** As many stations as the server takes. */
export const MOST_CLOSING = 200;

export const opened = signal(false);
export const model = signal<Model>("mclp");
export const limit = signal<Limit>("sites");
export const sites = signal(3);
export const budget = signal(10);
export const source = signal<Source>("streets");
export const spacing = signal<number>(500);
export const capacity = signal(500);
export const fairness = signal(false);
export const seconds = signal<number>(20);
export const closing = signal<Closing>("none");
export const chosenToClose = signal<ReadonlySet<string>>(new Set());
/** The candidates of a file, which stay in the browser until they are asked about. */
export const own = signal<OwnCandidates | null>(null);

/** The fewest sites that reach everybody are what this model finds. */
export const countsSites = computed((): boolean => model.value === "lscp");
/** These models know no costs. */
export const takesBudget = computed((): boolean => model.value !== "lscp" && model.value !== "lscp_b");
export const needsCapacity = computed((): boolean => model.value.startsWith("capacitated"));
export const limitNow = computed((): Limit => (takesBudget.value ? limit.value : "sites"));
export const asksSites = computed((): boolean => !countsSites.value && limitNow.value !== "budget");
export const asksBudget = computed((): boolean => !countsSites.value && limitNow.value !== "sites");
export const asksFairness = computed((): boolean => fairness.value && model.value === "mclp");
/** Whether there is nothing to choose from yet. */
export const lacksFile = computed((): boolean => source.value === "file" && (own.value === null || own.value.features.length === 0));

const NUMBERS = [["siting_sites", sites, 1, MOST_SITES, 3], ["siting_budget", budget, 0, MOST_BUDGET, 10], ["siting_capacity", capacity, 1, MOST_CAPACITY, 500]] as const;
const LISTS = [["siting_spacing", spacing, SPACINGS, 500], ["siting_seconds", seconds, SECONDS, 20]] as const;
/** Parts that are no steps of the history. */
export const SITING_PARTS = ["siting", "siting_model", "siting_limit", "siting_source", "siting_fairness", "siting_closing", "siting_close", ...NUMBERS.map(([key]) => key), ...LISTS.map(([key]) => key)];

/** What differs from a panel that nobody has touched, while the scenario is open; a file is no part of an address. */
export function sitingParts(): [string, string | null][] {
  if (!scenarioOn.value) return [];
  const changed = (value: number | string, otherwise: number | string): string | null => (value === otherwise ? null : String(value));
  return [
    ["siting", opened.value ? "on" : null],
    ["siting_model", changed(model.value, "mclp")],
    ["siting_limit", changed(limit.value, "sites")],
    ["siting_source", source.value === "file" ? null : changed(source.value, "streets")],
    ["siting_fairness", fairness.value ? "on" : null],
    ["siting_closing", changed(closing.value, "none")],
    ["siting_close", closing.value === "chosen" ? [...chosenToClose.value].sort().map(encodeURIComponent).join(",") : null],
    ...NUMBERS.map(([key, of, , , otherwise]): [string, string | null] => [key, changed(of.value, otherwise)]),
    ...LISTS.map(([key, of, , otherwise]): [string, string | null] => [key, changed(of.value, otherwise)]),
  ];
}

function decoded(text: string): string[] {
  try {
    return text.split(",").filter(Boolean).map(decodeURIComponent).slice(0, MOST_CLOSING);
  } catch {
    return [];
  }
}

/** Takes in what an address says. */
export function takeSiting(address: URLSearchParams): void {
  batch(() => {
    opened.value = address.get("siting") === "on";
    model.value = within(MODELS, address.get("siting_model") as Model | null, "mclp");
    limit.value = within(LIMITS, address.get("siting_limit") as Limit | null, "sites");
    const from = within(SOURCES, address.get("siting_source") as Source | null, "streets");
    source.value = own.value !== null && !address.has("siting_source") && source.value === "file" ? "file" : from === "file" ? "streets" : from;
    fairness.value = address.get("siting_fairness") === "on";
    closing.value = within(CLOSING, address.get("siting_closing") as Closing | null, "none");
    chosenToClose.value = new Set(decoded(address.get("siting_close") ?? ""));
    for (const [key, of, least, most, otherwise] of NUMBERS) {
      const value = address.has(key) ? Number(address.get(key)) : otherwise;
      of.value = value >= least && value <= most && (key === "siting_budget" || Number.isInteger(value)) ? value : otherwise;
    }
    for (const [key, of, allowed, otherwise] of LISTS) of.value = within<number>(allowed, Number(address.get(key)), otherwise);
  });
}
