/** Numbers as words: fio's own rounding where fio's look is kept, three figures elsewhere. */

const SI_PREFIXES = ["", "k", "M", "G", "T", "P"] as const;
const IEC_PREFIXES = ["", "Ki", "Mi", "Gi", "Ti", "Pi"] as const;
const TIME_UNITS = ["ns", "us", "ms", "s"] as const;

export interface FioNumberForm {
  /** Digits, point included, that the number may take before it moves to the next prefix. */
  readonly digits?: number;
  /** Steps of 1024 (Ki, Mi) instead of 1000 (k, M). */
  readonly binary?: boolean;
  readonly unit?: string;
}

/** A number as fio prints it (its num2str): `37.4k`, `146MiB`, `4096B`. */
export function fioNumber(value: number, form: FioNumberForm = {}): string {
  const { digits = 4, binary = false, unit = "" } = form;
  const prefixes = binary ? IEC_PREFIXES : SI_PREFIXES;
  const step = binary ? 1024 : 1000;
  let whole = Math.floor(value);
  let rest = 0;
  let prefix = 0;
  while (String(whole).length > digits && prefix < prefixes.length - 1) {
    rest = whole % step;
    whole = Math.floor(whole / step);
    prefix += 1;
  }
  const decimals = digits - String(whole).length - 1;
  if (prefix === 0 || decimals < 1) {
    const carry = rest >= step / 2 ? 1 : 0;
    return `${whole + carry}${prefixes[prefix]}${unit}`;
  }
  return `${(whole + rest / step).toFixed(decimals)}${prefixes[prefix]}${unit}`;
}

/** Bytes in fio's binary units: `64.0KiB`. */
export function binaryBytes(bytes: number): string {
  return fioNumber(bytes, { binary: true, unit: "B" });
}

/** Bytes in fio's decimal units: `153MB`. */
export function decimalBytes(bytes: number): string {
  return fioNumber(bytes, { unit: "B" });
}

/** A duration of `ns` in three figures: `58.3ns`, `1.24us`, `12.3ms`, `2.00s`. */
export function durationWords(ns: number): string {
  if (Number.isInteger(ns) && ns < 1000) return `${ns}ns`;
  return scaled(ns, TIME_UNITS);
}

/** Whole seconds as a person says them: `45 s`, `3 min 5 s`, `2 h 10 min`. */
export function spanWords(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** A count or a rate in three figures, whole below 10,000: `812`, `1.24M`. */
export function countWords(count: number): string {
  if (Number.isInteger(count) && count < 10_000) return String(count);
  return scaled(count, SI_PREFIXES);
}

/** A whole number, its thousands apart: `12,345`. */
export function wholeWords(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** How often: `once`, `12,345 times`. */
export function timesWords(count: number): string {
  return count === 1 ? "once" : `${wholeWords(count)} times`;
}

/** A share 0..1 in percent; what is not quite none or all is not shown as such. */
export function shareWords(share: number): string {
  const percent = share * 100;
  if (percent === 0) return "0%";
  if (percent === 100) return "100%";
  if (percent < 0.1) return "<0.1%";
  if (percent > 99.9) return ">99.9%";
  return `${percent.toFixed(1)}%`;
}

/** A time as C's ctime(3) gives it: `Mon Nov 23 12:16:00 2026`, of the local clock. */
export function ctimeWords(epochMs: number): string {
  const [weekday, month, day, year, time] = new Date(epochMs).toString().split(" ");
  return `${weekday} ${month} ${day?.replace(/^0/, " ")} ${time} ${year}`;
}

/** Rows in columns: the first flush left, the others flush right, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** Words in lines of at most `width` characters; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

function scaled(value: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  while (unit < units.length - 1 && Number(threeFigures(rest)) >= 1000) {
    rest /= 1000;
    unit += 1;
  }
  return `${threeFigures(rest)}${units[unit]}`;
}

function threeFigures(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
