/** Undo and redo of the edits of a scenario. Pure. */

import { encoded, type Edits } from "./edits";

export interface History {
  past: readonly Edits[];
  now: Edits;
  future: readonly Edits[];
  /** What the last change was a part of: a drag or typing in a field is one step. */
  key: string | null;
}

const STEPS = 200;

export const startOf = (now: Edits = []): History => ({ past: [], now, future: [], key: null });

/** The history with a change; changes one after the other with the same key are one step. */
export function recorded(history: History, next: Edits, key: string | null = null): History {
  if (encoded(next) === encoded(history.now)) return history;
  if (key !== null && key === history.key) return { ...history, now: next, future: [] };
  return { past: [...history.past, history.now].slice(-STEPS), now: next, future: [], key };
}

export function undone({ past, now, future }: History): History {
  const last = past.at(-1);
  return last === undefined ? { past, now, future, key: null } : { past: past.slice(0, -1), now: last, future: [now, ...future], key: null };
}

export function redone({ past, now, future }: History): History {
  const [next, ...rest] = future;
  return next === undefined ? { past, now, future, key: null } : { past: [...past, now], now: next, future: rest, key: null };
}
