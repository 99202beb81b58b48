import {
  RULES_5_0,
  RULES_5_7,
  RULES_6_13,
  SCHEME_BIAS,
  SCHEME_EXACT,
  SCHEME_EXACT_SIDE,
  SCHEME_HYBRID,
  SCHEME_REFCOUNT,
} from "../../assembly/shared/codes.ts";
import {
  CONTROL_KILL,
  CPU_BYTES,
  MM_BYTES,
  PAGE_BYTES,
  PAGE_STRUCT_BYTES,
  PARAM_BIAS,
  PARAM_CONTENT,
  PARAM_CPUS,
  PARAM_HISTOGRAMS,
  PARAM_LEDGER,
  PARAM_LEDGER_STRIDE,
  PARAM_MEM_MAP,
  PARAM_MMS,
  PARAM_NR_CPUS,
  PARAM_NR_PAGES,
  PARAM_PTDESCS,
  PARAM_RULES,
  PARAM_SCHEME,
  PARAM_SERVICE,
  PARAM_SERVICE_COUNT,
  PARAM_SIDE_TABLE,
  POOL_BASE,
  POOL_COUNT,
  POOL_STRIDE,
  POOL_TABLES,
  POOL_VMAS,
  VMA_BYTES,
} from "../../assembly/shared/layout.ts";
import { EnvironmentFault } from "../scenario/problem.ts";
import type { CountName, MachineSpec, RulesName } from "../scenario/scenario.ts";
import type { MachinePlan } from "./plan.ts";

export const SCHEME_CODES: Readonly<Record<CountName, number>> = {
  refcount: SCHEME_REFCOUNT,
  bias: SCHEME_BIAS,
  hybrid: SCHEME_HYBRID,
  exact: SCHEME_EXACT,
  "exact-side": SCHEME_EXACT_SIDE,
};

export const RULES_CODES: Readonly<Record<RulesName, number>> = {
  "5.0": RULES_5_0,
  "5.7": RULES_5_7,
  "6.13": RULES_6_13,
};

/** The emulated machine's memory, as TypeScript sees it. */
export interface Machine {
  readonly plan: MachinePlan;
  readonly memory: WebAssembly.Memory;
  /** The same bytes as 32-bit words, 64-bit words and doubles; index = address / size. */
  readonly words: Int32Array;
  readonly longs: BigUint64Array;
  readonly doubles: Float64Array;
}

/** Allocates the memory (initial = maximum, never grown) and writes the parameters. */
export function makeMachine(plan: MachinePlan, spec: MachineSpec): Machine {
  const wasmPages = plan.bytes / 65536;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: wasmPages, maximum: wasmPages, shared: true });
  } catch {
    const mib = Math.ceil(plan.bytes / 2 ** 20);
    throw new EnvironmentFault(
      `the machine needs ${mib} MiB of shared memory and this computer does not give it; ` +
        "lower numjobs, iodepth, bs or the number of pages",
      98,
    );
  }
  const machine: Machine = {
    plan,
    memory,
    words: new Int32Array(memory.buffer),
    longs: new BigUint64Array(memory.buffer),
    doubles: new Float64Array(memory.buffer),
  };
  writeParameters(machine, spec);
  return machine;
}

function writeParameters({ words, plan }: Machine, spec: MachineSpec): void {
  const parameters: readonly (readonly [number, number])[] = [
    [PARAM_SCHEME, SCHEME_CODES[spec.scheme]],
    [PARAM_BIAS, spec.bias],
    [PARAM_RULES, RULES_CODES[spec.rules]],
    [PARAM_NR_PAGES, plan.pages],
    [PARAM_NR_CPUS, plan.cpus],
    [PARAM_CPUS, plan.cpusAt],
    [PARAM_MEM_MAP, plan.memMapAt],
    [PARAM_SIDE_TABLE, plan.sideTableAt],
    [PARAM_LEDGER, plan.ledgerAt],
    [PARAM_LEDGER_STRIDE, plan.ledgerStride],
    [PARAM_CONTENT, plan.contentAt],
    [PARAM_HISTOGRAMS, plan.histogramsAt],
    [PARAM_MMS, plan.mmsAt],
    [PARAM_PTDESCS, plan.ptdescsAt],
    [PARAM_SERVICE, plan.serviceAt],
    [PARAM_SERVICE_COUNT, plan.serviceValues],
    [POOL_TABLES + POOL_BASE, plan.tablesAt],
    [POOL_TABLES + POOL_COUNT, plan.tables],
    [POOL_TABLES + POOL_STRIDE, PAGE_BYTES],
    [POOL_VMAS + POOL_BASE, plan.vmasAt],
    [POOL_VMAS + POOL_COUNT, plan.vmas],
    [POOL_VMAS + POOL_STRIDE, VMA_BYTES],
  ];
  for (const [address, value] of parameters) words[address >>> 2] = value;
  words[CONTROL_KILL >>> 2] = 0;
}

/** Address of the block of CPU number `index`. */
export function cpuAddress({ plan }: Machine, index: number): number {
  return plan.cpusAt + index * CPU_BYTES;
}

/** Address of address space number `index`. */
export function mmAddress({ plan }: Machine, index: number): number {
  return plan.mmsAt + index * MM_BYTES;
}

/** Address of the struct page of a frame. */
export function pageAddress({ plan }: Machine, pfn: number): number {
  return plan.memMapAt + pfn * PAGE_STRUCT_BYTES;
}
