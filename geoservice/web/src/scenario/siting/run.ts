/** A choice of sites as a job of the server: started, followed, cancelled; its result in the language of the reader. */

import { computed, signal, untracked } from "@preact/signals";
import { dismissJob, fetchJob, fetchResult, ServerError, startJob, type JobStatus } from "../../api";
import { language } from "../../i18n";
import { Loaded, problemOf, type Problem } from "../../loaded";
import { choiceOf, type Shown, type SitingAnswer } from "./answer";
import { inputs } from "./inputs";

const PROCESS = "siting";
/** Milliseconds between looks at a job; and how many looks may fail before it counts as lost. */
const APART = 400;
const TRIES = 5;

export interface Run {
  /** The inputs as they were. */
  inputs: string;
  /** Null until the server has accepted it. */
  job: string | null;
  state: "sent" | JobStatus["status"];
  progress: number;
  message: string;
  problem: Problem | null;
}

export const run = signal<Run | null>(null);
/** The site that is pointed at, in the list or on the map, by its rank. */
export const pointed = signal<number | null>(null);
/** The choice that is picked of those between coverage and fairness, from 0. */
export const picked = signal(0);
let turn = 0;

const isGoing = (of: Run | null): boolean => of !== null && ["sent", "accepted", "running"].includes(of.state);
export const going = computed((): boolean => isGoing(run.value));
/** Whether the answer is that to what is chosen now. */
export const current = computed((): boolean => run.value?.inputs === JSON.stringify(inputs.value));

export const result = new Loaded<SitingAnswer>(
  () => (run.value?.state === "successful" ? `${run.value.job} ${language.value}` : null),
  () => fetchResult<SitingAnswer>(run.value?.job ?? "", language.value),
);

/** What is listed, and marked on the map. */
export const shown = computed((): Shown | null => result.value.value && choiceOf(result.value.value, picked.value));

const update = (what: Partial<Run>): void => void (run.value = run.value && { ...run.value, ...what });
const rest = (): Promise<unknown> => new Promise((done) => setTimeout(done, APART));

function fail(error: unknown): void {
  update({ state: "failed", problem: problemOf(error), message: error instanceof ServerError && error.status < 500 ? error.message : "" });
}

const take = ({ status, progress, message }: JobStatus): void => update({ state: status, progress, message, problem: status === "failed" ? "server" : null });

async function follow(job: string, mine: number): Promise<void> {
  for (let failures = 0; mine === turn; ) {
    await rest();
    if (mine !== turn) return;
    try {
      const status = await fetchJob(job, language.value);
      failures = 0;
      if (mine !== turn) return;
      take(status);
      if (!isGoing(run.value)) return;
    } catch (error) {
      const lost = error instanceof ServerError && error.status < 500 && error.status !== 429;
      if (mine === turn && (lost || ++failures >= TRIES)) return fail(error);
    }
  }
}

export async function start(): Promise<void> {
  const mine = ++turn;
  const asked = JSON.stringify(untracked(() => inputs.value));
  picked.value = 0;
  run.value = { inputs: asked, job: null, state: "sent", progress: 0, message: "", problem: null };
  try {
    const status = await startJob(PROCESS, JSON.parse(asked), language.value);
    if (mine !== turn) return void dismissJob(status.jobID).catch(() => undefined);
    update({ job: status.jobID });
    take(status);
    await follow(status.jobID, mine);
  } catch (error) {
    if (mine === turn) fail(error);
  }
}

/** Stops the job; the server stops it soon, and the page at once. */
export function cancel(): void {
  turn++;
  const job = run.value?.job;
  if (going.value) update({ state: "dismissed" });
  if (job) void dismissJob(job).catch(() => undefined);
}

/** Forgets the job and its result. */
export function clear(): void {
  if (going.value) cancel();
  turn++;
  run.value = null;
  pointed.value = null;
  picked.value = 0;
}
