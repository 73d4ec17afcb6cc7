/** What could not be had and why, with a way to try again. */

import { t } from "../i18n";
import type { Problem } from "../loaded";

interface Props {
  what: "numbers" | "gaps" | "stations" | "flows" | "hotspots" | "equal" | "scorecards" | "scenario" | "zone" | "isochrone" | "siting" | "map" | "colours" | "tiles" | "projection" | "overload" | "vans" | "readiness" | "locations" | "saved" | "compare";
  /** What the text names. */
  values?: Record<string, string>;
  problem?: Problem;
  retry: () => void;
}

export function Failure({ what, values = {}, problem, retry }: Props) {
  return (
    <div class="failure" role="alert">
      <p>{t(`failed.${what}`, values)}{problem && <span> {t(`problem.${problem}`)}</span>}</p>
      <button type="button" onClick={retry}>{t("error.retry")}</button>
    </div>
  );
}
