/** The ranked sites with their reasons; pointing at one marks it on the map. */

import { t } from "../../i18n";
import { flyToGeometry } from "../../map/flight";
import { numberOf } from "../../ui/words";
import type { SiteFeature, SitingAnswer } from "./answer";
import { pointed } from "./run";

/** People with their margin, as everywhere on the page. */
function people(value: number | null, margin: number | null): string {
  const { number, margin: after } = numberOf("persons", { value, margin, status: value === null ? "under" : "ok" });
  return `${number}${after ? ` ${after}` : ""}`;
}

function Entry({ site: { geometry, properties: p } }: { site: SiteFeature }) {
  const point = (rank: number | null) => () => void (pointed.value = rank);
  return (
    <li data-rank={p.rank} class={pointed.value === p.rank ? "pointed" : undefined} onMouseEnter={point(p.rank)} onMouseLeave={point(null)}>
      <button type="button" onFocus={point(p.rank)} onBlur={point(null)} onClick={() => flyToGeometry(geometry)}>
        <i class="site-mark">{p.rank}</i>
        <span>{p.name || p.area || p.id}</span>
        <strong>{t("siting.more", { people: people(p.persons, p.persons_margin) })}</strong>
      </button>
      <p>{p.reasons}</p>
    </li>
  );
}

export function Sites({ found }: { found: SitingAnswer }) {
  if (found.features.length === 0) return null;
  const tied = found.features.some((f) => f.properties.tied);
  return (
    <>
      <ol class="sites" aria-label={t("siting.list")}>{found.features.map((site) => <Entry key={site.properties.rank} site={site} />)}</ol>
      {tied && <p class="quiet small">{t("siting.tied")}</p>}
    </>
  );
}

/** More areas than these are not read one by one. */
const MOST = 20;

export function LeftOut({ rows }: { rows: NonNullable<SitingAnswer["left_out"]> }) {
  return (
    <table class="left-out">
      <caption>{t("siting.left_out")}</caption>
      <tbody>
        {rows.slice(0, MOST).map((row) => (
          <tr key={row.area}>
            <th scope="row">{row.area || "–"}</th>
            <td>{people(row.persons, row.persons_margin)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
