/** The axis of a chart. Pure. */

/** Round numbers on the axis: a few steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number): number[] {
  const span = Math.max(high - low, 1);
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => span / s <= 4) ?? 10 * power);
  const first = Math.floor(low / step) * step;
  const count = Math.ceil((high - first) / step) + 1;
  return Array.from({ length: count }, (_, i) => first + i * step);
}
