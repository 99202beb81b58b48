/**
 * Viridis, which differs in lightness alone as well: control points of the published map (van der
 * Walt and Smith, 2015, CC0), with straight lines between them.
 */
const POINTS: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
];

export const SHADES = 256;

/** The darkest shades are lost on a dark ground: there the map begins a little later. */
const DARK_BEGIN = 0.22;

/** SHADES colours as canvas pixels (ABGR), from few to many. */
export function viridis(onDark: boolean): Uint32Array {
  const begin = onDark ? DARK_BEGIN : 0;
  return Uint32Array.from({ length: SHADES }, (_, i) => {
    const at = (begin + ((1 - begin) * i) / (SHADES - 1)) * (POINTS.length - 1);
    const low = Math.min(Math.floor(at), POINTS.length - 2);
    const mix = (part: 0 | 1 | 2): number => {
      const [a, b] = [POINTS[low]?.[part] ?? 0, POINTS[low + 1]?.[part] ?? 0];
      return Math.round(a + (b - a) * (at - low));
    };
    return (0xff000000 | (mix(2) << 16) | (mix(1) << 8) | mix(0)) >>> 0;
  });
}

/** The same as words of CSS. */
export function cssOf(pixel: number): string {
  return `rgb(${pixel & 255} ${(pixel >>> 8) & 255} ${(pixel >>> 16) & 255})`;
}
