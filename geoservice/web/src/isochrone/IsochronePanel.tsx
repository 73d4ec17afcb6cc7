/** The panel of isochrones: the place, and the people within each number of minutes of it. */

import type { TargetedEvent } from "preact";
import { t } from "../i18n";
import { focusGrip } from "../live/grips";
import { Pending } from "../live/Pending";
import { PlaceFields } from "../live/PlaceFields";
import { ToolHead } from "../live/ToolHead";
import { group, mode, study, view } from "../state";
import { Estimated } from "../ui/Estimated";
import { groupName, modeName } from "../ui/words";
import { place, putPlace } from "./choice";
import { asking, isochrones, offStreet, position, stationName } from "./data";
import "./isochrone.css";

/** The middle of the map, for the keyboard. */
function putMiddle(): void {
  const { lon, lat } = view.value ?? { lon: 0, lat: 0 };
  putPlace(lon, lat);
  focusGrip("place");
}

/** The place in degrees: shown as soon as a field is left. */
function PlaceForm() {
  const [lon, lat] = position.value ?? [view.value?.lon ?? 0, view.value?.lat ?? 0];
  const put = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (event.currentTarget.checkValidity()) putPlace(Number(form.get("from_lon")), Number(form.get("from_lat")));
  };
  return (
    <form class="place-form" onSubmit={put} onChange={put}>
      <PlaceFields prefix="from" lon={lon} lat={lat} />
    </form>
  );
}

const asked = (): string => t(`isochrone.asked_${study.value.direction}`, { mode: modeName(mode.value).toLocaleLowerCase("en"), group: groupName(group.value) });

function Legend() {
  return (
    <table class="isochrones" aria-label={t("isochrone.title")}>
      <thead><tr><th scope="col" class="name">{t("choice.minutes")}</th><th scope="col">{t("column.people")}</th></tr></thead>
      <tbody>
        {isochrones.value.map(({ minutes, people }, rank) => (
          <tr key={minutes} data-minutes={minutes}>
            <th scope="row"><i class="isochrone-key" data-rank={rank} />{t("within", { minutes })}</th>
            <td><Estimated measure="persons" of={people} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Results() {
  if (!place.value) return null;
  if (offStreet.value) return <p class="reason warn" role="alert">{t("isochrone.off_street", { metres: study.value.snap_metres ?? "" })}</p>;
  return isochrones.value.length ? <div role="status"><Legend /></div> : <Pending asking={asking} what="isochrone" />;
}

export function IsochronePanel() {
  return (
    <section class="areas live isochrone" aria-busy={place.value !== null && asking.busy.value}>
      <ToolHead title={t("isochrone.title")} />
      <p class="hint">{t("isochrone.hint")}</p>
      <div class="tools" role="toolbar" aria-label={t("zone.tools")}>
        <button type="button" onClick={putMiddle}>{t("isochrone.middle")}</button>
        <button type="button" disabled={!place.value} onClick={() => (place.value = null)}>{t("zone.clear")}</button>
      </div>
      <PlaceForm />
      {stationName.value && <p class="station-name"><strong>{stationName.value}</strong></p>}
      <p class="quiet asked">{asked()}</p>
      <Results />
      <p class="quiet small">{t("isochrone.note")}</p>
    </section>
  );
}
