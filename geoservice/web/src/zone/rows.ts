/** The answer of the server about a zone, at the minutes chosen. Pure. */

import { breakAt, estimated, type Answered, type AnsweredBreak } from "../live/answered";
import type { Estimate } from "../types";

export interface ZoneStation {
  id: string;
  name: string | null;
  tier: string;
  capacity: number | null;
}

export interface ServingStation extends ZoneStation {
  persons: Answered;
  persons_before: Answered;
}

export interface ZoneAnswer {
  persons: Answered;
  median_minutes: Answered;
  median_minutes_before: Answered;
  breaks: AnsweredBreak[];
  /** Stations in the zone. */
  stations: ZoneStation[];
  /** Those nearest to the most people of the zone. */
  served_by: ServingStation[];
  off_street: string[];
}

/** A number with what it was before the edits. */
export interface Pair {
  before: Estimate;
  after: Estimate;
}

export interface ZoneNumbers {
  people: Estimate;
  share: Pair;
  covered: Pair;
  median: Pair;
  gained: Estimate;
  lost: Estimate;
}

/** Where nobody lives there is no share and no time. */
const ofPeople = (people: Estimate, of: Estimate): Estimate => (people.value === 0 && of.value === null ? { ...of, status: "nobody" } : of);

/** The numbers of a zone within some minutes; null where the answer has none for them. */
export function numbersAt(answer: ZoneAnswer, minutes: number): ZoneNumbers | null {
  const at = breakAt(answer.breaks, minutes);
  if (!at) return null;
  const people = estimated(answer.persons);
  const pair = (before: Estimate, after: Estimate): Pair => ({ before: ofPeople(people, before), after: ofPeople(people, after) });
  return {
    people,
    share: pair(at.share_before, at.share),
    covered: pair(at.persons_before, at.persons),
    median: pair(estimated(answer.median_minutes_before), estimated(answer.median_minutes)),
    gained: at.gained,
    lost: at.lost,
  };
}
