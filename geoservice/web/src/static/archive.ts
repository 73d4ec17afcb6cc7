/** Tiles of a copy: read from PMTiles files by Range, or from whole ones where the web server ignores Range. */

import { PMTiles, type RangeResponse, type Source } from "pmtiles";
import { ServerError, url } from "../api";
import { files, RangesIgnored, takenWhole } from "../copy";
import { manifest } from "../state";

/** The largest file that is fetched whole. */
export const WHOLE_BYTES = 20_000_000;

export class FileSource implements Source {
  /** The file, once the web server has sent all of it in answer to a request for a part. */
  private whole: ArrayBuffer | null = null;

  constructor(
    private readonly address: string,
    private readonly bytes: number,
  ) {}

  getKey = (): string => this.address;

  /**
   * Parts are small, so a request that is no longer needed is not broken off: of a whole file others need the rest. The browser
   * keeps none of them: Chromium fails when a server says of a file of which it holds some parts that it has not changed.
   */
  async getBytes(offset: number, length: number, _signal?: AbortSignal, etag?: string): Promise<RangeResponse> {
    if (this.whole === null) {
      const answer = await fetch(this.address, { headers: { Range: `bytes=${offset}-${offset + length - 1}` }, cache: "no-store" });
      if (!answer.ok) throw new ServerError(answer.status, answer.statusText);
      const tag = answer.headers.get("ETag") ?? undefined;
      if (etag && tag && tag !== etag) throw new ServerError(410, this.address); // another release took the place of this one
      if (answer.status === 206) return { data: await answer.arrayBuffer(), ...(tag ? { etag: tag } : {}) };
      await this.take(answer, length);
    }
    return { data: this.whole!.slice(offset, offset + length) };
  }

  /** Takes the whole file of an answer, unless it is too large; a server may send a file whole that is no larger than the part. */
  private async take(answer: Response, length: number): Promise<void> {
    if (this.bytes > WHOLE_BYTES) {
      await answer.body?.cancel();
      throw new RangesIgnored(this.address);
    }
    if (this.bytes > length) takenWhole.value = true;
    this.whole = await answer.arrayBuffer();
  }
}

const archives = new Map<string, PMTiles>();

/** A tile without compression; no bytes where there is none, as in all of a layer without any place. */
export async function fetchTile(name: string, z: number, x: number, y: number): Promise<ArrayBuffer> {
  const found = files.value.tiles[name];
  if (!found) return new ArrayBuffer(0);
  const address = url(found.href, { v: manifest.value.version });
  const archive = archives.get(address) ?? new PMTiles(new FileSource(address, found.bytes));
  archives.set(address, archive);
  try {
    return (await archive.getZxy(z, x, y))?.data ?? new ArrayBuffer(0);
  } catch (error) {
    // what failed would be held with the archive: the next attempt begins anew, unless no attempt can succeed
    if (archives.get(address) === archive && !(error instanceof RangesIgnored)) archives.delete(address);
    throw error;
  }
}
