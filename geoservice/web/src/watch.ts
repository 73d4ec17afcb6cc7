/** Notices a new release while the page is open; the numbers on the page stay those of one release until the reader asks. */

import { signal } from "@preact/signals";
import { fetchVersion } from "./api";
import { manifest } from "./state";

const EVERY = 60_000;

export const outdated = signal(false);

async function look(): Promise<void> {
  if (document.hidden || outdated.value) return;
  const now = await fetchVersion().catch(() => null);
  if (now !== null) outdated.value = now !== manifest.value.version;
}

export function keepWatching(): void {
  setInterval(() => void look(), EVERY);
  document.addEventListener("visibilitychange", () => void look());
}
