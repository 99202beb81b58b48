import type { Command } from "commander";
import { placeActors, planFor } from "../../src/executors/threads/placement.ts";
import { runThreads } from "../../src/executors/threads/run_threads.ts";
import {
  EXIT_INTERNAL,
  EXIT_INTERRUPTED,
  exitStatusOf,
  runExitReasons,
} from "../../src/results/exit_status.ts";
import { gupTestText } from "../../src/results/gup_test_text.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { SCHEME_FORM } from "../../src/scenario/scheme_words.ts";
import { FLAG_OF, type RunFlags, readFlags } from "../flags.ts";
import {
  addSelftestOptions,
  MOST_MIB,
  readPages,
  type SelftestOptions,
  selftestDefaults,
  selftestJob,
} from "../gup_test/options.ts";
import { placed } from "../places.ts";
import { onInterrupt } from "../terminal.ts";

type MachineFlags = Pick<RunFlags, "scheme" | "bias" | "rules" | "seed">;

/** Adds `pinlab gup-test`; `ended` hears the exit status. */
export function addGupTestCommand(program: Command, ended: (status: number) => void): void {
  const options = selftestDefaults();
  const problems: Problem[] = [];
  const command = program
    .command("gup-test")
    .summary("the kernel's selftest gup_test, on the emulated machine")
    .description(
      "Takes the options of the kernel's selftest gup_test and prints its lines; the ioctls run " +
        "on the emulated machine, a thread each. Without other flags it is a Linux 6.13.",
    )
    .argument("[PAGE...]", "with -c: the pages to show, from 0");
  addSelftestOptions(command, options, problems);
  command
    .option("--scheme <scheme>", `${SCHEME_FORM} (default: hybrid)`)
    .option("--bias <n>", "GUP_PIN_COUNTING_BIAS, 2 to 1048576 (default: 1024)")
    .option("--rules <kernel>", "5.0, 5.7 or 6.13 (default: 6.13)")
    .option("--seed <n>", "accepted as everywhere: a pass draws nothing (default: 1)")
    .action(async (pages: string[], flags: MachineFlags) => {
      ended(await gupTest(options, readPages(pages, problems), flags, problems));
    });
}

async function gupTest(
  options: SelftestOptions,
  pages: readonly number[],
  flags: MachineFlags,
  problems: Problem[],
): Promise<number> {
  const { machine, run } = readFlags(
    { executor: "threads", outputFormat: "normal", ...flags },
    problems,
  );
  if (pages.length > 0 && options.command !== "dump") {
    const found = `${pages.length} pages to show, and no -c`;
    problems.push({ where: "PAGE", found, accepted: "pages with -c" });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  const scenarioOf = (mib: number): Scenario =>
    placed(FLAG_OF, () =>
      makeScenario({
        name: "gup_test",
        machine: {
          ...machine,
          scheme: machine.scheme ?? "hybrid",
          rules: machine.rules ?? "6.13",
        },
        run: { ...run, warmupMs: 0, sample: 0 },
        jobs: [selftestJob({ ...options, mib }, pages)],
      }),
    );
  checkSize(options, scenarioOf);
  const interrupt = onInterrupt(() => process.exit(EXIT_INTERRUPTED));
  try {
    const record = await runThreads(scenarioOf(options.mib), { signal: interrupt.signal });
    process.stdout.write(gupTestText(record));
    const reasons = runExitReasons(record);
    for (const { message } of reasons) console.error(`pinlab: ${message}`);
    const status = exitStatusOf(reasons);
    if (status === EXIT_INTERNAL)
      console.error(`replay: pinlab ${process.argv.slice(2).join(" ")}`);
    return status;
  } finally {
    interrupt.remove();
  }
}

/** Refuses a region that wasm's memory cannot describe, and says how large one may be. */
function checkSize({ mib, threads }: SelftestOptions, of: (mib: number) => Scenario): void {
  if (fits(of(mib))) return;
  let [least, most] = [0, Math.min(mib, MOST_MIB)];
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (fits(of(middle))) least = middle;
    else most = middle;
  }
  const who = threads === 1 ? "1 thread" : `${threads} threads`;
  const accepted = `up to ${least} MiB with ${who}: wasm's memory ends at 4 GiB`;
  throw new ConfigurationError([{ where: "-m", found: `${mib} MiB`, accepted }]);
}

function fits(scenario: Scenario): boolean {
  try {
    planFor(scenario, scenario.groups.map(placeActors));
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}
