import { type Command, Option } from "commander";
import { STRATEGY_NAMES } from "../../src/executors/check/strategies.ts";
import { SCHEME_FORM } from "../../src/scenario/scheme_words.ts";
import type { CheckFlags } from "../check/check_flags.ts";

/** Adds `pinlab check`; `ended` hears the exit status. */
export function addCheckCommand(program: Command, ended: (status: number) => void): void {
  program
    .command("check")
    .summary("explore every interleaving of a race on the same core")
    .description(
      "Runs races on virtual CPUs under a scheduler that explores their interleavings: to the " +
        "end, or to the shortest one that breaks an invariant, with the line that replays it. " +
        "RACE is a name of --list, or all; without flags of the machine each race runs on the " +
        "machines that it is about, with them on one (bias unless --scheme says). A limit that " +
        "was reached is no proof (status 97).",
    )
    .argument("[RACE...]", "names of races, or all")
    .option("--list", "list the races and end")
    .option("--matrix", "a table of verdicts: every scheme, every value that matters")
    .option("--scheme <scheme>", SCHEME_FORM)
    .option("--variant <name>", "a variant of the machine, or one of the race's own")
    .option("--bias <n>", "GUP_PIN_COUNTING_BIAS")
    .option("--on-pinned <policy>", "what writeback does with a pinned page")
    .option("--rules <kernel>", "5.0, 5.7 or 6.13")
    .option("--test-at <when>", "when writeback asks whether a page is pinned")
    .option("--recheck <when>", "when gup reads the page-table entry once more")
    .option("--tlb <kind>", "ipi or broadcast")
    .option("--stable-pages <yes|no>", "writers wait for pages under writeback")
    .addOption(new Option("--strategy <name>", STRATEGY_NAMES.join(", ")).default("dfs"))
    .option("--preemptions <n>", "of one schedule at the most, or unbounded (the default)")
    .option("--schedules <n>", "schedules of one check at the most")
    .option("--time <time>", "one check takes so long at the most (default: 30s)")
    .option("--exhaustive", "no limit of time: until the space is exhausted")
    .option("--replay <token>", "run the one schedule of a token")
    .option("--trace <file>", "also write counterexamples as Chrome JSON, which Perfetto opens")
    .addOption(new Option("--format <format>", "normal, json").default("normal"))
    .option("--quiet", "no progress on standard error")
    .action(async (races: string[], flags: CheckFlags) => {
      // Two dozen files that no other command needs.
      const { checkCommand } = await import("../check/check_command.ts");
      ended(await checkCommand(races, flags));
    });
}
