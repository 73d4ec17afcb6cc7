/** The files of a copy: each layer in every format, its tiles, and the documents for other programs. */

import { url } from "../api";
import { files } from "../copy";
import { say, t } from "../i18n";
import { manifest } from "../state";

/** Formats by the end of a file's name, as people call them. */
const NAMES: Readonly<Record<string, string>> = { csv: "CSV", parquet: "GeoParquet", fgb: "FlatGeobuf", geojson: "GeoJSON", ics: "ICS", "zh.ics": "ICS (中文)" };
const TABLE_NAMES: Readonly<Record<string, string>> = { ...NAMES, parquet: "Parquet" };

function Layer({ id, title, table }: { id: string; title: string; table: boolean }) {
  const own = files.value.layers[id]?.files ?? {};
  const tiles = files.value.tiles[id];
  const names = table ? TABLE_NAMES : NAMES;
  return (
    <li>
      <span>{title}</span>
      <span class="files">
        {Object.entries(own).map(([format, href]) => <a key={format} href={url(href)} download="">{names[format] ?? format}</a>)}
        {tiles && <a href={url(tiles.href)} download="">PMTiles</a>}
      </span>
    </li>
  );
}

export function CopyLinks() {
  const documents = files.value.documents;
  const base = files.value.tiles["base"];
  return (
    <section class="data copy">
      <h2>{t("data.layers")}</h2>
      <ul>
        {manifest.value.layers.map((l) => <Layer key={l.id} id={l.id} title={say(l.title)} table={l.geometry === "none"} />)}
        {base && <li><span>{t("layers.base")}</span><span class="files"><a href={url(base.href)} download="">PMTiles</a></span></li>}
      </ul>
      <h2>{t("data.more")}</h2>
      <ul>
        {["stac", "collections", "readme", "attribution"].map((id) => documents[id] && <li key={id}><a href={url(documents[id])}>{t(`copy.document.${id}`)}</a></li>)}
        <li><a href={url("manifest.json")}>{t("data.manifest", { release: manifest.value.release })}</a></li>
      </ul>
      <p class="quiet">{t("copy.files")}</p>
      {manifest.value.notes.length > 0 && <h2>{t("data.about")}</h2>}
      {manifest.value.notes.map((note, i) => <p key={i} class="quiet">{say(note)}</p>)}
    </section>
  );
}
