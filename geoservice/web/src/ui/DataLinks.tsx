/** Every number on the page, as a file. */

import { itemsUrl, url, type Query } from "../api";
import { wantedFor, type Name } from "../data";
import { isAreas, type Wanted } from "../columns";
import { isCopy } from "../copy";
import { code } from "../flow/load";
import { code as hotspotCode } from "../hotspot/load";
import { say, t } from "../i18n";
import { shown, unitsOf } from "../map/ground";
import { noPicture, pictureUrl } from "../picture";
import { areasShown, part } from "../scope";
import { rowsQuery } from "../series";
import { FLOWS, flowsOn, gapsApply, HOTSPOTS, hotspotsOn, layerOf, manifest, mode, service, study } from "../state";
import type { Layer } from "../types";
import { CopyLinks } from "./CopyLinks";
import { sentence } from "./words";

function Links({ title, layer, query }: { title: string; layer: string; query: Query }) {
  const all = { limit: 10000, ...query };
  return (
    <li>
      <span>{title}</span>
      <span class="files">
        <a href={itemsUrl(layer, { f: "csv", ...all })} download={`${study.value.id}-${layer}.csv`}>CSV</a>
        <a href={itemsUrl(layer, { f: "json", ...all })} target="_blank" rel="noopener">{layer === "table" ? "JSON" : "GeoJSON"}</a>
      </span>
    </li>
  );
}

/** The rows behind the map's colours; people not covered are all less covered at other minutes than the standard. */
function groundQuery({ layer, want }: { layer: Layer; want: Wanted }): Query {
  if (want.measure === "uncovered_persons" && isAreas(layer)) return rowsQuery(areasShown(), wantedFor(gapsApply.value ? "left" : "covered"));
  return rowsQuery(unitsOf(layer), { ...want, dimensions: { ...want.dimensions, ...(isAreas(layer) || want.measure === "persons" ? {} : { service: service.value, mode: mode.value }) } });
}

export function DataLinks() {
  if (isCopy) return <CopyLinks />;
  const compared: [Name, string][] = [["resident", t("column.resident_share")], ["migrant", t("column.migrant_share")], ["gap", t("column.gap_points")]];
  const names: [Name, string][] = [
    ["people", t("column.people")],
    ["share", t("column.share_all")],
    ["covered", t("column.covered")],
    ...(study.value.migrants ? compared : []),
    ["median", t("column.median_time")],
  ];
  const now = shown.value;
  const moved = flowsOn.value ? code.value.value?.query.value : null;
  const spots = hotspotsOn.value ? hotspotCode.value.value?.query.value : null;
  return (
    <section class="data">
      <h2>{t("data.shown")}</h2>
      <p class="quiet">{now?.want ? sentence(now.want) : ""}</p>
      <ul>
        {moved && <Links title={t("flows.title")} layer={FLOWS} query={moved} />}
        {spots && <Links title={t("hotspots.title")} layer={HOTSPOTS} query={spots} />}
        {now?.want && <Links title={t("data.ground")} layer="table" query={groundQuery({ layer: now.layer, want: now.want })} />}
        {names.map(([name, title]) => (
          <Links key={name} title={title} layer="table" query={rowsQuery(areasShown(), wantedFor(name))} />
        ))}
        {layerOf("gaps") && <Links title={t("gaps.title")} layer="gaps" query={{ service: service.value, mode: mode.value, ...part.value }} />}
      </ul>
      <p>{pictureUrl.value ? <a href={pictureUrl.value} target="_blank" rel="noopener">{t("picture.link")}</a> : <span class="quiet">{noPicture()}</span>}</p>
      <h2>{t("data.layers")}</h2>
      <ul>
        {manifest.value.layers.map((l) => <Links key={l.id} title={say(l.title)} layer={l.id} query={{}} />)}
      </ul>
      <h2>{t("data.more")}</h2>
      <ul>
        <li><a href={url("collections", { f: "html" })}>{t("data.collections")}</a></li>
        <li><a href={url("api", { f: "html" })}>{t("data.api")}</a></li>
        <li><a href={url("clients", { f: "html" })}>{t("data.clients")}</a></li>
        <li><a href={url("manifest")}>{t("data.manifest", { release: manifest.value.release })}</a></li>
      </ul>
      <p class="quiet">{t("data.limit")}</p>
      {manifest.value.notes.length > 0 && <h2>{t("data.about")}</h2>}
      {manifest.value.notes.map((note, i) => <p key={i} class="quiet">{say(note)}</p>)}
    </section>
  );
}
