/** What is asked of a choice of sites: the aim and its limits, and the rest folded under "More choices". */

import { named, t } from "../../i18n";
import { chosen, group, groups, idle, minutes, study, tier, tiers } from "../../state";
import { offered } from "../../stations";
import { Select } from "../../ui/Select";
import { groupName, idleReason } from "../../ui/words";
import { CandidateFile } from "./CandidateFile";
import { asksBudget, asksSites, budget, capacity, countsSites, fairness, LIMITS, limitNow, limit, model, MODELS, MOST_BUDGET, MOST_CAPACITY, MOST_SITES, needsCapacity, seconds, SECONDS, sites, source, SOURCES, SPACINGS, spacing, takesBudget, type Limit, type Model, type Source } from "./choice";
import { Closable } from "./Closable";

interface NumberProps {
  name: string;
  label: string;
  value: number;
  least: number;
  most: number;
  step?: number | "any";
  take: (value: number) => void;
}

/** A number between two bounds; anything else is left as it was. */
function NumberField({ name, label, value, least, most, step = 1, take }: NumberProps) {
  const typed = (text: string): void => {
    const next = Number(text);
    if (text !== "" && next >= least && next <= most && (step === "any" || Number.isInteger(next))) take(next);
  };
  return <label class="choice"><span>{label}</span><input type="number" name={`siting_${name}`} min={least} max={most} step={step} inputMode={step === 1 ? "numeric" : "decimal"} value={value} onInput={(e) => typed(e.currentTarget.value)} /></label>;
}

function More() {
  const tierIds = tiers.value.filter((id) => id === tier.value || id === "any" || offered.value === null || offered.value.has(id));
  return (
    <details class="more">
      <summary>{t("siting.more_choices")}</summary>
      <div class="choices">
        {takesBudget.value && <Select name="siting_limit" label={t("siting.limit")} value={limitNow.value} options={LIMITS.map((id) => [id, t(`siting.limits.${id}`)] as const)} choose={(id) => (limit.value = id as Limit)} reason={asksBudget.value ? t("siting.cost_hint") : null} />}
        <div class="pair">
          <Select name="siting_tier" label={t("siting.tier")} value={tier.value} options={tierIds.map((id) => [id, named("tier", id)] as const)} choose={(id) => (chosen.tier.value = id)} off={idle("tier") !== null} reason={idleReason("tier")} />
          <Select name="siting_group" label={t("siting.group")} value={group.value} options={groups.value.map((id) => [id, groupName(id)] as const)} choose={(id) => (chosen.group.value = id)} off={idle("group") !== null} reason={idleReason("group")} />
        </div>
        <Closable />
        <div class="pair">
          <Select name="siting_seconds" label={t("siting.seconds")} value={String(seconds.value)} options={SECONDS.map((s) => [String(s), t("siting.second", { seconds: s })] as const)} choose={(s) => (seconds.value = Number(s))} />
        </div>
      </div>
    </details>
  );
}

export function Choices() {
  return (
    <div class="choices">
      <Select name="siting_model" label={t("siting.model")} value={model.value} options={MODELS.map((id) => [id, t(`siting.models.${id}`)] as const)} choose={(id) => (model.value = id as Model)} />
      <div class="pair">
        {asksSites.value && <NumberField name="sites" label={t("siting.sites")} value={sites.value} least={1} most={MOST_SITES} take={(n) => (sites.value = n)} />}
        {asksBudget.value && <NumberField name="budget" label={t("siting.budget")} value={budget.value} least={0} most={MOST_BUDGET} step="any" take={(n) => (budget.value = n)} />}
        <Select name="siting_minutes" label={t("choice.minutes")} value={String(minutes.value)} options={study.value.minutes.map((m) => [String(m), t("within", { minutes: m })] as const)} choose={(m) => (chosen.minutes.value = Number(m))} off={idle("minutes") !== null} />
      </div>
      <div class="pair">
        <Select name="siting_source" label={t("siting.source")} value={source.value} options={SOURCES.map((id) => [id, t(`siting.sources.${id}`)] as const)} choose={(id) => (source.value = id as Source)} />
        {source.value === "streets" && <Select name="siting_spacing" label={t("siting.spacing")} value={String(spacing.value)} options={SPACINGS.map((m) => [String(m), t("siting.metres", { metres: m })] as const)} choose={(m) => (spacing.value = Number(m))} />}
      </div>
      {source.value === "file" && <CandidateFile />}
      {needsCapacity.value && <NumberField name="capacity" label={t(source.value === "file" ? "siting.capacity_file" : "siting.capacity")} value={capacity.value} least={1} most={MOST_CAPACITY} take={(n) => (capacity.value = n)} />}
      {model.value === "mclp" && !countsSites.value && (
        <label class="tick"><input type="checkbox" name="siting_fairness" checked={fairness.value} onChange={(e) => (fairness.value = e.currentTarget.checked)} /><span>{t("siting.fair.ask")}</span></label>
      )}
      <More />
    </div>
  );
}
