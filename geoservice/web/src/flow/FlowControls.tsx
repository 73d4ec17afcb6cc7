/** What is asked of the flows: direction, levels, area, how many. */

import { language, named, t } from "../i18n";
import { Select } from "../ui/Select";
import {
  areaLevel, chooseAreas, choosePlace, direction, DIRECTIONS, fixed, following, here, levels, ORIGINS, origins, pinned, place, suitedLevels, top, TOPS, type Direction, type Origins,
} from "./choice";
import { areas } from "./data";
import { arrival, excess, needsFine } from "./filters";
import { FlowFilters } from "./FlowFilters";

const exchanged = (): boolean => (levels.value?.exchanging.length ?? 0) > 0;

function choose(next: Direction): void {
  direction.value = next;
  pinned.value = null;
  if (next !== "in") arrival.value = null;
}

function Directions() {
  const off = levels.value !== null && !exchanged();
  return (
    <fieldset class="choice">
      <legend>{t("flows.direction")}</legend>
      <div class="segments">
        {DIRECTIONS.map((id) => (
          <label key={id} title={t(`flows.${id}_long`)}>
            <input type="radio" name="flow" value={id} checked={direction.value === id} disabled={id !== "in" && !exchanged()} aria-describedby={off && id !== "in" ? "reason-flow" : undefined} onChange={() => choose(id)} />
            <span>{t(`flows.${id}`)}</span>
          </label>
        ))}
      </div>
      {off && <small class="reason" id="reason-flow">{t("flows.no_exchange")}</small>}
    </fieldset>
  );
}

const originsName = (id: Origins): string => (id === "wide" ? named("level", here.value?.wideLevel ?? "") : t("flows.fine"));

/** Why origins cannot be chosen, if so. */
function originsReason(): string | null {
  if (direction.value !== "in") return t("flows.origins_inside");
  if (arrival.value !== null) return t("flows.origins_arrived");
  return needsFine.value ? t("flows.origins_fine") : null;
}

function Levels() {
  const ids = suitedLevels.value;
  const chosen = place.value && ids.includes(place.value.level) ? place.value.level : fixed.areas.value;
  const own = chosen !== null && ids.includes(chosen) ? chosen : null;
  const at = own === null ? areaLevel.value : [following.areas.value, ids[0]].find((id) => id && ids.includes(id));
  const both = here.value?.wide && here.value.fine;
  const reason = originsReason();
  const follow = (text: string): readonly [string, string] => ["", t("flows.follows", { level: text })];
  return (
    <div class="pair">
      <Select name="flow_areas" label={t("flows.choice.areas")} value={own ?? ""} options={[follow(at ? named("level", at) : ""), ...ids.map((id) => [id, named("level", id)] as const)]} choose={(id) => chooseAreas(id || null)} />
      <Select
        name="flow_origins"
        label={t("flows.choice.origins")}
        value={!both ? "" : reason !== null || excess.value ? origins.value : (fixed.origins.value ?? "")}
        options={both ? [follow(originsName(following.origins.value)), ...ORIGINS.map((id) => [id, originsName(id)] as const)] : [["", originsName(here.value?.wide ? "wide" : "fine")]]}
        choose={(id) => (fixed.origins.value = (id || null) as Origins | null)}
        reason={reason}
        off={reason !== null}
      />
    </div>
  );
}

function Places() {
  const level = areaLevel.value;
  const options = [["", t("flows.all_areas")] as const, ...areas.value.map((a) => [a.unit, a[language.value]] as const)];
  return <Select name="flow_place" label={t("flows.choice.place")} value={place.value?.unit ?? ""} options={options} choose={(unit) => choosePlace(unit && level ? { level, unit } : null)} />;
}

export function FlowControls() {
  return (
    <div class="question">
      <Directions />
      <Levels />
      <div class="pair">
        <Places />
        <Select name="flow_top" label={t("flows.choice.top")} value={String(top.value)} options={TOPS.map((n) => [String(n), t("flows.top", { number: n })] as const)} choose={(n) => (top.value = Number(n))} />
      </div>
      <FlowFilters />
    </div>
  );
}
