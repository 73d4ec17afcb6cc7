/** Vector tiles of the server, fetched here and not by MapLibre, which passes over a tile that is not found. An empty tile is 204. */

import { addProtocol, type SourceSpecification } from "maplibre-gl";
import { ServerError, url } from "../api";
import { problemOf } from "../loaded";
import { manifest } from "../state";
import { AREAS } from "./areas";
import { noteFailure } from "./faults";

const SCHEME = "tile";
/** The source of areas that are drawn from tiles; every other source has the name of its layer. */
export const AREA_SOURCE = "areas";
export const layerIn = (source: string): string => (source === AREA_SOURCE ? AREAS : source);

/** The URL of a source's tiles as the map's style has it. */
export const tilesOf = (source: string): SourceSpecification & { type: "vector" } => ({ type: "vector", tiles: [`${SCHEME}://${source}/{z}/{x}/{y}`] });

async function fetchTile(source: string, path: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const answer = await fetch(url(`tiles/${layerIn(source)}/${path}.mvt`, { v: manifest.value.version }), { signal });
  if (!answer.ok) throw new ServerError(answer.status, answer.statusText);
  return await answer.arrayBuffer();
}

addProtocol(SCHEME, async ({ url: address }, { signal }) => {
  const [source = "", ...path] = address.slice(`${SCHEME}://`.length).split("/");
  try {
    return { data: await fetchTile(source, path.join("/"), signal) };
  } catch (error) {
    const [z = 0, x = 0, y = 0] = path.map(Number);
    if (!signal.aborted) noteFailure(source, { x, y, z }, problemOf(error));
    throw new Error(`tile ${address}`); // without a status: MapLibre does not call 404 an error
  }
});
