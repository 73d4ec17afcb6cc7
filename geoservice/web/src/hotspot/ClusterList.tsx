/** Clusters of the spatial scan statistic, each with its numbers; the one chosen with its areas. */

import { batch } from "@preact/signals";
import { language, named, t } from "../i18n";
import { CLUSTERS, layerOf, selected } from "../state";
import { flyToGeometry } from "../map/flight";
import { Failure } from "../ui/Failure";
import { chooseUnit, cluster, clustersShown, units } from "./choice";
import { clusters, marked, members, outlined, type Cluster } from "./data";
import { clusterSentence, what } from "./words";

function choose(c: Cluster): void {
  const again = cluster.value === c.unit;
  cluster.value = again ? null : c.unit;
  if (!again && c.geometry) flyToGeometry(c.geometry);
}

/** Shows an area of a cluster, at the level of the cluster's areas. */
function open(area: string, level: string): void {
  batch(() => {
    if (units.value.includes(level)) chooseUnit(level);
    selected.value = area;
  });
}

function Members({ of }: { of: Cluster }) {
  const areas = members.value.value ?? [];
  const more = of.areaCount - areas.length;
  return (
    <div class="members">
      <small>{t("hotspots.cluster_areas", { level: named("level", of.level) })}</small>
      {areas.map((a) => <button key={a.unit} type="button" class="plain" data-unit={a.unit} onClick={() => open(a.unit, of.level)}>{a[language.value]}</button>)}
      {members.value.value && more > 0 && <small>{t("hotspots.cluster_more", { number: more })}</small>}
    </div>
  );
}

export function ClusterList() {
  if (!layerOf(CLUSTERS)) return null;
  return (
    <section class="clusters" aria-busy={clusters.loading.value}>
      <h3>{t("hotspots.clusters", { number: clusters.value.value?.length ?? t("waiting") })}</h3>
      <p class="quiet">{t("hotspots.cluster_note", { what: what() })}</p>
      <label class="check">
        <input type="checkbox" name="hotspot_clusters" checked={clustersShown.value} onChange={() => (clustersShown.value = !clustersShown.value)} />
        {t("hotspots.cluster_outlines")}
      </label>
      {clusters.problem.value && <Failure what="hotspots" problem={clusters.problem.value} retry={clusters.retry} />}
      <ol>
        {outlined.value.map((c) => (
          <li key={c.unit}>
            <button type="button" data-unit={c.unit} aria-pressed={cluster.value === c.unit} onClick={() => choose(c)}>
              <span>{c[language.value]}</span>
              <small>{clusterSentence(c)}</small>
            </button>
            {marked.value?.unit === c.unit && <Members of={c} />}
          </li>
        ))}
      </ol>
      {clusters.value.value?.length === 0 && <p class="quiet">{t("hotspots.no_clusters")}</p>}
    </section>
  );
}
