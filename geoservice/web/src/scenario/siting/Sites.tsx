/** The ranked sites with their reasons; pointing at one marks it on the map. */

import { t } from "../../i18n";
import { flyToGeometry } from "../../map/flight";
import { numberOf } from "../../ui/words";
import { places } from "../data";
import type { ClosedStation, SiteFeature, SitingAnswer } from "./answer";
import { pointed } from "./run";

/** People with their margin, as everywhere on the page. */
export function people(value: number | null, margin: number | null): string {
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
        {p.status !== "new" && <em>{t(`siting.status.${p.status}`)}</em>}
        <strong>{t("siting.more", { people: people(p.persons, p.persons_margin) })}</strong>
      </button>
      <p>{p.reasons}</p>
    </li>
  );
}

export function Sites({ features }: { features: readonly SiteFeature[] }) {
  if (features.length === 0) return null;
  const tied = features.some((f) => f.properties.tied);
  return (
    <>
      <ol class="sites" aria-label={t("siting.list")}>{features.map((site) => <Entry key={`${site.properties.rank} ${site.properties.id}`} site={site} />)}</ol>
      {tied && <p class="quiet small">{t("siting.tied")}</p>}
    </>
  );
}

/** The stations that close; each button shows its place. */
export function Closed({ stations }: { stations: readonly ClosedStation[] }) {
  if (stations.length === 0) return null;
  const fly = (id: string): void => {
    const place = places.value.value?.get(id);
    if (place) flyToGeometry({ type: "Point", coordinates: [place.lon, place.lat] });
  };
  return (
    <>
      <h3 id="siting-closed">{t("siting.closed", { number: stations.length })}</h3>
      <ul class="sites closes" aria-labelledby="siting-closed">
        {stations.map(({ id, name }) => <li key={id}><button type="button" onClick={() => fly(id)}><i class="site-mark closes" aria-hidden="true">×</i><span>{name || id}</span></button></li>)}
      </ul>
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
