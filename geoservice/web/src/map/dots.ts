/** The mark of what has no number because none can exist: dots, told from any colour in black and white as well. */

import { palette } from "./palette";

export function dots(ratio: number): ImageData {
  const side = Math.round(8 * ratio);
  const pixels = new ImageData(side, side);
  const dot = (x: number, y: number): boolean => [1.5, 5.5].some((at) => Math.hypot(x - at * ratio, y - at * ratio) < 1.05 * ratio);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) pixels.data.set(dot(x, y) ? palette.value.dot : palette.value.betweenDots, 4 * (y * side + x));
  return pixels;
}
