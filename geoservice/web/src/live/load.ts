/** The code of the tools: fetched when one is first opened. */

import type { MapLayerMouseEvent, Map as MapLibre } from "maplibre-gl";
import type { FunctionComponent } from "preact";
import { Loaded } from "../loaded";
import { keepView } from "../map/view";
import { tool } from "./tool";

/** What a tool does on the page. */
export interface ToolView {
  Panel: FunctionComponent;
  /** Draws on a map until the function that comes back is called. */
  draw(map: MapLibre): () => void;
  click(map: MapLibre, event: MapLayerMouseEvent): void;
  /** Cancels what is being drawn; returns whether there was something to cancel. */
  cancel(): boolean;
}

export const code = new Loaded<ToolView>(
  () => tool.value,
  () => (tool.value === "zone" ? import("../zone/view") : import("../isochrone/view")),
);

/** Draws the tool while it is open. */
export const keepToolMap = (map: MapLibre): (() => void) => keepView(code, (view) => view.draw(map));
