/** The marks of what has no number: lines for what is suppressed, dots for no data, told apart in black and white as well. */

type Drawn = (x: number, y: number, side: number, ratio: number) => boolean;

const line: Drawn = (x, y, side, ratio) => (x + y) % side < 1.4 * ratio;
const dot: Drawn = (x, y, _, ratio) => [1.5, 5.5].some((at) => Math.hypot(x - at * ratio, y - at * ratio) < 1.05 * ratio);

function pattern(ratio: number, drawn: Drawn, ground: number[]): ImageData {
  const side = Math.round(8 * ratio);
  const pixels = new ImageData(side, side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) pixels.data.set(drawn(x, y, side, ratio) ? [120, 124, 128, 120] : ground, 4 * (y * side + x));
  return pixels;
}

export const hatch = (ratio: number): ImageData => pattern(ratio, line, [207, 207, 207, 70]);
export const dots = (ratio: number): ImageData => pattern(ratio, dot, [240, 240, 238, 90]);
