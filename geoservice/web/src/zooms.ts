/** Which level a zoom stands for. Pure. */

/** The level that is shown at a zoom: the finest that has begun. */
export function levelAt(zooms: Readonly<Record<string, number>>, zoom: number): string | undefined {
  const begun = Object.entries(zooms).filter(([, first]) => first <= Math.floor(zoom));
  return begun.sort((a, b) => a[1] - b[1]).at(-1)?.[0];
}
