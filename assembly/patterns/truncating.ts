/**
 * `truncate`: cuts the end of a file off and lets it grow again, or punches holes, a pass at a
 * time.
 */
import { ACTOR_FILE, ACTOR_FLAGS } from "../shared/actor_layout.ts";
import { CONTROL_STOP, CPU_OPS } from "../shared/layout.ts";
import { ACTOR_PUNCH, OP_TRUNCATE, STATUS_RUNNING } from "../shared/codes.ts";
import { clockNs } from "../memory/cell";
import { quietAdd64, quietLoad32, quietPoll32 } from "../memory/quiet";
import { fileSize } from "../filemap/address_space";
import { punchHole, truncateAndGrow } from "../filemap/truncate";
import { countOps, recordLatency } from "../observe/latency";
import { batchOf, beginPass, endPass } from "./passes";
import { randomBelow } from "./random";

export function runTruncate(cpu: usize, actor: usize, budget: u32): u32 {
  const file = <usize>quietLoad32(actor + ACTOR_FILE);
  let left = <i64>budget;
  while (left > 0 && !quietPoll32(CONTROL_STOP)) {
    if (!beginPass(actor, Infinity)) return STATUS_RUNNING;
    const size = fileSize(file);
    const pages = 1 + randomBelow(actor, min(batchOf(actor), size));
    const begin = clockNs();
    if (quietLoad32(actor + ACTOR_FLAGS) & ACTOR_PUNCH) {
      const start = randomBelow(actor, size - pages + 1);
      punchHole(cpu, file, start, start + pages);
    } else truncateAndGrow(cpu, file, size - pages);
    recordLatency(cpu, OP_TRUNCATE, clockNs() - begin);
    countOps(cpu, OP_TRUNCATE, 1);
    quietAdd64(cpu + CPU_OPS, 1);
    endPass(actor);
    left -= pages;
  }
  return STATUS_RUNNING;
}
