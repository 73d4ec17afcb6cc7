/** Vector tiles of the server, fetched here and not by MapLibre, which passes over a tile that is not found. An empty tile is 204. */

import { addProtocol } from "maplibre-gl";
import { ServerError, url, type Query } from "../api";
import { isCopy } from "../copy";
import { problemOf } from "../loaded";
import { AREAS, manifest } from "../state";
import { crowded, STATIONS, stationsInTile } from "../stations";
import { noteFailure } from "./faults";

const SCHEME = "tile";
/** The source of areas; every other source has the name of its layer. */
export const AREA_SOURCE = "areas";
export const layerIn = (source: string): string => (source === AREA_SOURCE ? AREAS : source);

/** The URL of a source's tiles as the map's style has it; a query chooses what of the layer they show. */
export function tilesOf(source: string, query: Query = {}): { type: "vector"; tiles: string[] } {
  const chosen = new URLSearchParams(query as Record<string, string>).toString();
  return { type: "vector", tiles: [`${SCHEME}://${source}/{z}/{x}/{y}${chosen && `?${chosen}`}`] };
}

async function fetchTile(source: string, path: string, query: Query, signal: AbortSignal): Promise<ArrayBuffer> {
  const [z = 0, x = 0, y = 0] = path.split("/").map(Number);
  if (isCopy) return (await import("../static/archive")).fetchTile(layerIn(source), z, x, y);
  const some = source === STATIONS && crowded.value ? stationsInTile(z) : query;
  const answer = await fetch(url(`tiles/${layerIn(source)}/${path}.mvt`, { v: manifest.value.version, ...some }), { signal });
  if (!answer.ok) throw new ServerError(answer.status, answer.statusText);
  return await answer.arrayBuffer();
}

addProtocol(SCHEME, async ({ url: address }, { signal }) => {
  const [place = "", query = ""] = address.slice(`${SCHEME}://`.length).split("?");
  const [source = "", ...path] = place.split("/");
  try {
    return { data: await fetchTile(source, path.join("/"), Object.fromEntries(new URLSearchParams(query)), signal) };
  } catch (error) {
    const [z = 0, x = 0, y = 0] = path.map(Number);
    if (!signal.aborted) noteFailure(source, { x, y, z }, problemOf(error));
    throw new Error(`tile ${address}`); // without a status: MapLibre does not call 404 an error
  }
});
