/** The edits of a scenario, one below the other: mark, name, capacity, and how to undo each. */

import { named, t } from "../i18n";
import { study } from "../state";
import { serviceName } from "../ui/words";
import { change, edits } from "./choice";
import { known, offStreet, places } from "./data";
import { isNew, kindOf, type Edit } from "./edits";
import { Icon } from "./Icon";
import { Actions } from "./ScenarioCard";
import { nameOf } from "./words";

const setName = (station: string, text: string): void => change(station, { name: text.trim() ? text : undefined }, `name ${station}`);

function setCapacity(station: string, text: string): void {
  const capacity = text === "" ? undefined : Number(text);
  if (capacity === undefined || (capacity >= 0 && capacity <= 1e9)) change(station, { capacity }, `capacity ${station}`);
}

function Fields({ edit: { station, name, capacity } }: { edit: Edit }) {
  const place = places.value.value?.get(station);
  return (
    <div class="fields">
      <label class="choice"><span>{t("scenario.name")}</span><input type="text" name={`name-${station}`} maxLength={200} value={name ?? ""} placeholder={nameOf(station)} onInput={(e) => setName(station, e.currentTarget.value)} /></label>
      <label class="choice"><span>{t("station.capacity")}</span><input type="number" name={`capacity-${station}`} min={0} max={1e9} step={1} inputMode="numeric" value={capacity ?? ""} placeholder={place?.capacity == null ? "–" : String(place.capacity)} onInput={(e) => setCapacity(station, e.currentTarget.value)} /></label>
    </div>
  );
}

function Entry({ edit }: { edit: Edit }) {
  const kind = kindOf(edit);
  const gone = !isNew(edit) && places.value.value !== null && !known.value.has(edit.station);
  return (
    <li data-station={edit.station}>
      <p class="head">
        <i class="scenario-mark" data-kind={kind}><Icon kind={kind} /></i>
        <strong>{nameOf(edit.station)}</strong>
        <small>{t(`scenario.kind.${kind}`)}{edit.services && ` · ${named("tier", edit.tier ?? "")} · ${edit.services.map(serviceName).join(t("comma"))}`}</small>
      </p>
      {offStreet.value.has(edit.station) && <p class="reason warn" role="status">{t("scenario.off_street", { metres: study.value.snap_metres ?? "" })}</p>}
      {gone && <p class="reason warn">{t("scenario.gone")}</p>}
      {kind !== "closed" && <Fields edit={edit} />}
      <p class="actions"><Actions station={edit.station} edit={edit} /></p>
    </li>
  );
}

export function EditList() {
  if (edits.value.length === 0) return null;
  return (
    <div class="edits">
      <h3>{t("scenario.edits", { number: edits.value.length })}</h3>
      <ul>{edits.value.map((edit) => <Entry key={edit.station} edit={edit} />)}</ul>
    </div>
  );
}
