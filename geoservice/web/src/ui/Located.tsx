/** How well the households of an area are located. */

import { useEffect } from "preact/hooks";
import { fetchItems, itemsUrl } from "../api";
import { t } from "../i18n";
import { Loaded } from "../loaded";
import { estimateOf } from "../number";
import { once } from "../series";
import { layerOf, level, selected } from "../state";
import type { Value } from "../types";
import { Estimated } from "./Estimated";
import { Failure } from "./Failure";

const LOCATIONS = "locations";
const CLASSES = ["exactly", "on_street", "in_village", "wider"] as const;

export const areaLocations = new Loaded<Record<string, Value> | null>(
  () => (layerOf(LOCATIONS) && selected.value !== null ? JSON.stringify([level.value, selected.value]) : null),
  async () => {
    const query = { geography: level.value, unit: selected.value ?? "", skipGeometry: true };
    const found = await once(`locations ${JSON.stringify(query)}`, () => fetchItems(LOCATIONS, query));
    return found[0]?.properties ?? null;
  },
);

/** The households of an area by what is known of where they are; nothing for areas smaller than a township. */
export function AreaLocations() {
  useEffect(() => areaLocations.keep(), []);
  const p = areaLocations.value.value;
  if (areaLocations.problem.value) return <Failure what="locations" problem={areaLocations.problem.value} retry={areaLocations.retry} />;
  if (!p) return null;
  return (
    <section class="located">
      <h3>{t("located.title")}</h3>
      <dl class="numbers">
        {CLASSES.map((name) => (
          <div key={name}><dt>{t(`located.${name}`)}</dt><dd><Estimated measure={`located_${name}_households`} of={estimateOf(p, name)} /></dd></div>
        ))}
      </dl>
      <a href={itemsUrl(LOCATIONS, { geography: level.value, unit: selected.value ?? "" })} target="_blank" rel="noopener">{t("source")}</a>
    </section>
  );
}
