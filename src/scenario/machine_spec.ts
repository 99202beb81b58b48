import type { Problem } from "./problem.ts";
import type { CountName, MachineSpec, PolicyPair, RecheckName, SyncName } from "./scenario.ts";

/**
 * What a machine is when only a part of it is named. A scheme as posted fixes where the pinned
 * test stands and where gup looks at the entry once more, so these defaults follow the scheme.
 */

/** The scheme alone may come as COUNT+SYNC; everything may be left out. */
export type MachineInput = { readonly [K in keyof MachineSpec]?: MachineSpec[K] | undefined };

const IGNORE: PolicyPair = Object.freeze({ background: "ignore", fsync: "ignore" });
/** Kara, December 2018: skipped in the background, bounced where data must reach the disk. */
const KARA: PolicyPair = Object.freeze({ background: "skip", fsync: "bounce" });

/** Completes a machine. Its defaults may depend on its scheme. */
export function completeMachine(given: MachineInput): MachineSpec {
  const scheme = given.scheme ?? "bias";
  const sync = given.sync ?? "none";
  const variant = given.variant;
  return Object.freeze({
    pages: given.pages ?? "auto",
    scheme,
    sync,
    bias: given.bias ?? 1024,
    rules: given.rules ?? (scheme === "hybrid" ? "6.13" : "5.0"),
    onPinned: given.onPinned ?? (scheme === "refcount" ? IGNORE : KARA),
    // As posted on 16 January 2019: LOCK asks before TestSetPageWriteback, BARRIER after it.
    testAt: given.testAt ?? (sync === "barrier" ? "after-set-writeback" : "after-mkclean"),
    recheck: variant === "no-recheck" ? "none" : (given.recheck ?? defaultRecheck(scheme, sync)),
    tlb: given.tlb ?? "ipi",
    stablePages: given.stablePages ?? true,
    variant,
  });
}

/** Hubbard's prototype takes the lock after its recheck; the pair of 16 January looks under it. */
function defaultRecheck(scheme: CountName, sync: SyncName): RecheckName {
  return takesPageLock(sync) && scheme !== "mapcount" ? "under-lock" : "before-lock";
}

function takesPageLock(sync: SyncName): boolean {
  return sync === "lock" || sync === "lock-post";
}

export const DEFAULT_MACHINE: MachineSpec = completeMachine({});

/** What of a machine differs from what its scheme would have brought; the scheme is left out. */
export function chosenMachine(machine: MachineSpec): MachineInput {
  const { scheme, sync, variant, pages } = machine;
  const usual = completeMachine({ scheme, sync, variant });
  const chosen = Object.entries(machine).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key as keyof MachineSpec]),
  );
  return { ...Object.fromEntries(chosen), pages, variant };
}

/** Combinations that make no sense, each with the reason. `where` gives a key its place. */
export function machineProblems(
  machine: MachineSpec,
  where: (key: keyof MachineSpec) => string,
): Problem[] {
  const { scheme, sync, onPinned, recheck, testAt, variant } = machine;
  const problems: Problem[] = [];
  const refuse = (key: keyof MachineSpec, found: string, accepted: string): void => {
    problems.push({ where: where(key), found, accepted });
  };
  if (scheme === "lru-count" && sync !== "none") {
    refuse("scheme", `lru-count+${sync}: it has its own lock, zone_gup_lock`, "lru-count");
  }
  const name = sync === "none" ? scheme : `${scheme}+${sync}`;
  const asks = onPinned.background !== "ignore" || onPinned.fsync !== "ignore";
  if (scheme === "refcount" && asks) {
    refuse("onPinned", "refcount, whose pinned test knows nothing", "ignore");
  }
  if (recheck === "under-lock" && !takesPageLock(sync)) {
    const found = `under-lock, and ${name} takes no page lock`;
    refuse("recheck", found, "none, before-lock, or a scheme with +lock or +lock-post");
  }
  if (recheck === "none" && (scheme === "lru-count" || sync === "lock-post")) {
    const found = `none, and ${name} takes the fast path of plain references`;
    refuse(variant === "no-recheck" ? "variant" : "recheck", found, "another scheme");
  }
  const waits = onPinned.background === "wait" || onPinned.fsync === "wait";
  if (waits && scheme === "mapcount" && testAt === "before-mkclean") {
    const found = "wait, and mapcount forgets a pin in page_mkclean() alone";
    refuse("onPinned", found, "another policy, or test-at after-mkclean");
  }
  if (variant?.startsWith("drop-") && scheme !== "mapcount") {
    refuse("variant", `${variant} with ${scheme}`, "scheme mapcount+barrier, whose label it is");
  }
  if (variant?.startsWith("drop-") && sync !== "barrier" && scheme === "mapcount") {
    refuse("variant", `${variant} with mapcount+${sync}`, "mapcount+barrier, whose label it is");
  }
  if (variant === "no-barrier" && sync === "barrier" && scheme === "mapcount") {
    const found = "no-barrier with mapcount+barrier, whose barriers have labels";
    refuse("variant", found, "drop-G1, drop-G3, drop-G5, drop-C2, drop-T2");
  }
  if (variant === "no-barrier" && sync !== "barrier") {
    refuse("variant", `no-barrier with sync ${sync}`, "a scheme with +barrier");
  }
  if (variant === "count-first" && (scheme !== "mapcount" || !takesPageLock(sync))) {
    refuse("variant", `count-first with ${name}`, "mapcount+lock or mapcount+lock-post");
  }
  if (variant === "lock-in-fast" && sync !== "lock") {
    refuse("variant", `lock-in-fast with sync ${sync}`, "a scheme with +lock");
  }
  if (variant?.startsWith("test-") && scheme !== "bias") {
    refuse("variant", `${variant} with ${scheme}`, "scheme bias, whose test it is");
  }
  const isOfTest = variant === "drop-T1" || variant === "drop-T3";
  if (isOfTest && testAt !== "after-set-writeback") {
    refuse("variant", `${variant} with test-at ${testAt}`, "after-set-writeback");
  }
  return problems;
}
