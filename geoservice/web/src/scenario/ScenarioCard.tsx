/** The card of a station in a scenario: what it is, and what can be done with it. */

import { named, t } from "../i18n";
import { FromHere } from "../isochrone/FromHere";
import { closeCard } from "../map/cards";
import { serviceName } from "../ui/words";
import { change, edits, remove } from "./choice";
import { places } from "./data";
import { editOf, isNew, type Edit } from "./edits";
import { nameOf } from "./words";

/** Buttons for a station; for new ones removal is all. */
export function Actions({ station, edit, done }: { station: string; edit: Edit | undefined; done?: () => void }) {
  const act = (what: () => void) => () => {
    what();
    done?.();
  };
  const button = (name: string, what: () => void) => <button type="button" class="plain" aria-label={t("scenario.action_of", { action: t(`scenario.action.${name}`), name: nameOf(station) })} onClick={act(what)}>{t(`scenario.action.${name}`)}</button>;
  if (edit && isNew(edit)) return button("remove", () => remove(station));
  return (
    <>
      {edit?.open === false ? button("reopen", () => change(station, { open: true })) : button("close", () => change(station, { open: false }))}
      {edit?.lon !== undefined && button("back", () => change(station, { lon: undefined, lat: undefined }))}
    </>
  );
}

export function ScenarioCard({ station }: { station: string }) {
  const [edit, place] = [editOf(edits.value, station), places.value.value?.get(station)];
  const services = edit?.services ?? place?.services ?? [];
  return (
    <article class="card scenario-card">
      <h3>{nameOf(station)}</h3>
      <p class="quiet">{named("tier", edit?.tier ?? place?.tier ?? "")} · {services.map(serviceName).join(t("comma"))}</p>
      <p class="actions"><Actions station={station} edit={edit} done={() => void closeCard()} /><FromHere station={station} done={() => void closeCard()} at={edit?.lon === undefined || edit.lat === undefined ? undefined : [edit.lon, edit.lat]} /></p>
    </article>
  );
}
