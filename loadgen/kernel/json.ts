import { type Comparison, pinsPerIo, TOLERANCE, type Totals, verdictOf } from "./comparison.ts";
import { KERNEL_MACHINE } from "./emulate.ts";
import { verdictWords } from "./text.ts";

/** Raised when a key changes its meaning. */
const SCHEMA = 1;

/**
 * The comparison for programs; pins in pages, sizes in bytes, null where there is nothing to say.
 * `verdict.kind` is agree, both-refuse (which agrees too) or disagree.
 */
export function kernelJson(comparison: Comparison): string {
  const { name, source, kernel, emulator, jobs, environment, notes } = comparison;
  const verdict = verdictOf(comparison);
  const json = {
    schema: SCHEMA,
    name,
    source,
    verdict: {
      kind: verdict.kind,
      agrees: verdict.kind !== "disagree",
      tolerance: TOLERANCE,
      text: verdictWords(comparison),
    },
    kernel: totals(kernel),
    emulator: totals(emulator),
    difference: {
      ios: emulator.ios - kernel.ios,
      bytes: emulator.bytes - kernel.bytes,
      pins_acquired: emulator.acquired - kernel.acquired,
      pins_released: emulator.released - kernel.released,
    },
    jobs: jobs.map((job) => ({
      name: job.name,
      ioengine: job.ioengine,
      group: job.group,
      clones: job.clones,
      fio: { ios: job.fio.ios, bytes: job.fio.bytes, refused: job.fio.refused },
      emulator: { ...totals(job.emulator), refused: job.emulator.refused },
    })),
    environment: {
      kernel: environment.kernel,
      fio: environment.fio,
      file_system: environment.fileSystem,
      scratch_bytes: environment.scratchBytes,
      extents: environment.extents ?? null,
      scheme: KERNEL_MACHINE.scheme,
      rules: KERNEL_MACHINE.rules,
    },
    notes,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function totals(counted: Totals) {
  return {
    ios: counted.ios,
    bytes: counted.bytes,
    pins_acquired: counted.acquired,
    pins_released: counted.released,
    pins_per_io: pinsPerIo(counted) ?? null,
  };
}
