/** Two scenarios in two columns: the share of the study at every break, and the areas where they differ. */

import { useEffect } from "preact/hooks";
import { language, named, t } from "../../i18n";
import { level, minutes } from "../../state";
import type { Estimate } from "../../types";
import { Failure } from "../../ui/Failure";
import { Cell } from "../ChangedAreas";
import { unfolded } from "../maps/choice";
import { MapsChoice } from "../maps/MapsChoice";
import { scenarios } from "../saved/saved";
import { planner, who } from "../saved/session";
import { isStored, LINK, link, MAP, PRESENT, sides, storedCompared } from "./choice";
import { answers, areas, badLink, totals } from "./data";
import type { Difference } from "./differences";

const MOST = 200;

const nameOf = (side: string): string => (!isStored(side) ? t(`compare.${side}`) : (scenarios.value.find((s) => s.id === side)?.name ?? t("compare.gone")));

function Side({ number }: { number: 0 | 1 }) {
  const side = sides[number];
  const known = !isStored(side.value) || scenarios.value.some((s) => s.id === side.value);
  return (
    <label class="choice">
      <span>{t(`compare.side_${number}`)}</span>
      <select name={`compare_${number}`} value={side.value} onChange={(e) => (side.value = e.currentTarget.value)}>
        {[PRESENT, MAP, LINK].map((id) => <option key={id} value={id}>{t(`compare.${id}`)}</option>)}
        {scenarios.value.map((s) => <option key={s.id} value={s.id}>{s.name}</option>)}
        {!known && <option value={side.value}>{t("compare.gone")}</option>}
      </select>
    </label>
  );
}

const Numbers = ({ of }: { of: Difference }) => (
  <>
    <Cell name="first" measure="covered_share" of={of.first} />
    <Cell name="second" measure="covered_share" of={of.second} />
    <Cell name="difference" measure="coverage_gap" of={of.change as Estimate} />
  </>
);

const Head = ({ first }: { first: string }) => (
  <thead>
    <tr>
      <th scope="col" class="name">{first}</th>
      <th scope="col" title={nameOf(sides[0].value)}>{t("compare.first")}</th>
      <th scope="col" title={nameOf(sides[1].value)}>{t("compare.second")}</th>
      <th scope="col" title={t("compare.difference_long")}>{t("compare.difference")}</th>
    </tr>
  </thead>
);

function Tables() {
  if (answers.problem.value) return <Failure what="compare" problem={answers.problem.value} retry={answers.retry} />;
  if (answers.loading.value) return <p class="quiet" role="status">{t("loading")}</p>;
  if (!answers.value.value) return null;
  const shown = areas.value;
  return (
    <>
      {totals.value.length > 0 && (
        <table class="totals" aria-label={t("compare.totals")}>
          <Head first={t("compare.within")} />
          <tbody>{totals.value.map((row) => <tr key={row.minutes} data-minutes={row.minutes}><th scope="row">{t("compare.minutes", { minutes: row.minutes })}</th><Numbers of={row} /></tr>)}</tbody>
        </table>
      )}
      <h4 id="compare-areas">{t("compare.areas", { level: named("level", level.value), minutes: minutes.value })}</h4>
      {shown.length === 0 ? <p class="quiet">{t("compare.no_areas")}</p> : (
        <table class="by-area" aria-labelledby="compare-areas">
          <Head first={t("column.name")} />
          <tbody>{shown.slice(0, MOST).map((row) => <tr key={row.unit} data-unit={row.unit}><th scope="row">{row[language.value]}</th><Numbers of={row} /></tr>)}</tbody>
        </table>
      )}
      {shown.length > MOST && <p class="quiet small">{t("compare.more", { most: MOST })}</p>}
      <p class="quiet small">{t("compare.note")}</p>
    </>
  );
}

export function ComparePanel() {
  useEffect(() => answers.keep(), []);
  return (
    <details class="compare" open={unfolded.value} onToggle={(e) => (unfolded.value = e.currentTarget.open)}>
      <summary>{t("compare.title")}</summary>
      {unfolded.value && (
        <>
          <div class="sides"><Side number={0} /><Side number={1} /></div>
          {sides.some((s) => s.value === LINK) && (
            <label class="choice"><span>{t("compare.address")}</span><input type="url" name="compare_link" value={link.value} aria-invalid={badLink.value} onInput={(e) => (link.value = e.currentTarget.value)} /></label>
          )}
          {storedCompared.value && planner.value === null && !who.loading.value && <p class="quiet small" role="status">{t("compare.sign_in")}</p>}
          {badLink.value && <p class="reason warn" role="alert">{t("compare.bad_link")}</p>}
          <MapsChoice />
          <Tables />
        </>
      )}
    </details>
  );
}
