/** How the scenario is compared on the map: on one map, on two, or as a difference. */

import { say, t } from "../../i18n";
import { narrow, panels, sheet } from "../../layout";
import { layerOf, themeLayer } from "../../state";
import { Legend } from "../../ui/Legend";
import { following } from "../choice";
import { chooseView, comparable, mapsView, VIEWS, type MapsView } from "./choice";
import { sideName } from "./data";

function choose(view: MapsView): void {
  if (view !== "one" && sheet.value === "full") sheet.value = "half"; // of which the map is hidden
  chooseView(view);
}

/** Which side is where, and that both are drawn alike. */
function hint(): string {
  const names = { first: sideName(0), second: sideName(1) };
  if (mapsView.value === "difference") return t("maps.hint.difference", names);
  return t(`maps.hint.${mapsView.value === "side" && narrow.value ? "stacked" : mapsView.value}`, names);
}

/** The legend is among the layers, where these are in sight. */
function Explained() {
  const layer = themeLayer.value;
  if (mapsView.value === "one" || !layer) return null;
  if (!following.value.includes(layer.id)) return <p class="reason">{t("maps.still", { layers: following.value.flatMap((id) => layerOf(id) ?? []).map((l) => say(l.title)).join(t("comma")) })}</p>;
  return (
    <>
      <p class="quiet small">{hint()}</p>
      {(narrow.value || panels.controls.value === "closed") && <Legend layer={layer} />}
    </>
  );
}

export function MapsChoice() {
  if (!comparable.value) return null;
  return (
    <div class="maps-choice">
      <fieldset class="choice">
        <legend>{t("maps.title")}</legend>
        <div class="segments">
          {VIEWS.map((view) => (
            <label key={view}>
              <input type="radio" name="maps" value={view} checked={mapsView.value === view} onChange={() => choose(view)} />
              <span>{t(view === "side" && narrow.value ? "maps.stacked" : `maps.${view}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Explained />
    </div>
  );
}
