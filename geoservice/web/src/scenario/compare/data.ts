/** The answers to the two scenarios that are compared, at the same question. */

import { computed } from "@preact/signals";
import { postQuestion } from "../../api";
import { now, valueAt, whole } from "../../data";
import { Loaded } from "../../loaded";
import { level, minutes, study } from "../../state";
import { edits } from "../choice";
import { answer as answerOnMap, inputsFor, known } from "../data";
import { isNew, type Edits } from "../edits";
import { unfolded } from "../maps/choice";
import type { Answer } from "../rows";
import { fetchStored } from "../saved/client";
import { scenarios } from "../saved/saved";
import { editsOfLink, LINK, link, MAP, PRESENT, sides } from "./choice";
import { areaDifferences, overallDifference, type AreaDifference, type Difference, type Present } from "./differences";

export const badLink = computed((): boolean => sides.some((s) => s.value === LINK) && link.value.trim() !== "" && editsOfLink(link.value) === null);

/** The edits of a side, or the stored scenario that has them at a revision; null while there are none to ask about. */
function sourceOf(side: string): string | null {
  if (side === PRESENT) return JSON.stringify({ edits: [] });
  if (side === MAP) return JSON.stringify({ edits: edits.value });
  if (side === LINK) {
    const found = editsOfLink(link.value);
    return found && JSON.stringify({ edits: found });
  }
  const stored = scenarios.value.find((s) => s.id === side);
  return stored ? JSON.stringify({ id: stored.id, revision: stored.revision }) : null;
}

/** A scenario that is compared, with the server's answer to it. */
interface Side {
  edits: Edits;
  answer: Answer;
}

async function editsOf(source: string): Promise<Edits> {
  const { id, edits: own } = JSON.parse(source) as { id?: string; edits?: Edits };
  const all = own ?? (await fetchStored(id!)).edits;
  return all.filter((e) => isNew(e) || known.value.has(e.station));
}

const question = computed((): string | null => {
  const sources = sides.map((s) => sourceOf(s.value));
  const asking = unfolded.value && known.value.size > 0 && sources.every((s) => s !== null);
  return asking ? JSON.stringify([inputsFor([]), ...sources]) : null;
});

/**
 * Both answers, one after the other: the server answers one question of an engine at a time. The second one has the difference from
 * the first, with its margin.
 */
export const answers = new Loaded<readonly [Side, Side]>(
  () => question.value,
  async () => {
    const [first, second] = await Promise.all((JSON.parse(question.value!) as [unknown, string, string]).slice(1).map((source) => editsOf(source as string)));
    const answer = await postQuestion<Answer>(inputsFor(first!));
    return [{ edits: first!, answer }, { edits: second!, answer: await postQuestion<Answer>({ ...inputsFor(second!), compared_with: first }) }];
  },
);

/** The area that holds the study: of a coarser level, or the only one. */
const unit = computed((): string | null => {
  const above = whole.value?.areas[0] ?? (now.value.areas.length === 1 ? now.value.areas[0] : undefined);
  return above?.unit ?? null;
});

function presentAt(at: number): Present | null {
  const here = whole.value ?? now.value;
  if (unit.value === null) return null;
  return { unit: unit.value, share: valueAt("share", unit.value, at, here), people: valueAt("people", unit.value, at, here) };
}

export interface Total extends Difference {
  minutes: number;
}

/** The study at every break, the same for both scenarios; nothing where no area holds the study. */
export const totals = computed((): Total[] => {
  const found = answers.value.value;
  if (!found) return [];
  return study.value.minutes.flatMap((at) => {
    const present = presentAt(at);
    return present ? [{ minutes: at, ...overallDifference(found[1].answer, present, level.value, at) }] : [];
  });
});

export const areas = computed((): AreaDifference[] => {
  const found = answers.value.value;
  return found ? areaDifferences(found[1].answer, level.value, minutes.value) : [];
});

/** What the release says of itself. */
const NO_CHANGE: Answer = { areas: [], stations: [], off_street: [] };

/** A side as the maps show it: of the scenario on the map the answer of now, also during a drag. Null while there is none. */
export function sideOf(side: string, number: 0 | 1): Side | null {
  if (side === PRESENT) return { edits: [], answer: NO_CHANGE };
  if (side === MAP) return answerOnMap.value && { edits: edits.value, answer: answerOnMap.value };
  return answers.value.value?.[number] ?? null;
}
