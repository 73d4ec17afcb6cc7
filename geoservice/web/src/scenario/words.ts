/** Names and numbers of a scenario in the reader's words. */

import { language, t } from "../i18n";
import type { Estimate } from "../types";
import { numberOf as written } from "../ui/words";
import { edits } from "./choice";
import { places, type Marked } from "./data";
import { editOf, isNew, numberOf } from "./edits";

/** The name of a station: as edited, as released, or its number. */
export function nameOf(station: string): string {
  const [edit, place] = [editOf(edits.value, station), places.value.value?.get(station)];
  if (edit?.name) return edit.name;
  return place ? place[language.value] : edit && isNew(edit) ? t("scenario.unnamed", { number: numberOf(station) }) : station;
}

/** A time of the server as the reader writes it, to the minute. */
export const when = (text: string): string => new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));

/** "New station 1, new", for whoever hears the map, with the keys that move it. */
export const markLabel = ({ station, kind }: Marked): string => t(`scenario.mark.${kind}`, { name: nameOf(station) });

/** "about 464 ± 87 people", or a range where there may be nobody. */
export function people({ value, margin, status }: Estimate, key: "gained" | "lost", minutes: number): string {
  if (value === 0 && !margin) return t(`scenario.${key}.nobody`, { minutes });
  const { number, margin: after, known, uncertain } = written("persons", { value, margin, status });
  return t(`scenario.${key}.${known && !uncertain && after ? "about" : "plain"}`, { number, margin: after, minutes });
}
