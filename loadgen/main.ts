#!/usr/bin/env node
/** Where `pinlab` starts: an interrupt has its meaning from the first moment on. */
import { leaveOnInterrupt, surviveBrokenPipes } from "./terminal.ts";

surviveBrokenPipes();
const stay = leaveOnInterrupt();
const { program } = await import("./program.ts");
process.exitCode = await program(process.argv.slice(2));
stay();
