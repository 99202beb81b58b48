import {
  DROP_C1,
  DROP_C2,
  DROP_C5,
  DROP_G1,
  DROP_G2,
  DROP_G3,
  DROP_G4,
  DROP_G5,
  DROP_G6,
  DROP_P1,
  DROP_T1,
  DROP_T2,
  DROP_T3,
  FAST_PATH_POST,
  FAST_PATH_SYNCED,
  POLICY_BOUNCE,
  POLICY_IGNORE,
  POLICY_SKIP,
  POLICY_WAIT,
  RECHECK_BEFORE_LOCK,
  RECHECK_NONE,
  RECHECK_UNDER_LOCK,
  RELEASE_BY_PUT,
  RULES_5_0,
  RULES_5_7,
  RULES_6_13,
  SCHEME_BIAS,
  SCHEME_EXACT,
  SCHEME_EXACT_SIDE,
  SCHEME_HYBRID,
  SCHEME_LRU_COUNT,
  SCHEME_MAPCOUNT,
  SCHEME_REFCOUNT,
  SYNC_BARRIER,
  SYNC_LOCK,
  SYNC_LOCK_POST,
  SYNC_NONE,
  TEST_AFTER_MKCLEAN,
  TEST_AFTER_SET_WRITEBACK,
  TEST_BEFORE_MKCLEAN,
  VARIANT_COUNT_FIRST,
  VARIANT_LOCK_IN_FAST,
  VARIANT_NO_BARRIER,
  VARIANT_TEST_ABOVE,
  VARIANT_TEST_LESS_MAPCOUNT,
} from "../../assembly/shared/codes.ts";
import {
  CONTROL_KILL,
  CPU_BYTES,
  MM_BYTES,
  PAGE_BYTES,
  PAGE_STRUCT_BYTES,
  PARAM_BIAS,
  PARAM_COMPLETED,
  PARAM_CONTENT,
  PARAM_CPUS,
  PARAM_FAST_PATH,
  PARAM_FILE_COUNT,
  PARAM_FILES,
  PARAM_HISTOGRAMS,
  PARAM_LEDGER,
  PARAM_LEDGER_STRIDE,
  PARAM_MEM_MAP,
  PARAM_MMS,
  PARAM_NR_CPUS,
  PARAM_NR_PAGES,
  PARAM_POLICY_BACKGROUND,
  PARAM_POLICY_FSYNC,
  PARAM_PTDESCS,
  PARAM_RECHECK,
  PARAM_RELEASE,
  PARAM_RULES,
  PARAM_SCHEME,
  PARAM_SERVICE,
  PARAM_SERVICE_COUNT,
  PARAM_SIDE_TABLE,
  PARAM_STABLE_PAGES,
  PARAM_SYNC,
  PARAM_TEST_AT,
  PARAM_TLB_BROADCAST,
  PARAM_VARIANT,
  POOL_BASE,
  POOL_COUNT,
  POOL_STRIDE,
  POOL_TABLES,
  POOL_VMAS,
  VMA_BYTES,
} from "../../assembly/shared/layout.ts";
import { EnvironmentFault } from "../scenario/problem.ts";
import type {
  CountName,
  MachineSpec,
  PolicyName,
  RecheckName,
  RulesName,
  SyncName,
  TestAtName,
  VariantName,
} from "../scenario/scenario.ts";
import { writeFiles } from "./files.ts";
import type { MachinePlan } from "./plan.ts";

const SCHEME_CODES: Readonly<Record<CountName, number>> = {
  refcount: SCHEME_REFCOUNT,
  "lru-count": SCHEME_LRU_COUNT,
  bias: SCHEME_BIAS,
  mapcount: SCHEME_MAPCOUNT,
  hybrid: SCHEME_HYBRID,
  exact: SCHEME_EXACT,
  "exact-side": SCHEME_EXACT_SIDE,
};

export const RULES_CODES: Readonly<Record<RulesName, number>> = {
  "5.0": RULES_5_0,
  "5.7": RULES_5_7,
  "6.13": RULES_6_13,
};

const SYNC_CODES: Readonly<Record<SyncName, number>> = {
  none: SYNC_NONE,
  lock: SYNC_LOCK,
  "lock-post": SYNC_LOCK_POST,
  barrier: SYNC_BARRIER,
};

const POLICY_CODES: Readonly<Record<PolicyName, number>> = {
  skip: POLICY_SKIP,
  bounce: POLICY_BOUNCE,
  wait: POLICY_WAIT,
  ignore: POLICY_IGNORE,
};

const TEST_AT_CODES: Readonly<Record<TestAtName, number>> = {
  "before-mkclean": TEST_BEFORE_MKCLEAN,
  "after-mkclean": TEST_AFTER_MKCLEAN,
  "after-set-writeback": TEST_AFTER_SET_WRITEBACK,
};

const RECHECK_CODES: Readonly<Record<RecheckName, number>> = {
  none: RECHECK_NONE,
  "before-lock": RECHECK_BEFORE_LOCK,
  "under-lock": RECHECK_UNDER_LOCK,
};

/** Bits of PARAM_VARIANT; `no-recheck` and `put-page` have parameters of their own. */
const VARIANT_CODES: Readonly<Record<VariantName, number>> = {
  "drop-G1": DROP_G1,
  "drop-G2": DROP_G2,
  "drop-G3": DROP_G3,
  "drop-G4": DROP_G4,
  "drop-G5": DROP_G5,
  "drop-G6": DROP_G6,
  "drop-P1": DROP_P1,
  "drop-C1": DROP_C1,
  "drop-C2": DROP_C2,
  "drop-C5": DROP_C5,
  "drop-T1": DROP_T1,
  "drop-T2": DROP_T2,
  "drop-T3": DROP_T3,
  "no-recheck": 0,
  "no-barrier": VARIANT_NO_BARRIER,
  "count-first": VARIANT_COUNT_FIRST,
  "lock-in-fast": VARIANT_LOCK_IN_FAST,
  "put-page": 0,
  "test-above": VARIANT_TEST_ABOVE,
  "test-less-mapcount": VARIANT_TEST_LESS_MAPCOUNT,
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
  writePlan(machine);
  writeSpec(machine, spec);
  writeFiles(machine);
  return machine;
}

/** What the machine is by its spec. To be written while no pin is held and nobody works. */
export function writeSpec({ words }: Machine, spec: MachineSpec): void {
  const parameters: readonly (readonly [number, number])[] = [
    [PARAM_SCHEME, SCHEME_CODES[spec.scheme]],
    [PARAM_FAST_PATH, fastPathOf(spec)],
    [PARAM_RELEASE, spec.variant === "put-page" ? RELEASE_BY_PUT : SCHEME_CODES[spec.scheme]],
    [PARAM_SYNC, SYNC_CODES[spec.sync]],
    [PARAM_VARIANT, spec.variant === undefined ? 0 : VARIANT_CODES[spec.variant]],
    [PARAM_POLICY_BACKGROUND, POLICY_CODES[spec.onPinned.background]],
    [PARAM_POLICY_FSYNC, POLICY_CODES[spec.onPinned.fsync]],
    [PARAM_TEST_AT, TEST_AT_CODES[spec.testAt]],
    [PARAM_RECHECK, RECHECK_CODES[spec.recheck]],
    [PARAM_TLB_BROADCAST, spec.tlb === "broadcast" ? 1 : 0],
    [PARAM_STABLE_PAGES, spec.stablePages ? 1 : 0],
    [PARAM_BIAS, spec.bias],
    [PARAM_RULES, RULES_CODES[spec.rules]],
  ];
  for (const [address, value] of parameters) words[address >>> 2] = value;
}

function writePlan({ words, plan }: Machine): void {
  const parameters: readonly (readonly [number, number])[] = [
    [PARAM_FILES, plan.filesAt],
    [PARAM_FILE_COUNT, plan.files.length],
    [PARAM_COMPLETED, plan.completedAt],
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

/** Counts with a fast path of their own, where nothing but the count is asked of gup. */
const OWN_FAST_PATH: readonly CountName[] = ["refcount", "bias", "hybrid", "exact", "exact-side"];

/** Which of gup_fast's loops serves the scheme. */
function fastPathOf({ scheme, sync, recheck }: MachineSpec): number {
  // lru-count and lock-post pin in a post pass, over what plain references hold.
  if (scheme === "lru-count" || sync === "lock-post") return FAST_PATH_POST;
  const own = sync === "none" && recheck !== "none" && OWN_FAST_PATH.includes(scheme);
  return own ? SCHEME_CODES[scheme] : FAST_PATH_SYNCED;
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
