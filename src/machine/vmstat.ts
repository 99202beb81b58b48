import {
  FALLBACK_COUNT,
  NR_FOLL_PIN_ACQUIRED,
  NR_FOLL_PIN_RELEASED,
  VERDICT_COUNT,
  VMSTAT_COUNT,
  WORK_COUNT,
} from "../../assembly/shared/codes.ts";
import {
  CPU_FALLBACKS,
  CPU_FAULTS,
  CPU_VERDICTS,
  CPU_VMSTAT,
  CPU_WORK,
  FAULT_BYTES,
  FAULT_CODES,
  FAULTS_COUNTS,
  FAULTS_FIRST,
  FAULTS_KEPT,
  FAULTS_TOTAL,
} from "../../assembly/shared/layout.ts";
import { FALLBACK_NAMES, VMSTAT_NAMES, WORK_NAMES } from "../scenario/metric_names.ts";
import { cpuAddress, type Machine } from "./machine.ts";

function sumOverCpus(machine: Machine, offset: number, count: number): number[] {
  const sums = new Array<number>(count).fill(0);
  for (let cpu = 0; cpu < machine.plan.cpus; cpu++) {
    const first = (cpuAddress(machine, cpu) + offset) >>> 3;
    for (let i = 0; i < count; i++) sums[i] = (sums[i] ?? 0) + Number(machine.longs[first + i]);
  }
  return sums;
}

function named(names: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0]));
}

/** Counters in pages or events, summed over the CPUs, as /proc/vmstat would show them. */
export function readVmstat(machine: Machine): Record<string, number> {
  return named(VMSTAT_NAMES, sumOverCpus(machine, CPU_VMSTAT, VMSTAT_COUNT));
}

/** Pages that a CPU has pinned and unpinned, over the whole run. */
export interface PinsOfCpu {
  readonly acquired: number;
  readonly released: number;
}

export function pinsOf(machine: Machine, cpu: number): PinsOfCpu {
  const first = (cpuAddress(machine, cpu) + CPU_VMSTAT) >>> 3;
  const counter = (code: number): number => Number(machine.longs[first + code] ?? 0n);
  return { acquired: counter(NR_FOLL_PIN_ACQUIRED), released: counter(NR_FOLL_PIN_RELEASED) };
}

export function readFallbacks(machine: Machine): Record<string, number> {
  return named(FALLBACK_NAMES, sumOverCpus(machine, CPU_FALLBACKS, FALLBACK_COUNT));
}

/** What pins cost the file side, in pages. */
export function readWork(machine: Machine): Record<string, number> {
  return named(WORK_NAMES, sumOverCpus(machine, CPU_WORK, WORK_COUNT));
}

/** Verdicts of the pinned test, in the order of VERDICT_*. */
export function readVerdicts(machine: Machine): number[] {
  return sumOverCpus(machine, CPU_VERDICTS, VERDICT_COUNT);
}

/** A recorded fault of the emulated kernel. */
export interface KernelFault {
  readonly cpu: number;
  readonly code: number;
  readonly pfn: number;
  readonly value: number;
  readonly extra: number;
}

/** Faults that were recorded in detail, and how many of each code (BUG_*, WARN_*) there were. */
export function readFaults(machine: Machine): {
  total: number;
  counts: number[];
  first: KernelFault[];
} {
  const first: KernelFault[] = [];
  const counts = new Array<number>(FAULT_CODES).fill(0);
  let total = 0;
  for (let cpu = 0; cpu < machine.plan.cpus; cpu++) {
    const base = cpuAddress(machine, cpu) + CPU_FAULTS;
    const recorded = machine.words[(base + FAULTS_TOTAL) >>> 2] ?? 0;
    total += recorded;
    for (let code = 0; code < FAULT_CODES; code++) {
      const count = machine.words[((base + FAULTS_COUNTS) >>> 2) + code] ?? 0;
      counts[code] = (counts[code] ?? 0) + count;
    }
    const kept = machine.words[(base + FAULTS_KEPT) >>> 2] ?? 0;
    for (let i = 0; i < kept; i++) {
      const at = (base + FAULTS_FIRST + i * FAULT_BYTES) >>> 2;
      const word = (k: number) => machine.words[at + k] ?? 0;
      first.push({ cpu, code: word(0), pfn: word(1), value: word(2), extra: word(3) });
    }
  }
  return { total, counts, first };
}
