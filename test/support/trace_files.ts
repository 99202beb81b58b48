/** Independent readings of the two trace files, as their viewers understand them. */

/** KERNEL's own lines: task-pid [cpu] flags seconds.µs: event: fields. */
const FTRACE_LINE = new RegExp(
  [
    /^ {0,15}(\S{1,16})-(\d+) +\[(\d{3})\] ([d.])\.\.\. +(\d+\.\d{6}): (page_ref_\w+): /,
    /pfn=0x([0-9a-f]+) flags=([a-z0-9_|]+) count=(-?\d+) mapcount=(-?\d+) /,
    /mapping=([0-9a-f]{16}) mt=(\d+) val=(-?\d+)(?: ret=(\d+))?$/,
  ]
    .map(({ source }) => source)
    .join(""),
);

export interface FtraceLine {
  readonly task: string;
  readonly cpu: number;
  readonly irqs: string;
  readonly seconds: number;
  readonly event: string;
  readonly pfn: number;
  readonly flags: string;
  readonly count: number;
  readonly mapcount: number;
  readonly val: number;
  readonly ret: number | undefined;
}

export interface Ftrace {
  readonly inBuffer: number;
  readonly written: number;
  readonly cpus: number;
  /** CPU → events lost. */
  readonly lost: Map<number, number>;
  readonly lines: FtraceLine[];
}

/** Throws at a line that the kernel would not print. */
export function readFtrace(text: string): Ftrace {
  const lines = text.split("\n");
  const [, inBuffer, written, cpus] =
    /^# entries-in-buffer\/entries-written: (\d+)\/(\d+) {3}#P:(\d+)$/m.exec(text) ?? [];
  const lost = new Map<number, number>();
  const events: FtraceLine[] = [];
  if (lines[0] !== "# tracer: nop" || lines.pop() !== "") throw new Error("no ftrace text");
  for (const line of lines) {
    const gone = /^CPU:(\d+) \[LOST (\d+) EVENTS\]$/.exec(line);
    if (gone) lost.set(Number(gone[1]), Number(gone[2]));
    else if (!line.startsWith("#")) events.push(readEvent(line));
  }
  return {
    inBuffer: Number(inBuffer),
    written: Number(written),
    cpus: Number(cpus),
    lost,
    lines: events,
  };
}

function readEvent(line: string): FtraceLine {
  const [, task, , cpu, irqs, seconds, event, pfn, flags, count, mapcount, , , val, ret] =
    FTRACE_LINE.exec(line) ?? [];
  if (task === undefined || event === undefined) throw new Error(`no ftrace line: ${line}`);
  const answers = /_and_test$|_unless$/.test(event);
  if (answers !== (ret !== undefined)) throw new Error(`ret= of ${event}: ${line}`);
  return {
    task,
    cpu: Number(cpu),
    irqs: irqs ?? "",
    seconds: Number(seconds),
    event,
    pfn: Number.parseInt(pfn ?? "", 16),
    flags: flags ?? "",
    count: Number(count),
    mapcount: Number(mapcount),
    val: Number(val),
    ret: ret === undefined ? undefined : Number(ret),
  };
}

export interface ChromeEvent {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly id2?: { readonly local: string };
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface ChromeFile {
  readonly displayTimeUnit: string;
  readonly otherData: Readonly<Record<string, unknown>>;
  readonly traceEvents: readonly ChromeEvent[];
}

/** Times in whole ns: µs with three decimals. */
const ns = (us: number | undefined) => Math.round((us ?? Number.NaN) * 1000);

/** What a viewer would stumble over: slices that overlap, ends without begin, nameless threads. */
export function chromeProblems({ traceEvents }: ChromeFile): string[] {
  const problems: string[] = [];
  const open = new Map<string, { begin: number; end: number; name: string }[]>();
  const last = new Map<string, number>();
  const begun = new Set<string>();
  const named = new Set<string>();
  for (const event of traceEvents) {
    const thread = `${event.pid}/${event.tid}`;
    if (event.ph === "M") {
      if (event.name === "thread_name") named.add(thread);
      continue;
    }
    if (!named.has(thread)) problems.push(`${event.name}: thread ${thread} has no name`);
    const begin = ns(event.ts);
    if (!(begin >= (last.get(thread) ?? 0))) problems.push(`${event.name} at ${begin}: goes back`);
    last.set(thread, begin);
    if (event.ph === "X") {
      const end = begin + ns(event.dur);
      const stack = open.get(thread) ?? [];
      open.set(thread, stack);
      while ((stack.at(-1)?.end ?? Number.POSITIVE_INFINITY) <= begin) stack.pop();
      const outer = stack.at(-1);
      if (!(end >= begin) || (outer !== undefined && end > outer.end)) {
        problems.push(`${event.name} ${begin}–${end} overlaps ${outer?.name} –${outer?.end}`);
      }
      stack.push({ begin, end, name: event.name });
    } else if (event.ph === "b" || event.ph === "e") {
      const id = `${event.pid}/${event.cat}/${event.name}/${event.id2?.local}`;
      const isBegun = begun.has(id);
      if (isBegun === (event.ph === "b")) problems.push(`${event.ph} of ${id} out of turn`);
      if (event.ph === "b") begun.add(id);
      else begun.delete(id);
    } else if (event.ph !== "i" && event.ph !== "C") problems.push(`phase ${event.ph}`);
  }
  return problems;
}
