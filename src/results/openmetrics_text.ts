import type { LatencyHistogram } from "../machine/histogram.ts";

export type Labels = Readonly<Record<string, string>>;
type Samples = readonly (readonly [Labels, number])[];

/** Bounds of the buckets: 2^4 ns (16 ns) to 2^35 ns (34 s), the same for every histogram. */
const FIRST_POWER = 4;
const LAST_POWER = 35;

/**
 * Writes the OpenMetrics text format 1.0 (prometheus.io/docs/specs/om/open_metrics_spec), family by
 * family. A family without a sample is left out.
 */
export class Exposition {
  private readonly lines: string[] = [];

  info(name: string, help: string, labels: Labels): void {
    this.head(name, "info", "", help);
    this.sample(`${name}_info`, labels, 1);
  }

  gauge(name: string, unit: string, help: string, samples: Samples): void {
    if (samples.length > 0) this.head(name, "gauge", unit, help);
    for (const [labels, value] of samples) this.sample(name, labels, value);
  }

  counter(name: string, unit: string, help: string, samples: Samples): void {
    if (samples.length > 0) this.head(name, "counter", unit, help);
    for (const [labels, value] of samples) this.sample(`${name}_total`, labels, value);
  }

  /**
   * In seconds. A latency of whole ns counts as below the power of two that it has not reached;
   * the sum is that of the slots' middles.
   */
  histogram(
    name: string,
    help: string,
    samples: readonly (readonly [Labels, LatencyHistogram])[],
  ): void {
    if (samples.length > 0) this.head(name, "histogram", "seconds", help);
    for (const [labels, latencies] of samples) {
      const below = countsBelow(latencies);
      for (let power = FIRST_POWER; power <= LAST_POWER; power++) {
        const le = canonical(2 ** power / 1e9);
        this.sample(`${name}_bucket`, { ...labels, le }, below[power] ?? 0);
      }
      this.sample(`${name}_bucket`, { ...labels, le: "+Inf" }, latencies.count);
      this.sample(`${name}_count`, labels, latencies.count);
      this.sample(`${name}_sum`, labels, (latencies.meanNs * latencies.count) / 1e9);
    }
  }

  text(): string {
    return `${[...this.lines, "# EOF"].join("\n")}\n`;
  }

  private head(name: string, type: string, unit: string, help: string): void {
    this.lines.push(`# TYPE ${name} ${type}`);
    if (unit !== "") this.lines.push(`# UNIT ${name} ${unit}`);
    this.lines.push(`# HELP ${name} ${escaped(help)}`);
  }

  private sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    const set = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
    this.lines.push(`${name}${set} ${numberText(value)}`);
  }
}

/** How many latencies lie below 2^power ns, by power: no slot crosses a power of two. */
function countsBelow(latencies: LatencyHistogram): number[] {
  const below = new Array<number>(LAST_POWER + 1).fill(0);
  for (const { highNs, count } of latencies.nonZero()) {
    const first = Math.max(FIRST_POWER, Math.ceil(Math.log2(highNs + 1)));
    for (let power = first; power <= LAST_POWER; power++) {
      below[power] = (below[power] ?? 0) + count;
    }
  }
  return below;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

/** A whole number as such, so that counts stay whole. */
function numberText(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : canonical(value);
}

/** A number as Go's %g writes its shortest form, which is what other exposers give: `1.6e-08`. */
function canonical(value: number): string {
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 21) {
    const digits = String(Math.abs(power)).padStart(2, "0");
    return `${mantissa}e${power < 0 ? "-" : "+"}${digits}`;
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
