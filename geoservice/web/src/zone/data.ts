/** The people of the zone: the answers of the server to the question of now. */

import { computed } from "@preact/signals";
import { Asking } from "../live/asking";
import { Drag } from "../live/drag";
import { scenarioOn } from "../scenario/choice";
import { places, sent } from "../scenario/data";
import type { Edits } from "../scenario/edits";
import { group, minutes, mode, service, tier } from "../state";
import { zone, zoneOn } from "./choice";
import { numbersAt, type ZoneAnswer, type ZoneNumbers } from "./rows";
import { asked } from "./shape";

/** The edits of an open scenario; null until its stations are there. */
const editsNow = computed((): Edits | null => (!scenarioOn.value ? [] : places.value.value && sent.value));
/** Whether there is a scenario to compare with the present. */
export const compared = computed((): boolean => (editsNow.value?.length ?? 0) > 0);

const trip = computed((): string => JSON.stringify([service.value, mode.value, tier.value, group.value]));
const question = computed((): string | null => {
  if (!zoneOn.value || zone.value === null || editsNow.value === null) return null;
  return JSON.stringify({ service: service.value, mode: mode.value, tier: tier.value, group: group.value, zone: asked(zone.value), edits: editsNow.value });
});

export const drag = new Drag();
export const asking = new Asking<ZoneAnswer>("zone-summary", question, trip, drag.on);
/** Whether the zone has neither numbers nor a failure in their place. */
export const busy = computed((): boolean => zone.value !== null && asking.busy.value && !(scenarioOn.value && places.problem.value));
export const numbers = computed((): ZoneNumbers | null => asking.answer.value && numbersAt(asking.answer.value, minutes.value));
