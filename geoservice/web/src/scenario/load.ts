/** The code of scenarios: fetched when one is first opened. */

import type { Map as MapLibre } from "maplibre-gl";
import { Loaded } from "../loaded";
import { keepView } from "../map/view";
import { scenarioOn } from "./choice";

type Code = typeof import("./view");

export const code = new Loaded<Code>(() => (scenarioOn.value ? "view" : null), () => import("./view"));

/** Draws the scenario while it is open. */
export const keepScenarioMap = (map: MapLibre): (() => void) => keepView(code, (view) => view.drawScenario(map));
