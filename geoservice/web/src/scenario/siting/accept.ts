/** A choice of sites as edits of the scenario: new stations, and stations that close. */

import { newAt } from "../choice";
import { changed, editOf, freeId, isNew, removed, type Edits } from "../edits";
import type { Shown } from "./answer";
import { own } from "./choice";

/** The edits with what a choice opens and closes. Names and capacities of own candidates come along; stations that stay need no edit. */
export function editsOf(before: Edits, { features, closed }: Shown, known: ReadonlySet<string>): Edits {
  const candidates = new Map((own.value?.features ?? []).map((f) => [f.properties.id, f.properties]));
  const opened = features.filter((f) => f.properties.status !== "stays").reduce((all: Edits, { geometry: { coordinates: [lon, lat] }, properties: p }) => {
    const capacity = candidates.get(p.id)?.capacity;
    return changed(all, freeId(all, known), { ...newAt(lon, lat), ...(p.name ? { name: p.name } : {}), ...(capacity === undefined ? {} : { capacity }) });
  }, before);
  return closed.reduce((all: Edits, { id }) => {
    const edit = editOf(all, id);
    return edit && isNew(edit) ? removed(all, id) : changed(all, id, { open: false });
  }, opened);
}
