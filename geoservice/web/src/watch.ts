/** Notices a new release while the page is open; the numbers on the page stay those of one release until the reader asks. */

import { signal } from "@preact/signals";
import { fetchManifest } from "./api";
import { manifest } from "./state";

const EVERY = 60_000;

export const outdated = signal(false);

async function look(): Promise<void> {
  if (document.hidden || outdated.value) return;
  const now = await fetchManifest().catch(() => null);
  if (now) outdated.value = now.version !== manifest.value.version;
}

export function keepWatching(): void {
  setInterval(() => void look(), EVERY);
  document.addEventListener("visibilitychange", () => void look());
}
