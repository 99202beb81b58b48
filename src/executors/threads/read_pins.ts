import {
  SCHEME_REFCOUNT,
  VERDICT_FALSE_NEGATIVE,
  VERDICT_FALSE_POSITIVE,
  VERDICT_TRUE_NEGATIVE,
  VERDICT_TRUE_POSITIVE,
  VERDICT_UNDECIDED,
  VERDICT_UNKNOWN,
} from "../../../assembly/shared/codes.ts";
import { type Machine, SCHEME_CODES } from "../../machine/machine.ts";
import { readFallbacks, readVerdicts, readVmstat } from "../../machine/vmstat.ts";
import type { PinsRecord } from "../../results/record.ts";
import type { CountName } from "../../scenario/scenario.ts";

/** What the machine has counted of pins and of the pinned test. */
export function readPins(machine: Machine, scheme: CountName): PinsRecord {
  const verdicts = readVerdicts(machine);
  const of = (code: number): number => verdicts[code] ?? 0;
  const vmstat = readVmstat(machine);
  const pinned = (vmstat.nr_foll_pin_acquired ?? 0) > 0;
  const tells = SCHEME_CODES[scheme] !== SCHEME_REFCOUNT;
  return {
    covered: pinned ? (tells ? 1 : 0) : undefined,
    truePositive: of(VERDICT_TRUE_POSITIVE),
    falsePositive: of(VERDICT_FALSE_POSITIVE),
    trueNegative: of(VERDICT_TRUE_NEGATIVE),
    falseNegative: of(VERDICT_FALSE_NEGATIVE),
    undecided: of(VERDICT_UNDECIDED),
    unknown: of(VERDICT_UNKNOWN),
    refusedOverflow: vmstat.nr_gup_page_count_overflows ?? 0,
    fastFallbacks: readFallbacks(machine),
  };
}
