import {
  BUG_CHANGED_UNDER_WRITEBACK,
  BUG_DIRTY_WITHOUT_BUFFERS,
  BUG_DIRTY_WITHOUT_MKWRITE,
  BUG_FALSE_NEGATIVE,
  BUG_FREE_OF_PINNED,
  BUG_FSYNC_NOT_DURABLE,
  BUG_LOST_DMA_WRITE,
  BUG_PINCOUNT_LEFT,
  BUG_REFCOUNT_UNDERFLOW,
  BUG_SLEEP_IN_ATOMIC,
  BUG_USE_AFTER_FREE,
} from "../../assembly/shared/codes.ts";
import type { KernelFault } from "../machine/vmstat.ts";
import type { InvariantBreach } from "../results/record.ts";
import { INVARIANT_NAMES, type InvariantName } from "../scenario/promises.ts";

/** Invariants that only files can break. */
const OF_FILES: readonly InvariantName[] = [
  "no-dirty-without-mkwrite",
  "no-dirty-without-buffers",
  "no-lost-dma-write",
  "fsync-durable",
  "stable-under-writeback",
];

/** Invariants that this executor decides; whether a verdict stays true is for the checker. */
export function checkedInvariants(hasFiles: boolean, stablePages: boolean): InvariantName[] {
  return INVARIANT_NAMES.filter((name) => {
    if (name === "verdict-stable" || (name === "stable-under-writeback" && !stablePages)) {
      return false;
    }
    return hasFiles || !OF_FILES.includes(name);
  });
}

interface FaultMeaning {
  readonly invariant: InvariantName;
  readonly words: (fault: KernelFault) => string;
}

const MEANINGS: Readonly<Record<number, FaultMeaning>> = {
  [BUG_SLEEP_IN_ATOMIC]: {
    invariant: "no-sleep-in-atomic",
    words: (f) => `CPU ${f.cpu} slept with interrupts off`,
  },
  [BUG_REFCOUNT_UNDERFLOW]: {
    invariant: "no-overflow",
    words: (f) =>
      `CPU ${f.cpu} took ${f.extra} references from page ${f.pfn}, which had ${f.value}`,
  },
  [BUG_FREE_OF_PINNED]: {
    invariant: "no-use-after-free",
    words: (f) => `CPU ${f.cpu} freed page ${f.pfn} with ${f.value} pins in the ledger`,
  },
  [BUG_USE_AFTER_FREE]: {
    invariant: "no-use-after-free",
    words: (f) => `the device of CPU ${f.cpu} used the free page ${f.pfn}`,
  },
  [BUG_PINCOUNT_LEFT]: {
    invariant: "conserved-refcount",
    words: (f) => `page ${f.pfn} was freed with a _pincount of ${f.value}`,
  },
  [BUG_FALSE_NEGATIVE]: {
    invariant: "no-false-negative",
    words: (f) => `CPU ${f.cpu} was told that page ${f.pfn} is not pinned, and it was`,
  },
  [BUG_DIRTY_WITHOUT_BUFFERS]: {
    invariant: "no-dirty-without-buffers",
    words: (f) =>
      `CPU ${f.cpu} made page ${f.pfn} dirty, page ${f.value} of its file, after its buffers ` +
      "had been dropped (the crash of 2018)",
  },
  [BUG_DIRTY_WITHOUT_MKWRITE]: {
    invariant: "no-dirty-without-mkwrite",
    words: (f) =>
      `CPU ${f.cpu} gave back page ${f.pfn}, page ${f.value} of its file, and made it dirty; ` +
      "its file system believed it clean",
  },
  [BUG_LOST_DMA_WRITE]: {
    invariant: "no-lost-dma-write",
    words: (f) =>
      `write ${f.extra >>> 0} to page ${f.value} of its file (frame ${f.pfn}) never reached ` +
      "the disk",
  },
  [BUG_FSYNC_NOT_DURABLE]: {
    invariant: "fsync-durable",
    words: (f) =>
      `fsync by CPU ${f.cpu} returned, and write ${f.extra >>> 0} to page ${f.value} of its file ` +
      `(frame ${f.pfn}), completed before it began, was not on disk`,
  },
  [BUG_CHANGED_UNDER_WRITEBACK]: {
    invariant: "stable-under-writeback",
    words: (f) =>
      `page ${f.pfn}, page ${f.value} of its file, became write ${f.extra >>> 0} while CPU ` +
      `${f.cpu} was writing it back`,
  },
};

/** Breaches by invariant: how often each happened, and the first that was recorded in words. */
export function breachesOf(
  faults: { readonly counts: readonly number[]; readonly first: readonly KernelFault[] },
  quiescence: readonly string[],
  deadlocks: readonly string[],
  promised: readonly InvariantName[],
): InvariantBreach[] {
  const found = new Map<InvariantName, { count: number; first: string }>();
  const add = (name: InvariantName, count: number, words: string): void => {
    const known = found.get(name);
    if (known) known.count += count;
    else found.set(name, { count, first: words });
  };
  for (const [code, { invariant, words }] of Object.entries(MEANINGS)) {
    const count = faults.counts[Number(code)] ?? 0;
    const first = faults.first.find((fault) => fault.code === Number(code));
    if (count > 0) add(invariant, count, first ? words(first) : "its details were not kept");
  }
  for (const words of quiescence) add("conserved-refcount", 1, words);
  for (const words of deadlocks) add("no-deadlock", 1, words);
  return [...found].map(([name, { count, first }]) => ({
    name,
    count,
    expected: !promised.includes(name),
    first,
  }));
}
