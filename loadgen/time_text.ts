const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A number and its unit, as an expression that JSON Schema knows too. */
export const TIME_PATTERN = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d)$/;

/** `10s`, `500ms`, `1.5us` in ms; undefined: no such time. */
export function timeMs(text: string): number | undefined {
  const [, digits = "", unit = ""] = TIME_PATTERN.exec(text) ?? [];
  const scale = UNIT_MS[unit];
  return scale === undefined ? undefined : Number(digits) * scale;
}
