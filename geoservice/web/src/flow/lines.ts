/** The lines on the map, drawn by deck.gl and flowmap.gl inside MapLibre's own picture. No animation, no worker. */

import { MapLibreOverlay } from "@deck.gl/maplibre";
import { FlowLinesLayer } from "@flowmap.gl/layers";
import type { Map as MapLibre } from "maplibre-gl";
import type { PickingInfo } from "@deck.gl/core";
import { type Flow, largest, widthOf } from "./flows";
import { ABOVE_LINES } from "./places";

type Colour = [number, number, number, number];

export interface Look {
  line: Colour;
  /** Of the other lines while one is marked. */
  pale: Colour;
  marked: Colour;
  edge: Colour;
}

/** What is to be done when the pointer comes to a line, and when it leaves it. */
export type Hover = (flow: Flow | null, x: number, y: number) => void;

const LINES = "flow-lines";
/** Pixels around the pointer in which a line is found. */
const NEAR = 5;
/** flowmap.gl takes half a width as a part of this. */
const UNIT = 12;

/** flowmap.gl 9.4 finds lines by an attribute that deck.gl 9.4 makes only for layers that ask for it. */
class Lines extends FlowLinesLayer<Flow> {
  static override layerName = "Lines";

  override initializeState(): void {
    this.getAttributeManager()!.addInstanced({
      instancePickingColors: { type: "uint8", size: 4, noAlloc: true, update: this.calculateInstancePickingColors },
    });
    super.initializeState();
  }
}

/** An edge that fades out: lines without one are jagged. */
const fading = ([red, green, blue]: Colour): Colour => [red, green, blue, 0];

const linesLayer = (id: string, flows: readonly Flow[], most: number, colour: Colour, edge: Colour = fading(colour)) =>
  new Lines({
    id,
    data: [...flows],
    beforeId: ABOVE_LINES,
    pickable: true,
    drawOutline: true,
    outlineColor: edge,
    outlineThickness: 1,
    thicknessUnit: UNIT,
    getSourcePosition: (f: Flow) => f.origin.at,
    getTargetPosition: (f: Flow) => f.area.at,
    getThickness: (f: Flow) => widthOf(f.persons.value ?? 0, most) / (2 * UNIT),
    getColor: () => colour,
    getEndpointOffsets: () => [4, 6],
    updateTriggers: { getColor: { colour: colour.join() }, getThickness: { most } },
  });

const flowOf = (info: PickingInfo | null): Flow | null => (info?.object as Flow | undefined) ?? null;

export class FlowLines {
  private layers: Lines[] = [];
  private readonly overlay = new MapLibreOverlay({ interleaved: true, layers: [], pickingRadius: NEAR });

  constructor(
    private readonly map: MapLibre,
    hover: Hover,
  ) {
    this.overlay.setProps({ onHover: (info) => hover(flowOf(info), info.x, info.y), getCursor: () => "" });
    map.addControl(this.overlay);
  }

  draw(flows: readonly Flow[], marked: Flow | null, look: Look): void {
    const most = largest(flows);
    const own = marked && flows.includes(marked) ? [marked] : [];
    this.layers = [linesLayer(LINES, flows, most, own.length ? look.pale : look.line), linesLayer("flow-line-marked", own, most, look.marked, look.edge)];
    this.show();
  }

  /** The overlay puts lines beneath names only while the map's sources are loaded; otherwise they are on top until these are. */
  private show(): void {
    this.overlay.setProps({ layers: this.layers });
    if (!this.map.isStyleLoaded()) this.map.once("idle", this.again);
  }

  private readonly again = (): void => this.overlay.setProps({ layers: [...this.layers] });

  /** The flow whose line is at a place of the map, in pixels. */
  at(x: number, y: number): Flow | null {
    return flowOf(this.overlay.pickObject({ x, y, radius: NEAR, layerIds: [LINES] }));
  }

  remove(): void {
    this.map.off("idle", this.again);
    this.map.removeControl(this.overlay);
  }
}
