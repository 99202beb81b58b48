import { good, type Reader, type ValueContext } from "./reader.ts";
import type { Settings } from "./settings.ts";

/**
 * modelled: read and obeyed. accepted: read by fio, without effect on pinning, value not judged.
 * later: changes the run but is not honoured yet, which a note says. refused: with the reason.
 */
export type OptionStatus = "modelled" | "accepted" | "later" | "refused";

interface OptionBase {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly help: string;
  /** An option of these ioengines only; undefined: of every job. */
  readonly engines: readonly string[] | undefined;
}

/** What reading a value gave: an explanation of what is wrong, or undefined when all is well. */
export type Read = (
  settings: Settings,
  value: string | undefined,
  context: ValueContext,
) => string | undefined;

export interface ModelledOption extends OptionBase {
  readonly status: "modelled";
  readonly accepts: string;
  readonly blank: "any" | "digits";
  readonly read: Read;
}
export interface AcceptedOption extends OptionBase {
  readonly status: "accepted";
}
export interface LaterOption extends OptionBase {
  readonly status: "later";
  /** What happens in its place. */
  readonly instead: string;
  /** Values that ask for nothing. */
  readonly inert: readonly string[];
}
export interface RefusedOption extends OptionBase {
  readonly status: "refused";
  readonly reason: string;
}
export type FioOption = ModelledOption | AcceptedOption | LaterOption | RefusedOption;

interface Extra {
  readonly aliases?: readonly string[];
  readonly engines?: readonly string[];
}

const withExtra = (extra: Extra): Pick<OptionBase, "aliases" | "engines"> => ({
  aliases: extra.aliases ?? [],
  engines: extra.engines,
});

/** `set` stores the value; a string that it returns says what is wrong with it. */
export function modelled<T>(
  name: string,
  help: string,
  reader: Reader<T>,
  set: (settings: Settings, value: T, context: ValueContext) => unknown,
  extra: Extra = {},
): ModelledOption {
  const read: Read = (settings, value, context) => {
    if (value === undefined && reader.alone === undefined) return "no value";
    const parsed = value === undefined ? good(reader.alone as T) : reader.parse(value, context);
    if (!parsed.ok) return parsed.why;
    const fault = set(settings, parsed.value, context);
    return typeof fault === "string" ? fault : undefined;
  };
  const { accepts, blank } = reader;
  return { name, help, status: "modelled", accepts, blank, read, ...withExtra(extra) };
}

/** Options that share a topic, which is their help. */
export function accepted(help: string, names: readonly string[], extra: Extra = {}): FioOption[] {
  return names.map((entry) => {
    const [name = "", ...aliases] = entry.split("|");
    return { name, help, status: "accepted", ...withExtra(extra), aliases };
  });
}

export function later(
  help: string,
  instead: string,
  names: readonly string[],
  inert: readonly string[] = ["0"],
): FioOption[] {
  return names.map((entry) => {
    const [name = "", ...aliases] = entry.split("|");
    return { name, help, status: "later", instead, inert, ...withExtra({}), aliases };
  });
}

export function refused(name: string, help: string, reason: string): FioOption {
  return { name, help, status: "refused", reason, ...withExtra({}) };
}
