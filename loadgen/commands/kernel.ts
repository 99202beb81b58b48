import { type Command, Option } from "commander";
import type { KernelFlags } from "../kernel/kernel_command.ts";

/** Adds `pinlab kernel`; `ended` hears the exit status. */
export function addKernelCommand(program: Command, ended: (status: number) => void): void {
  program
    .command("kernel")
    .summary("compare the emulator's pins with the real kernel's")
    .description(
      "Runs a fio job file with the real fio on a scratch file, reads the kernel's pin counters " +
        "around it, replays the very I/Os in the emulator and shows both side by side. FILE may " +
        "be - (standard input). It needs Linux, root and fio, and touches no file but its own.",
    )
    .argument("[FILE]", "a fio job file")
    .addOption(new Option("--format <format>", "normal, json").default("normal"))
    .option("--quiet", "no progress on standard error")
    .action(async (file: string | undefined, flags: KernelFlags) => {
      // Two dozen files that no other command needs.
      const { kernelCommand } = await import("../kernel/kernel_command.ts");
      ended(await kernelCommand(file, flags));
    });
}
