/** Light or dark, as the reader's system has it. */

import { signal } from "@preact/signals";

export type Scheme = "light" | "dark";

const DARK = matchMedia("(prefers-color-scheme: dark)");
const now = (): Scheme => (DARK.matches ? "dark" : "light");

export const scheme = signal<Scheme>(now());
DARK.addEventListener("change", () => (scheme.value = now()));
