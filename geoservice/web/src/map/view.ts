/** Views whose code is fetched when they are first opened, drawn on the map while they are. */

import { effect, untracked } from "@preact/signals";
import type { Loaded } from "../loaded";

/** Draws a view as long as its code is there, until the function that comes back is called. */
export function keepView<T>(code: Loaded<T>, draw: (view: T) => () => void): () => void {
  let drawn: { view: T; stop: () => void } | null = null;
  const end = (): void => {
    drawn?.stop();
    drawn = null;
  };
  const follow = effect(() => {
    const view = code.value.value;
    if (drawn?.view === view) return;
    untracked(() => {
      end();
      if (view !== null) drawn = { view, stop: draw(view) };
    });
  });
  return () => {
    follow();
    end();
  };
}
