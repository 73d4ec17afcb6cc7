/** What is asked of the hotspots: measure, unit, method. Service and travel mode are those of the page. */

import { t } from "../i18n";
import { HOTSPOTS, layerOf, mode, service, study } from "../state";
import { Select } from "../ui/Select";
import { groupName, modeName, serviceName } from "../ui/words";
import { cardGroup, chooseGroup, groups, services } from "../scorecard/choice";
import { CELL, holds, stemOf } from "./columns";
import { chooseMeasure, chooseMethod, chooseUnit, measure, measures, method, methods, noUnit, stem, unit, units } from "./choice";
import { measureName, unitName } from "./words";

/** Which services and modes the release has hotspots of, where it has none of those chosen. */
function known(): string {
  const layer = layerOf(HOTSPOTS)!;
  const pairs = study.value.services.flatMap((s) => study.value.modes.map((m) => [s.id, m] as const)).filter(([s, m]) => holds(layer, stemOf("unserved", s, m)));
  return pairs.map(([s, m]) => t("hotspots.pair", { service: serviceName(s), mode: modeName(m).toLocaleLowerCase("en") })).join(t("semicolon"));
}

export function HotspotControls() {
  const values = { service: serviceName(service.value), mode: modeName(mode.value).toLocaleLowerCase("en") };
  const none = stem.value !== null || noUnit.value ? null : measure.value === "unserved" ? t("hotspots.no_measure", { ...values, known: known() }) : measure.value === "uptake" ? t("hotspots.no_uptake", { ...values, known: services.value.map(serviceName).join(t("semicolon")) }) : null;
  return (
    <div class="question">
      <Select name="hotspot_measure" label={t("hotspots.choice.measure")} value={measure.value} options={measures.value.map((id) => [id, measureName(id)] as const)} choose={chooseMeasure} reason={none} />
      {measure.value === "uptake" && groups.value.length > 1 && <Select name="hotspot_group" label={t("hotspots.choice.group")} value={cardGroup.value} options={groups.value.map((id) => [id, groupName(id)] as const)} choose={chooseGroup} />}
      <div class="pair">
        <Select name="hotspot_unit" label={t("hotspots.choice.unit")} value={unit.value} options={[...(noUnit.value ? [unit.value] : []), ...units.value].map((id) => [id, unitName(id)] as const)} choose={chooseUnit} reason={noUnit.value ? t("hotspots.no_unit", { level: unitName(unit.value) }) : null} />
        <Select name="hotspot_method" label={t("hotspots.choice.method")} value={method.value} options={methods.value.map((id) => [id, t(`hotspots.method.${id}`)] as const)} choose={chooseMethod} reason={unit.value === CELL ? t("hotspots.cell_methods") : null} />
      </div>
    </div>
  );
}
