/** The stations in a zone, and those nearest to its people. */

import { language, named, show, t } from "../i18n";
import { edits, scenarioOn } from "../scenario/choice";
import { Cell } from "../scenario/ChangedAreas";
import { editOf, isNew, numberOf } from "../scenario/edits";
import { estimated } from "../live/answered";
import { service } from "../state";
import { stations } from "../stations";
import { serviceName } from "../ui/words";
import { compared } from "./data";
import type { ZoneAnswer, ZoneStation } from "./rows";

/** The name of a station: as edited, as released, or as answered. */
function nameOf({ id, name }: ZoneStation): string {
  const edit = scenarioOn.value ? editOf(edits.value, id) : undefined;
  if (edit?.name) return edit.name;
  const known = stations.value.value?.find((s) => s.unit === id);
  return known ? known[language.value] : edit && isNew(edit) ? t("scenario.unnamed", { number: numberOf(id) }) : (name ?? id);
}

function Inside({ of }: { of: readonly ZoneStation[] }) {
  return (
    <div class="inside">
      <h3>{t("zone.stations", { number: of.length, service: serviceName(service.value) })}</h3>
      {of.length > 0 && (
        <ul>
          {of.map((s) => (
            <li key={s.id} data-station={s.id}>{nameOf(s)} <small>{named("tier", s.tier)}{s.capacity !== null && ` · ${t("station.capacity")} ${show(s.capacity)}`}</small></li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Serving({ of }: { of: ZoneAnswer["served_by"] }) {
  return (
    <div class="loads">
      <h3 id="zone-serving">{t("zone.serving")}</h3>
      <table aria-labelledby="zone-serving">
        <thead>
          <tr>
            <th scope="col" class="name">{t("scenario.station")}</th>
            {compared.value && <th scope="col">{t("scenario.column.before")}</th>}
            <th scope="col">{t(compared.value ? "scenario.column.after" : "column.people")}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((s) => (
            <tr key={s.id} data-station={s.id}>
              <th scope="row">{nameOf(s)}</th>
              {compared.value && <Cell name="before" measure="persons" of={estimated(s.persons_before)} />}
              <Cell name="after" measure="persons" of={estimated(s.persons)} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Readers who are limited to areas are not told of stations. */
export function ZoneStations({ of: { stations: inside, served_by, off_street } }: { of: ZoneAnswer }) {
  return (
    <>
      {off_street.length > 0 && <p class="reason warn" role="status">{t("zone.off_street", { number: off_street.length })}</p>}
      {(inside.length > 0 || served_by.length > 0) && <Inside of={inside} />}
      {served_by.length > 0 && <Serving of={served_by} />}
    </>
  );
}
