import {
  VERDICT_FALSE_NEGATIVE,
  VERDICT_FALSE_POSITIVE,
  VERDICT_TRUE_NEGATIVE,
  VERDICT_TRUE_POSITIVE,
  VERDICT_UNDECIDED,
  VERDICT_UNKNOWN,
} from "../../../assembly/shared/codes.ts";
import type { Machine } from "../../machine/machine.ts";
import { readFallbacks, readVerdicts, readVmstat, readWork } from "../../machine/vmstat.ts";
import type { PinsRecord } from "../../results/record.ts";

/**
 * What the machine has counted of pins and of the pinned test. `plainPins` of them were plain
 * references: none can be told, and the hot path counts nothing for it.
 */
export function readPins(machine: Machine, plainPins: number): PinsRecord {
  const verdicts = readVerdicts(machine);
  const of = (code: number): number => verdicts[code] ?? 0;
  const vmstat = readVmstat(machine);
  const acquired = vmstat.nr_foll_pin_acquired ?? 0;
  const uncovered = plainPins + (readWork(machine).pins_uncovered ?? 0);
  return {
    covered: acquired > 0 ? 1 - uncovered / acquired : undefined,
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
