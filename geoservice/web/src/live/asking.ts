/** Questions to a process of the server, one at a time: the answer to the question of now, or why there is none. */

import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import { postQuestion } from "../api";
import { problemOf, type Problem } from "../loaded";
import { Latest } from "./latest";

/** Milliseconds between questions, and until the second try where the server was still reading its arrays. */
const APART = 80;
const AGAIN = 1500;

async function send<A>(process: string, inputs: string): Promise<A> {
  const post = (): Promise<A> => postQuestion<A>(JSON.parse(inputs), process);
  return post().catch(async (error: unknown) => {
    if (problemOf(error) !== "busy") throw error;
    await new Promise((done) => setTimeout(done, AGAIN));
    return post();
  });
}

interface Question {
  /** The inputs as JSON. */
  inputs: string;
  /** The part of the inputs that a drag leaves as it is. */
  trip: string;
}

export class Asking<A> {
  private readonly held = signal<(Question & { answer: A }) | null>(null);
  private readonly failure = signal<{ inputs: string; problem: Problem; detail: string } | null>(null);
  private readonly latest: Latest<Question, A>;

  /** Asks `inputs`, null for nothing; while `dragging` an answer to the same `trip` may be of a moment ago. */
  constructor(
    process: string,
    private readonly inputs: ReadonlySignal<string | null>,
    private readonly trip: ReadonlySignal<string>,
    private readonly dragging: ReadonlySignal<boolean>,
  ) {
    this.latest = new Latest<Question, A>(
      (question) => send(process, question.inputs),
      (question, answer) => void (this.held.value = { ...question, answer }),
      ({ inputs: asked }, error) => void (this.failure.value = { inputs: asked, problem: problemOf(error), detail: error instanceof Error ? error.message : "" }),
      APART,
    );
  }

  private readonly failed = computed(() => {
    const failed = this.failure.value;
    return failed && failed.inputs === this.inputs.value && this.held.value?.inputs !== this.inputs.value ? failed : null;
  });

  readonly problem: ReadonlySignal<Problem | null> = computed(() => this.failed.value?.problem ?? null);
  /** What the server says of a question that it rejects. */
  readonly detail: ReadonlySignal<string> = computed(() => this.failed.value?.detail ?? "");

  /** The answer to the question of now; during a drag the last one of the same trip. */
  readonly answer: ReadonlySignal<A | null> = computed(() => {
    const held = this.held.value;
    if (!held || this.inputs.value === null) return null;
    const recent = this.dragging.value && held.trip === this.trip.value && this.problem.value === null;
    return held.inputs === this.inputs.value || recent ? held.answer : null;
  });

  /** Whether the question of now has neither an answer nor a failure. */
  readonly busy: ReadonlySignal<boolean> = computed(() => this.inputs.value !== this.held.value?.inputs && this.problem.value === null);
  /** Whether nothing has been answered yet: the server reads its arrays. */
  readonly first: ReadonlySignal<boolean> = computed(() => this.held.value === null);

  /** Puts the question of now; also one answered before, since a later one may still be under way. */
  readonly retry = (): void => {
    this.failure.value = null;
    if (this.inputs.value !== null) this.latest.ask({ inputs: this.inputs.value, trip: this.trip.value });
  };

  /** Asks whenever the question changes, until the function that comes back is called. */
  keep(): () => void {
    const stop = effect(() => {
      if (this.inputs.value === null) return this.latest.drop();
      untracked(this.retry);
    });
    return () => {
      stop();
      this.latest.drop();
    };
  }
}
