/** The panel of a zone: how it is drawn, its people and their coverage, and its stations. */

import { t } from "../i18n";
import { BeforeAfter } from "../live/BeforeAfter";
import { Pending } from "../live/Pending";
import { ToolHead } from "../live/ToolHead";
import { people } from "../scenario/words";
import { minutes } from "../state";
import { Estimated } from "../ui/Estimated";
import { askedText } from "../ui/words";
import { kind, path, zone } from "./choice";
import { asking, busy, compared, numbers } from "./data";
import type { Pair, ZoneNumbers } from "./rows";
import { MOST } from "./shape";
import { ZoneStations } from "./ZoneStations";
import { ZoneTools } from "./ZoneTools";
import "./zone.css";

const hint = (): string => t(zone.value ? `zone.hint.${kind.value}_drawn` : `zone.hint.${kind.value}`);

/** A number, beside what it was before if there is a scenario. */
function Fact({ name, label, measure, of }: { name: string; label: string; measure: string; of: Pair }) {
  return (
    <div class={name}>
      <dt>{label}</dt>
      <dd>{compared.value ? <BeforeAfter measure={measure} before={of.before} after={of.after} /> : <Estimated measure={measure} of={of.after} />}</dd>
    </div>
  );
}

function Numbers({ of }: { of: ZoneNumbers }) {
  return (
    <div class="zone-numbers" role="status">
      <dl class="numbers">
        <div class="people"><dt>{t("column.people")}</dt><dd><Estimated measure="persons" of={of.people} /></dd></div>
        <Fact name="share" label={t("zone.share", { minutes: minutes.value })} measure="covered_share" of={of.share} />
        <Fact name="covered" label={t("column.covered")} measure="covered_persons" of={of.covered} />
        <Fact name="median" label={t("column.median_time")} measure="median_minutes" of={of.median} />
      </dl>
      {compared.value && <p class="moved">{people(of.gained, "gained", minutes.value)}{t("semicolon")}{people(of.lost, "lost", minutes.value)}</p>}
    </div>
  );
}

function Results() {
  if (!zone.value) return null;
  const answer = asking.answer.value;
  if (!answer || !numbers.value) return <Pending asking={asking} what="zone" />;
  return <><Numbers of={numbers.value} /><ZoneStations of={answer} /></>;
}

export function ZonePanel() {
  return (
    <section class="areas live zone" aria-busy={busy.value}>
      <ToolHead title={t("zone.title")} />
      <p class="hint">{hint()}</p>
      {path.value.length >= MOST && <p class="reason warn" role="status">{t("zone.full", { most: MOST })}</p>}
      <ZoneTools />
      <p class="quiet asked">{askedText()}</p>
      <Results />
      <p class="quiet small">{t("zone.note")}</p>
    </section>
  );
}
