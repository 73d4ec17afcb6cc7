/** The legend in words: a line for each class that the map may have, with the number of areas. */

import { t } from "../i18n";
import { HOTSPOTS, layerOf } from "../state";
import { CLASSES, coloursOf, isClassed, type Shown } from "./classes";
import { measure, method, stem } from "./choice";
import { breaks, counts, outlined, spots } from "./data";
import { className, rangeName, reasonName, what } from "./words";

interface KeyProps {
  shown: Shown;
  text: string;
  colour?: string;
}

function Key({ shown, text, colour }: KeyProps) {
  const number = spots.value.value ? (counts.value.get(shown) ?? 0) : null;
  return (
    <li>
      <i class={shown === "nobody" ? "dots" : ""} style={colour ? { background: colour } : undefined} />
      <span>{text}</span>
      <b>{number ?? ""}</b>
    </li>
  );
}

export function HotspotLegend() {
  const layer = layerOf(HOTSPOTS);
  if (!layer || stem.value === null) return null;
  const { legend } = layer.style;
  const of = method.value;
  const colours = coloursOf(of, legend);
  const texts = isClassed(of) ? CLASSES[of]!.map((c) => className(of, c)) : [...breaks.value, 0].map((_, i) => rangeName(i, breaks.value));
  // of the 17 classes of emerging hotspots only those that occur
  const occurs = (i: number): boolean => of !== "emerging_class" || CLASSES[of]![i] === 0 || counts.value.has(i);
  const keys = texts.map((text, i) => ({ shown: i, text, colour: colours[i] ?? "" })).filter(({ shown }) => occurs(shown));
  return (
    <div class="legend hotspot-legend">
      <p>{t(isClassed(of) ? "hotspots.legend" : "hotspots.legend_rate", { what: what(), method: t(`hotspots.method.${of}`) })}</p>
      <ul>
        {(isClassed(of) ? keys : keys.reverse()).map((key) => <Key key={key.shown} {...key} />)}
        {!(isClassed(of) && measure.value === "uptake") && <Key shown={isClassed(of) ? "unstable" : "uncertain"} text={reasonName(isClassed(of) ? "unstable" : "uncertain")} colour={legend.uncertain} />}
        <Key shown="nobody" text={reasonName("nobody")} />
        {outlined.value.length > 0 && <li><i class="outline" /><span>{t("hotspots.cluster_key")}</span><b>{outlined.value.length}</b></li>}
      </ul>
    </div>
  );
}
