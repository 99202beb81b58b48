import { GUP_TEST_VPN } from "../../assembly/shared/gup_test_layout.ts";
import { PAGE_BYTES } from "../../assembly/shared/layout.ts";
import type { DumpedPage, GupPass } from "../machine/gup_passes.ts";
import type { GupCall, GupPasses, Job } from "../scenario/scenario.ts";
import { dumpPageLines } from "./dump_page.ts";
import type { JobRecord, RunRecord } from "./record.ts";

/** The selftest's names of its commands; what times nothing is not a benchmark. */
const COMMANDS: Readonly<Record<GupCall, string>> = {
  "gup-fast": "GUP_FAST_BENCHMARK",
  "pin-fast": "PIN_FAST_BENCHMARK",
  "pin-longterm": "PIN_LONGTERM_BENCHMARK",
  "gup-basic": "GUP_BASIC_TEST",
  "pin-basic": "PIN_BASIC_TEST",
  "dump-get": "DUMP_USER_PAGES_TEST",
  "dump-pin": "DUMP_USER_PAGES_TEST",
};

const REGION = `0x${(GUP_TEST_VPN * PAGE_BYTES).toString(16)}`;

/**
 * What the kernel's selftest gup_test prints (TAP 13), one test a thread. What the kernel would
 * write to its log stands behind `# ` where it would have happened.
 */
export function gupTestText(record: RunRecord): string {
  const lines = ["TAP version 13", `1..${record.jobs.length}`];
  let passed = 0;
  record.jobs.forEach((job, i) => {
    const ok = job.error === 0 && job.passes?.passes.length === job.job.passes?.repeats;
    if (ok) passed++;
    lines.push(...threadLines(job), `${ok ? "" : "not "}ok ${i + 1} ioctl status ${ok ? 0 : -1}`);
  });
  const failed = record.jobs.length - passed;
  lines.push(`# Totals: pass:${passed} fail:${failed} xfail:0 xpass:0 skip:0 error:0`);
  return `${lines.join("\n")}\n`;
}

function threadLines({ job, passes: done }: JobRecord): string[] {
  const asked = job.passes;
  if (asked === undefined || done === undefined) return [];
  const lines: string[] = [];
  for (const pass of done.passes) {
    lines.push(...warningLines(pass, done.unpinnedPage), ...dumpLines(asked, done.dumps));
    lines.push(...passLines(job, asked, pass));
  }
  return lines.map((line) => `# ${line}`);
}

/** The benchmark prints its newline as a message of its own: hence the mark at the end. */
function passLines(job: Job, { call }: GupPasses, pass: GupPass): string[] {
  const { getNs, putNs, walkedPages } = pass;
  const command = COMMANDS[call];
  const cut = walkedPages === job.bufferPages ? undefined : walkedPages * PAGE_BYTES;
  if (!command.endsWith("BENCHMARK")) {
    const truncated = cut === undefined ? [] : [`Truncated (size: ${cut})`];
    return [`${command}: done`, ...truncated];
  }
  const times = `Time: get:${Math.floor(getNs / 1000)} put:${Math.floor(putNs / 1000)} us`;
  const truncated = cut === undefined ? "" : `# , truncated (size: ${cut})`;
  return [`${command}: ${times}${truncated}# `];
}

function warningLines({ unpinned }: GupPass, page: DumpedPage | undefined): string[] {
  if (unpinned === undefined) return [];
  const dumped = page ? dumpPageLines(page, "gup_test failure") : [];
  return [`pages[${unpinned}] is NOT dma-pinned`, ...dumped];
}

function dumpLines(asked: GupPasses, dumps: readonly (DumpedPage | undefined)[]): string[] {
  return asked.dump.flatMap((index, i) => {
    const page = dumps[i];
    if (page === undefined) {
      return [`ZEROING due to out of range: .which_pages[${i}]: ${index + 1}`];
    }
    const title = `---- page #${index}, starting from user virt addr: ${REGION}`;
    return [title, ...dumpPageLines(page, "gup_test: dump_pages() test")];
  });
}
