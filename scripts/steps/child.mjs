/** Starting other programs: quietly for the steps of the set-up, openly for tests. */

import { spawn } from "node:child_process";

/** A step that went wrong, with what its program had to say; printed without a stack. */
export class StepFailed extends Error {
  constructor(said, message) {
    super(message);
    this.said = said;
  }
}

let quietChildren = 0;

/** True while a step runs a program, which hears of signals through us. */
export function isStepRunning() {
  return quietChildren > 0;
}

/** Runs a program and keeps its output; the returned text is empty if it had nothing to say. */
export function runQuietly(title, command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const said = [];
    child.stdout.on("data", (bytes) => said.push(bytes));
    child.stderr.on("data", (bytes) => said.push(bytes));
    const stopPassing = passOn(child, ["SIGINT", "SIGTERM", "SIGHUP"]);
    quietChildren += 1;
    const letGo = () => {
      quietChildren -= 1;
      stopPassing();
    };
    child.once("error", (fault) => {
      reject(new StepFailed("", `${title} could not start: ${fault.message}`));
    });
    child.on("close", (status, signal) => {
      letGo();
      const text = Buffer.concat(said).toString().trim();
      if (status === 0) resolve(text);
      else reject(new StepFailed(text, `${title} failed (${signal ?? `status ${status}`})`));
    });
  });
}

/** Runs a program on this terminal and returns its status as a shell would. */
export function runOpenly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: "inherit" });
    // A terminal's Ctrl-C reaches the whole process group, so the child has it already.
    const letGo = passOn(child, ["SIGINT", "SIGTERM", "SIGHUP"], process.stdin.isTTY === true);
    child.on("error", (fault) => {
      letGo();
      reject(fault);
    });
    child.on("close", (status, signal) => {
      letGo();
      resolve(status ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}

/** Passes signals on to the child as long as it lives; the returned function ends that. */
function passOn(child, signals, childHasInterrupt = false) {
  const handlers = signals.map((signal) => {
    const handler = () => {
      if (signal === "SIGINT" && childHasInterrupt) return;
      child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
