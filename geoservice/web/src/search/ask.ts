/** What has been typed, and the places that the server found by it. */

import { batch, computed, signal } from "@preact/signals";
import { searchPlaces, type PlaceFeature } from "../api";
import { language } from "../i18n";
import { problemOf, type Problem } from "../loaded";

/** Milliseconds without a key until the server is asked, and the most places shown. */
const REST = 150;
const MOST = 8;

export const typed = signal("");
const answer = signal<{ question: string; places: PlaceFeature[] } | null>(null);
const failure = signal<{ question: string; problem: Problem } | null>(null);

const question = computed(() => (typed.value.trim() ? `${language.value} ${typed.value.trim()}` : ""));
/** The places found by what is typed; those of a moment ago while the server is asked, so that the list does not flicker. */
export const places = computed((): PlaceFeature[] => (question.value && !problem.value ? (answer.value?.places ?? []) : []));
export const problem = computed((): Problem | null => (failure.value && failure.value.question === question.value ? failure.value.problem : null));
export const answered = computed((): boolean => question.value !== "" && answer.value?.question === question.value);
export const nothing = computed((): boolean => answered.value && answer.value?.places.length === 0);

let waiting = 0;
let running: AbortController | null = null;

/** Forgets what is being asked. */
function stop(): void {
  clearTimeout(waiting);
  running?.abort();
  running = null;
}

async function send(): Promise<void> {
  const mine = new AbortController();
  running = mine;
  const asked = question.value;
  try {
    const got = await searchPlaces(typed.value.trim(), language.value, MOST, mine.signal);
    if (running === mine) answer.value = { question: asked, places: got };
  } catch (error) {
    if (running === mine) failure.value = { question: asked, problem: problemOf(error) };
  }
}

/** Asks the server for what is typed, once the keys rest; an earlier question is no longer waited for. */
export function ask(pause = REST): void {
  stop();
  failure.value = null;
  if (question.value && !answered.value) waiting = window.setTimeout(() => void send(), pause);
}

export function type(text: string): void {
  typed.value = text;
  ask();
}

export const retry = (): void => ask(0);

/** Takes back what was typed. */
export function clear(): void {
  stop();
  batch(() => {
    [typed.value, answer.value, failure.value] = ["", null, null];
  });
}

/** Shows the name of the place chosen, which is no question. */
export function settle(name: string): void {
  stop();
  batch(() => {
    [typed.value, answer.value, failure.value] = [name, null, null];
  });
}
