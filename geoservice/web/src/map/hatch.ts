/** The mark of a suppressed number: a grey hatch that is told from every class in black and white as well. */

export function hatch(ratio: number): ImageData {
  const side = Math.round(8 * ratio);
  const pixels = new ImageData(side, side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const line = (x + y) % side < 1.4 * ratio;
      pixels.data.set(line ? [120, 124, 128, 120] : [207, 207, 207, 70], 4 * (y * side + x));
    }
  return pixels;
}
