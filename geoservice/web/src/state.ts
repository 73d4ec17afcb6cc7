/** What the reader has chosen. Signals alone; what follows from them is computed. The choice lives in the address, to be passed on. */

import { computed, effect, signal } from "@preact/signals";
import type { Layer, Manifest } from "./types";

export type SortKey = "name" | "people" | "share" | "left" | "resident" | "migrant" | "gap" | "median";
export type Tab = "areas" | "gaps" | "data";

export const manifest = signal<Manifest>(undefined as unknown as Manifest);
export const study = computed(() => manifest.value.study);

export const service = signal("");
export const mode = signal("");
export const tier = signal("any");
export const group = signal("all");
export const minutes = signal(0);
export const level = signal("");
export const theme = signal("");
export const overlays = signal<ReadonlySet<string>>(new Set());
export const selected = signal<string | null>(null);
export const hovered = signal<string | null>(null);
export const selectedGap = signal<string | null>(null);
export const tab = signal<Tab>("areas");
export const sort = signal<{ key: SortKey; down: boolean }>({ key: "share", down: false });
export const failure = signal<string | null>(null);

/** Layers that fill the ground exclude each other; gaps, points and lines lie on top. */
const ORDER = ["coverage", "cells", "fairness", "uncovered", "catchments"];
const rank = (layer: Layer): number => (ORDER.includes(layer.id) ? ORDER.indexOf(layer.id) : ORDER.length);
const drawn = computed(() => manifest.value.layers.filter((l) => l.geometry !== "none" && l.style.kind !== "none"));
export const themes = computed(() =>
  drawn.value.filter((l) => l.geometry === "polygon" && l.id !== "gaps").sort((a, b) => rank(a) - rank(b)),
);
export const onTop = computed(() => drawn.value.filter((l) => !themes.value.includes(l)));
export const layerOf = (id: string): Layer | undefined => manifest.value.layers.find((l) => l.id === id);

export const groups = computed(() => [
  "all",
  ...(study.value.migrants ? ["resident", "migrant"] : []),
  ...study.value.groups.map((g) => g.id),
]);
export const tiers = computed(() => ["any", ...study.value.tiers]);
export const standard = computed(() => study.value.services.find((s) => s.id === service.value)?.standard_minutes ?? 0);

const kept = { service, mode, tier, group, level, theme, area: selected } as const;

function within<T>(allowed: readonly T[], wanted: T | null, otherwise: T): T {
  return wanted !== null && allowed.includes(wanted) ? wanted : otherwise;
}

/** Takes a manifest in: what the address asks for where the release has it, and plain defaults otherwise. */
export function begin(release: Manifest): void {
  manifest.value = release;
  const asked = new URLSearchParams(location.hash.slice(1));
  const { services, modes, levels, minutes: breaks } = release.study;
  service.value = within(services.map((s) => s.id), asked.get("service"), services[0]?.id ?? "");
  mode.value = within(modes, asked.get("mode"), modes[0] ?? "");
  tier.value = within(tiers.value, asked.get("tier"), "any");
  group.value = within(groups.value, asked.get("group"), "all");
  level.value = within(levels, asked.get("level"), levels.includes("township") ? "township" : (levels.at(-1) ?? ""));
  minutes.value = within(breaks, Number(asked.get("minutes")), within(breaks, standard.value, breaks[0] ?? 0));
  theme.value = within(themes.value.map((l) => l.id), asked.get("theme"), themes.value[0]?.id ?? "");
  overlays.value = new Set(onTop.value.map((l) => l.id).filter((id) => id !== "gaps"));
  selected.value = asked.get("area");
  effect(remember);
}

let waiting = 0;

/** Browsers allow few changes of the address a second, so a slider on the move is written down when it rests. */
function remember(): void {
  const now = new URLSearchParams({ minutes: String(minutes.value) });
  for (const [key, value] of Object.entries(kept)) if (value.value) now.set(key, value.value);
  clearTimeout(waiting);
  waiting = window.setTimeout(() => history.replaceState(null, "", `#${now}`), 250);
}

export function toggle(id: string): void {
  const next = new Set(overlays.value);
  if (!next.delete(id)) next.add(id);
  overlays.value = next;
}

export function sortBy(key: SortKey): void {
  sort.value = { key, down: sort.value.key === key ? !sort.value.down : key === "people" || key === "left" };
}
