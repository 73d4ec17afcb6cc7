/** Stations whose people change: people nearest to each before and after, and its load after. */

import { t } from "../i18n";
import { modeName, serviceName } from "../ui/words";
import { mode, service } from "../state";
import { Cell } from "./ChangedAreas";
import { closed, loads } from "./data";
import { nameOf } from "./words";

/** More stations than these change too little to be read one by one. */
const MOST = 50;

export function StationLoads() {
  if (loads.value.length === 0) return null;
  return (
    <div class="loads">
      <h3 id="scenario-loads">{t("scenario.loads")}</h3>
      <p class="quiet">{t("scenario.loads_long", { service: serviceName(service.value), mode: modeName(mode.value) })}</p>
      <table aria-labelledby="scenario-loads">
        <thead>
          <tr>
            <th scope="col" class="name">{t("scenario.station")}</th>
            <th scope="col">{t("scenario.column.before")}</th>
            <th scope="col">{t("scenario.column.after")}</th>
            <th scope="col">{t("station.load")}</th>
          </tr>
        </thead>
        <tbody>
          {loads.value.slice(0, MOST).map(({ id, before, after, load }) => (
            <tr key={id} data-station={id}>
              <th scope="row">{nameOf(id)}</th>
              <Cell name="before" measure="persons" of={before} />
              <Cell name="after" measure="persons" of={after} />
              {load.status === "not_applicable" ? <td class="load none">{t(closed.value.has(id) ? "scenario.kind.closed" : "legend.no_capacity")}</td> : <Cell name="load" measure="load" of={load} />}
            </tr>
          ))}
        </tbody>
      </table>
      {loads.value.length > MOST && <p class="quiet">{t("hotspots.most", { most: MOST })}</p>}
    </div>
  );
}
