/** What the reader's screen is like. A page that is printed stays as it was on the screen. */

import { signal, type ReadonlySignal } from "@preact/signals";

export function mediaMatches(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener("change", () => {
    if (!matchMedia("print").matches) matches.value = list.matches;
  });
  return matches;
}
