/** The area chosen: its access to services, as everywhere on the page, and its results by every method. */

import type { ComponentChild } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { AreaTrend } from "../scorecard/AreaTrend";
import { selected } from "../state";
import { itemsUrl } from "../api";
import { AreaCard } from "../ui/AreaCard";
import { numberOf } from "../ui/words";
import { isArea } from "./columns";
import { measure, method, methods, source, unit } from "./choice";
import { spotOf, type Spot } from "./data";
import { hint, measureName, sentenceOf, titleOf } from "./words";

function Fact({ name, children }: { name: string; children: ComponentChild }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Results({ spot }: { spot: Spot }) {
  const { results } = spot;
  const scores = (["hotspot_z", "hotspot_p"] as const).filter((id) => results[id].value !== null);
  return (
    <article class="area spot" aria-live="polite">
      <h3>{measureName(measure.value)}</h3>
      <p>{sentenceOf(spot)}</p>
      <dl class="facts">
        {methods.value.filter((id) => id !== method.value).map((id) => <Fact key={id} name={t(`hotspots.method.${id}`)}>{numberOf(id, results[id]).text}</Fact>)}
        {scores.map((id) => <Fact key={id} name={t(`hotspots.column.${id}_long`)}>{numberOf(id, results[id]).text}</Fact>)}
      </dl>
      <a href={itemsUrl(source.value, { geography: unit.value, unit: spot.unit })} target="_blank" rel="noopener">{t("source")}</a>
    </article>
  );
}

function Chosen() {
  const spot = spotOf(selected.value);
  if (isArea(unit.value)) return <><AreaCard />{spot && <Results spot={spot} />}{selected.value !== null && <AreaTrend key={selected.value} area={selected.value} />}</>;
  if (!spot) return <p class="hint">{hint()}</p>;
  return (
    <>
      <div class="bar">
        <h2>{titleOf(spot)}</h2>
        <button type="button" class="plain" onClick={() => (selected.value = null)}>{t("areas.clear")}</button>
      </div>
      <Results spot={spot} />
    </>
  );
}

/** The card comes into view with each choice, also from the end of the list. */
export function HotspotCard() {
  const box = useRef<HTMLDivElement>(null);
  const unit = selected.value;
  useEffect(() => {
    if (unit !== null) box.current?.scrollIntoView({ block: "nearest" });
  }, [unit]);
  return <div class="chosen" ref={box}><Chosen /></div>;
}
