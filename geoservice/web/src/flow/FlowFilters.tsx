/** Filters of the flows, folded away until one is set. */

import { batch, signal } from "@preact/signals";
import { t } from "../i18n";
import { Select } from "../ui/Select";
import { chooseAreas, direction, levels, pinned } from "./choice";
import { ARRIVALS, arrival, excess, filterCount, has, needsFine, RELATIONS, relation, type Arrival, type Relation } from "./filters";
import { EXCESS } from "./flows";

/** Taking back the last filter leaves them open. */
const opened = signal(false);

const modelled = (): boolean => levels.value?.areas.some((a) => a.modelled.length > 0) ?? false;
const counted = (): boolean => levels.value?.areas.some((a) => a.arrivals) ?? false;

function chooseRelation(id: Relation | null): void {
  batch(() => {
    [relation.value, pinned.value] = [id, null];
    if (needsFine.value) arrival.value = null;
  });
}

/** Times since arrival are counted for the largest areas by wide origins. */
function chooseArrival(id: Arrival | null): void {
  batch(() => {
    if (id !== null && arrival.value === null) chooseAreas(null);
    [arrival.value, pinned.value] = [id, null];
    if (id !== null) [excess.value, direction.value] = [false, "in"];
    if (id !== null && needsFine.value) relation.value = null;
  });
}

function chooseExcess(on: boolean): void {
  batch(() => {
    [excess.value, pinned.value] = [on, null];
    if (on) arrival.value = null;
  });
}

function Excess() {
  const reason = modelled() ? null : t("flows.no_model");
  return (
    <div class={`choice${reason ? " off" : ""}`}>
      <label class="tick" title={t("flows.excess_long")}>
        <input type="checkbox" name="flow_excess" checked={excess.value} disabled={reason !== null} aria-describedby={reason ? "reason-flow-excess" : undefined} onChange={(e) => chooseExcess(e.currentTarget.checked)} />
        <span>{t("flows.excess")}</span>
      </label>
      {reason && <small class="reason" id="reason-flow-excess">{reason}</small>}
    </div>
  );
}

export function FlowFilters() {
  const all = (id: string): readonly [string, string] => ["", t(`flows.any.${id}`)];
  return (
    <details class="filters" open={opened.value || filterCount.value > 0} onToggle={(e) => (opened.value = e.currentTarget.open)}>
      <summary>{filterCount.value > 0 ? t("flows.filters_set", { number: filterCount.value }) : t("flows.filters")}</summary>
      <div class="pair">
        <Select name="flow_relation" label={t("flows.choice.relation")} value={relation.value ?? ""} options={[all("relation"), ...RELATIONS.map((id) => [id, t(`flows.relation.${id}`)] as const)]} choose={(id) => chooseRelation((id || null) as Relation | null)} />
        {has(ARRIVALS[0]) && counted() && (
          <Select name="flow_arrived" label={t("flows.choice.arrived")} value={arrival.value ?? ""} options={[all("arrived"), ...ARRIVALS.map((id) => [id, t(`flows.arrived.${id}`)] as const)]} choose={(id) => chooseArrival((id || null) as Arrival | null)} />
        )}
      </div>
      {has(EXCESS) && <Excess />}
    </details>
  );
}
