import { MOST_ACTORS } from "../../src/scenario/limits.ts";
import { type FioOption, modelled } from "./option.ts";
import { bad, good, type Reader } from "./reader.ts";
import { count, flag, percentiles, text } from "./scalars.ts";
import { shown } from "./shown.ts";

const kbBase: Reader<1000 | 1024> = {
  accepts: "1024 or 1000",
  blank: "digits",
  parse(value) {
    if (value.trim() === "1024") return good(1024);
    return value.trim() === "1000" ? good(1000) : bad(shown(value));
  },
};

const RDMA = ["rdma", "net", "netsplice"];

/** Which jobs run together and how they are reported. */
export const GROUPING_OPTIONS: readonly FioOption[] = [
  modelled("kb_base", "what k means", kbBase, (settings, value) => {
    settings.kbBase = value;
  }),
  modelled("name", "name of the job; the section's when not given", text, (settings, value) => {
    settings.name = value;
  }),
  modelled(
    "numjobs",
    "clones of the job, an actor each",
    count(1, MOST_ACTORS, `: a stonewall group runs at most ${MOST_ACTORS} actors`),
    (settings, value) => {
      settings.numjobs = value;
    },
  ),
  modelled(
    "stonewall",
    "wait for the jobs above",
    flag,
    (settings, value) => {
      settings.stonewall = value;
    },
    { aliases: ["wait_for_previous"] },
  ),
  modelled("new_group", "start a new reporting group", flag, (settings, value) => {
    settings.newGroup = value;
  }),
  modelled("group_reporting", "report a group as one", flag, (settings, value) => {
    settings.groupReporting = value;
  }),
  modelled("thread", "clones share one address space", flag, (settings, value) => {
    settings.thread = value;
  }),
  modelled("percentile_list", "percentiles to report", percentiles, (settings, value) => {
    settings.percentiles = value;
  }),
  modelled("hostname", "peer of an RDMA job; nothing is sent", text, () => {}, { engines: RDMA }),
  modelled("port", "port of an RDMA job; nothing is sent", count(1, 65535), () => {}, {
    engines: RDMA,
  }),
  modelled(
    "verb",
    "RDMA verb; all of them register the buffers",
    { ...text, blank: "digits", accepts: "write, read, send or recv", parse: parseVerb },
    () => {},
    { engines: RDMA, aliases: ["proto"] },
  ),
];

function parseVerb(value: string) {
  return ["write", "read", "send", "recv"].includes(value) ? good(value) : bad(shown(value));
}
