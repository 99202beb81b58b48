import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { helpTable } from "../../../loadgen/fio/help_table.ts";
import { findOption, OPTION_TABLE } from "../../../loadgen/fio/option_table.ts";
import { testNeeding } from "../../support/needs.ts";

/** fio ends with 1 when an engine has no options of its own. */
const fio = (...args: string[]): string => spawnSync("fio", args, { encoding: "utf8" }).stdout;
const namesIn = (help: string): string[] =>
  help
    .split("\n")
    .filter((line) => line.includes(": "))
    .map((line) => line.slice(0, line.indexOf(":")).trim());
const statusesOf = (names: readonly string[]) => names.map((name) => findOption(name)?.status);

describe("the option table", () => {
  test("holds each name and alias once", () => {
    const names = OPTION_TABLE.flatMap((option) => [option.name, ...option.aliases]);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test("is the help too", () => {
    const rows = helpTable();
    expect(rows).toHaveLength(OPTION_TABLE.length);
    expect(rows.every((row) => row.help !== "")).toBe(true);
    expect(rows.find((row) => row.name === "iodepth")).toEqual({
      name: "iodepth",
      aliases: [],
      status: "modelled",
      accepts: "a whole number from 1 to 65536",
      help: "I/Os in flight",
      engines: [],
    });
    expect(rows.find((row) => row.name === "rate_iops")?.help).toBe(
      "operation limits; not honoured yet: the job runs as fast as it can",
    );
  });

  test("knows what is not honoured yet", () => {
    const shaping = ["loops", "ramp_time", "startdelay", "rate", "rate_iops", "rate_process"];
    const more = ["thinktime", "io_submit_mode", "ss", "latency_target"];
    expect(new Set(statusesOf([...shaping, ...more]))).toEqual(new Set(["later"]));
    expect(findOption("merge_blktrace_file")?.status).toBe("refused");
  });

  test.each([
    ["bs", ["blocksize"]],
    ["bs_unaligned", ["blocksize_unaligned"]],
    ["bsrange", ["blocksize_range"]],
    ["ba", ["blockalign"]],
    ["rw", ["readwrite"]],
    ["mem", ["iomem"]],
    ["iomem_align", ["mem_align"]],
    ["size", []],
    ["io_size", ["io_limit"]],
    ["runtime", ["timeout"]],
    ["offset", ["fileoffset"]],
    ["nrfiles", ["nr_files"]],
    ["fill_device", ["fill_fs"]],
    ["stonewall", ["wait_for_previous"]],
    ["rate_min", ["ratemin"]],
    ["rate_cycle", ["ratecycle"]],
    ["iodepth_batch", ["iodepth_batch_submit"]],
    ["iodepth_batch_complete_min", ["iodepth_batch_complete"]],
    ["disable_bw_measurement", ["disable_bw"]],
    ["steadystate", ["ss"]],
    ["steadystate_duration", ["ss_dur"]],
    ["steadystate_ramp_time", ["ss_ramp"]],
    ["verb", ["proto"]],
  ])("%s has the aliases %j", (name, aliases) => {
    expect(findOption(name)?.aliases).toEqual(aliases);
    expect(aliases.map((alias) => findOption(alias)?.name)).toEqual(aliases.map(() => name));
  });

  testNeeding("fio", "has every option that fio lists", () => {
    const names = namesIn(fio("--cmdhelp"));
    expect(names.length).toBeGreaterThan(200);
    expect(names.filter((name) => !findOption(name))).toEqual([]);
  });

  testNeeding("fio", "has every option of every engine, for that engine", () => {
    const engines = fio("--enghelp")
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
    const missing = engines
      .filter(Boolean)
      .flatMap((engine) =>
        namesIn(fio(`--enghelp=${engine}`)).filter(
          (name) => findOption(name)?.engines?.includes(engine) !== true,
        ),
      );
    expect(engines).toContain("io_uring");
    expect(missing).toEqual([]);
  });
});
