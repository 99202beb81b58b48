/**
 * Parts of a block whose place is a number and not the end of the part before: each must end where
 * the next one begins, or earlier. Compiled away; a part that has outgrown its place stops asc.
 */
import { ACTOR_BYTES_ISSUED, ACTOR_END, ACTOR_TASK_END } from "../shared/actor_layout.ts";
import {
  FALLBACK_COUNT, OP_COUNT, VERDICT_COUNT, VMSTAT_COUNT, WORK_COUNT,
} from "../shared/codes.ts";
import { FILE_LOCK, FILE_TAG_LEVEL, TAG_LEVELS_MAX } from "../shared/file_layout.ts";
import {
  CONTROL_PHASE, CONTROL_RUNNING_CPU, CONTROL_ZONE, CPU_ACTOR_BYTES, CPU_FALLBACKS_BYTES,
  CPU_FAULTS_BYTES, CPU_IRQ_OFF, CPU_OPSTATS_BYTES, CPU_SUBMITTED, CPU_VERDICTS_BYTES,
  CPU_VMSTAT_BYTES, CPU_WORK_BYTES, FAULTS_FIRST, FAULT_BYTES, FAULT_CAPACITY, OPSTAT_BYTES,
  PARAM_RELEASE, VMA_BYTES, VMA_NEXT_OF_FILE,
} from "../shared/layout.ts";
import { PACING, PACING_END } from "../shared/pacing_layout.ts";
import { CPU_TRACE } from "../shared/trace_layout.ts";

if (ACTOR_TASK_END > ACTOR_BYTES_ISSUED) ERROR("layout drift: what an actor is to do");
if (ACTOR_END > PACING) ERROR("layout drift: the actor's own state");
if (PACING_END > CPU_ACTOR_BYTES) ERROR("layout drift: pacing");
if (CPU_SUBMITTED + 4 > CPU_TRACE || CPU_TRACE + 4 > CPU_IRQ_OFF) ERROR("layout drift: CPU_LINE");
if (VMSTAT_COUNT * 8 > CPU_VMSTAT_BYTES) ERROR("layout drift: CPU_VMSTAT");
if (FALLBACK_COUNT * 8 > CPU_FALLBACKS_BYTES) ERROR("layout drift: CPU_FALLBACKS");
if (VERDICT_COUNT * 8 > CPU_VERDICTS_BYTES) ERROR("layout drift: CPU_VERDICTS");
if (WORK_COUNT * 8 > CPU_WORK_BYTES) ERROR("layout drift: CPU_WORK");
if (FILE_TAG_LEVEL + TAG_LEVELS_MAX * 4 > FILE_LOCK) ERROR("layout drift: FILE_TAG_LEVEL");
if (OP_COUNT * OPSTAT_BYTES > CPU_OPSTATS_BYTES) ERROR("layout drift: CPU_OPSTATS");
if (FAULTS_FIRST + FAULT_CAPACITY * FAULT_BYTES > CPU_FAULTS_BYTES) {
  ERROR("layout drift: CPU_FAULTS");
}
if (VMA_NEXT_OF_FILE + 4 > VMA_BYTES) ERROR("layout drift: VMA");
if (CONTROL_PHASE + 4 > CONTROL_RUNNING_CPU) ERROR("layout drift: CONTROL_START");
if (PARAM_RELEASE + 4 > CONTROL_ZONE) ERROR("layout drift: CONTROL_PARAMETERS");
