/** Who the reader is: a token of the service, kept for this tab alone and sent to the routes of scenarios only. */

import { computed, signal } from "@preact/signals";
import { ServerError, url } from "../../api";
import { Loaded } from "../../loaded";
import { storedCompared } from "../compare/choice";

const KEY = "geoservice-token";
/** What an HTTP header can carry, at the length that the server takes. */
const TEXT = /^[\x21-\x7e]{1,4096}$/;

const kept = (): string | null => {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
};

/** Keeps a text for this tab, if the browser keeps anything; null removes it. */
export function keepInTab(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // kept until the page is left
  }
}

export const token = signal<string | null>(kept());
/** Whether the list of stored scenarios is unfolded: before that nothing is asked, unless some are compared. */
export const unfolded = signal(false);

export const authorization = (): Record<string, string> => (token.value === null ? {} : { Authorization: `Bearer ${token.value}` });

export interface Who {
  name: string;
  /** `invalid`: the server does not know the token. */
  role: "public" | "planner" | "steward" | "invalid";
}

async function fetchWho(): Promise<Who> {
  const answer = await fetch(url("access"), { headers: { Accept: "application/json", ...authorization() } });
  if (answer.status === 401) return { name: "", role: "invalid" };
  if (!answer.ok) throw new ServerError(answer.status, answer.statusText);
  return (await answer.json()) as Who;
}

/** A proxy may sign readers in, so the server is asked without a token as well. */
export const who = new Loaded<Who>(() => (unfolded.value || storedCompared.value ? `token ${token.value ?? ""}` : null), fetchWho);
export const planner = computed((): Who | null => {
  const found = who.value.value;
  return found?.role === "planner" || found?.role === "steward" ? found : null;
});

/** Takes a token; false for a text that is none. */
export function signIn(text: string): boolean {
  const trimmed = text.trim();
  if (!TEXT.test(trimmed)) return false;
  keepInTab(KEY, trimmed);
  token.value = trimmed;
  who.retry();
  return true;
}

export function signOut(): void {
  keepInTab(KEY, null);
  token.value = null;
}
