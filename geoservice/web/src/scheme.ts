/** Light or dark, as the reader's system has it. */

import { computed } from "@preact/signals";
import { mediaMatches } from "./media";

export type Scheme = "light" | "dark";

const dark = mediaMatches("(prefers-color-scheme: dark)");
export const scheme = computed((): Scheme => (dark.value ? "dark" : "light"));
