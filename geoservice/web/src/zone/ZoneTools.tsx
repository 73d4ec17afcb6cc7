/** What draws a zone and what can be done with it: by the pointer, by the keyboard, and by numbers. */

import type { TargetedEvent } from "preact";
import { t } from "../i18n";
import { focusGrip } from "../live/grips";
import { PlaceFields } from "../live/PlaceFields";
import { view } from "../state";
import { addCorner, clear, drawCircle, drawing, finish, finishable, kind, KINDS, path, removeLast, zone, type Kind } from "./choice";
import { geojsonOf, MAX_RADIUS, MOST } from "./shape";

const middle = () => view.value ?? { lon: 0, lat: 0 };

/** A corner in the middle of the map, for the keyboard. */
function add(): void {
  const { lon, lat } = middle();
  addCorner(lon, lat);
  focusGrip(String(path.value.length - 1));
}

function download(): void {
  if (!zone.value) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(geojsonOf(zone.value))], { type: "application/geo+json" }));
  link.download = "zone.geojson";
  link.click();
  URL.revokeObjectURL(link.href);
}

function choose(next: Kind): void {
  clear();
  kind.value = next;
}

/** A polygon or a circle: another one begins anew. */
function Kinds() {
  return (
    <fieldset class="choice">
      <legend>{t("zone.kind")}</legend>
      <div class="segments">
        {KINDS.map((id) => (
          <label key={id}>
            <input type="radio" name="zone_kind" value={id} checked={kind.value === id} onChange={() => choose(id)} />
            <span>{t(`zone.${id}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const RADIUS = 1000;
const numberIn = (form: FormData, name: string): number => Number(form.get(name) || Number.NaN);

/** Centre and radius of a circle: drawn by the button, changed as soon as a field is left. */
function CircleForm() {
  const now = zone.value?.type === "Circle" ? zone.value : null;
  const [lon, lat] = now?.center ?? [middle().lon, middle().lat];
  const put = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (event.currentTarget.checkValidity()) drawCircle([numberIn(form, "zone_lon"), numberIn(form, "zone_lat")], numberIn(form, "zone_radius"));
  };
  return (
    <form class="place-form" onSubmit={put} onChange={now ? put : undefined}>
      <PlaceFields prefix="zone" lon={lon} lat={lat} />
      <label class="choice"><span>{t("zone.radius")}</span><input type="number" name="zone_radius" required min={1} max={MAX_RADIUS} step={1} value={now?.radius ?? RADIUS} /></label>
      {!now && <button type="submit">{t("zone.put")}</button>}
    </form>
  );
}

function PolygonTools() {
  const corners = path.value.length;
  return (
    <>
      <button type="button" title={t("zone.add_long")} disabled={corners >= MOST} onClick={add}>{t("zone.add")}</button>
      <button type="button" title="Backspace" disabled={corners === 0} onClick={removeLast}>{t("zone.back")}</button>
      <button type="button" title="Enter" disabled={!finishable.value} onClick={finish}>{t("zone.finish")}</button>
    </>
  );
}

export function ZoneTools() {
  return (
    <>
      <Kinds />
      {kind.value === "circle" && <CircleForm />}
      <div class="tools" role="toolbar" aria-label={t("zone.tools")}>
        {drawing.value && kind.value === "polygon" && <PolygonTools />}
        <button type="button" disabled={!zone.value && path.value.length === 0} onClick={clear}>{t("zone.clear")}</button>
        <button type="button" title={t("zone.download_long")} disabled={!zone.value} onClick={download}>GeoJSON</button>
      </div>
    </>
  );
}
