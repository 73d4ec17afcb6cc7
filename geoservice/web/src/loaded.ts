/** What is fetched for a question: shown under that question and no other, whatever comes late or not at all. */

import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import { ServerError } from "./api";
import { RangesIgnored } from "./copy";

/** Why something could not be had, as a key of the texts. */
export type Problem = "offline" | "busy" | "gone" | "refused" | "server" | "ranges";

export function problemOf(error: unknown): Problem {
  if (error instanceof RangesIgnored) return "ranges";
  if (!(error instanceof ServerError)) return error instanceof TypeError ? "offline" : "server";
  if (error.status === 503 || error.status === 429 || error.status === 504) return "busy";
  if (error.status === 404 || error.status === 410) return "gone";
  return error.status < 500 ? "refused" : "server";
}

/** A value with the question it answers. A question of null asks for nothing. */
export class Loaded<T> {
  private readonly answer = signal<{ question: string; value: T } | null>(null);
  private readonly failure = signal<{ question: string; problem: Problem } | null>(null);
  private readonly attempt = signal(0);
  private turn = 0;

  constructor(
    private readonly question: () => string | null,
    private readonly load: () => Promise<T>,
  ) {}

  /** The answer to the question of now, null while there is none. */
  readonly value: ReadonlySignal<T | null> = computed(() => {
    const held = this.answer.value;
    return held !== null && held.question === this.question() ? held.value : null;
  });

  readonly problem: ReadonlySignal<Problem | null> = computed(() => {
    const failed = this.failure.value;
    return failed !== null && failed.question === this.question() && this.value.value === null ? failed.problem : null;
  });

  readonly loading: ReadonlySignal<boolean> = computed(
    () => this.question() !== null && this.value.value === null && this.problem.value === null,
  );

  readonly retry = (): void => {
    this.failure.value = null;
    this.attempt.value++;
  };

  /** Loads whenever the question changes or is put again; an answer that comes after a later question is dropped. */
  keep(): () => void {
    return effect(() => {
      void this.attempt.value;
      const question = this.question();
      const mine = ++this.turn;
      if (question === null) return;
      untracked(this.load).then(
        (value) => {
          if (mine === this.turn) this.answer.value = { question, value };
        },
        (error: unknown) => {
          if (mine === this.turn) this.failure.value = { question, problem: problemOf(error) };
        },
      );
    });
  }
}
