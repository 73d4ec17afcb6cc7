/** Longitude and latitude of a place, as fields of a form. */

import { t } from "../i18n";

export const PlaceFields = ({ prefix, lon, lat }: { prefix: string; lon: number; lat: number }) => (
  <>
    <label class="choice"><span>{t("live.lon")}</span><input type="number" name={`${prefix}_lon`} required min={-180} max={180} step="any" value={lon} /></label>
    <label class="choice"><span>{t("live.lat")}</span><input type="number" name={`${prefix}_lat`} required min={-85} max={85} step="any" value={lat} /></label>
  </>
);
