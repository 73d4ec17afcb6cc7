/** The tab of the hotspots: what they are for, controls, the area chosen, the significant areas, clusters. */

import { t } from "../i18n";
import { narrow } from "../layout";
import { study } from "../state";
import { Failure } from "../ui/Failure";
import { ClusterList } from "./ClusterList";
import { csvUrl, clusterQuery, clusters, listed, shapes, spots } from "./data";
import { CLUSTERS } from "../state";
import { itemsUrl } from "../api";
import { HotspotCard } from "./HotspotCard";
import { HotspotControls } from "./HotspotControls";
import { HotspotLegend } from "./HotspotLegend";
import { HotspotList } from "./HotspotList";
import { measure, stem } from "./choice";
import { inWords } from "./words";
import "./hotspots.css";

/** The id of the text that says what the map shows, for whoever does not see it. */
export const IN_WORDS = "hotspots-in-words";

function Files() {
  return (
    <p class="files">
      {csvUrl.value && <a href={csvUrl.value} download={`${study.value.id}-hotspots.csv`}>{t("hotspots.csv")}</a>}
      {clusterQuery.value && clusters.value.value && <a href={itemsUrl(CLUSTERS, { f: "csv", ...clusterQuery.value })} download={`${study.value.id}-clusters.csv`}>{t("hotspots.csv_clusters")}</a>}
    </p>
  );
}

export function HotspotPanel() {
  const problem = spots.problem.value ?? shapes.problem.value;
  const again = (): void => {
    if (spots.problem.value) spots.retry();
    if (shapes.problem.value) shapes.retry();
  };
  return (
    <section class="areas hotspots" aria-busy={spots.loading.value || shapes.loading.value}>
      <h2>{t("hotspots.title")}</h2>
      <p class="purpose">{t("hotspots.purpose")}</p>
      <HotspotControls />
      {narrow.value && <HotspotLegend />}
      {problem && <Failure what="hotspots" problem={problem} retry={again} />}
      {spots.loading.value && <p class="quiet" role="status">{t("loading")}</p>}
      {spots.value.value && <HotspotCard />}
      {spots.value.value && <HotspotList />}
      {spots.value.value && <p id={IN_WORDS} class="quiet">{inWords(listed.value)}</p>}
      {stem.value !== null && measure.value !== "uptake" && <ClusterList />}
      <Files />
    </section>
  );
}
