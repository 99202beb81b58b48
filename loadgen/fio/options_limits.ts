import { type FioOption, modelled } from "./option.ts";
import { bad, good, type Reader, splitOutside } from "./reader.ts";
import { boolean, bytes, count, duration, extent, flag, text } from "./scalars.ts";
import { parseBytes, SIZE_FORMS } from "./units.ts";

/** `filesize=1m` or `filesize=1m-4m`: the smallest that fio may draw. */
const fileSize: Reader<number> = {
  accepts: `${SIZE_FORMS}; or a range`,
  blank: "digits",
  parse(value, context) {
    const sizes: number[] = [];
    for (const part of splitOutside(value, context.computed ? "," : "-,")) {
      const parsed = parseBytes(part, context);
      if (!parsed.ok) return parsed;
      sizes.push(parsed.value);
    }
    return sizes.length > 2 ? bad("more than two sizes") : good(Math.min(...sizes));
  },
};

const MOST_FILES = 2 ** 31 - 1;

/** Where the I/O goes and when a job ends. */
export const LIMIT_OPTIONS: readonly FioOption[] = [
  modelled("size", "extent of a job's files together", extent, (settings, value) => {
    settings.size = "bytes" in value && value.bytes === 0 ? undefined : value;
  }),
  modelled(
    "io_size",
    "bytes to transfer; size when not given",
    extent,
    (settings, value) => {
      settings.ioSize = "bytes" in value && value.bytes === 0 ? undefined : value;
    },
    { aliases: ["io_limit"] },
  ),
  modelled("filesize", "size of each file, when size is not given", fileSize, (s, value) => {
    s.fileSize = value;
  }),
  modelled(
    "nrfiles",
    "number of files",
    count(0, MOST_FILES),
    (settings, value) => {
      settings.files = Math.max(1, value);
    },
    { aliases: ["nr_files"] },
  ),
  modelled("filename", "files to use; one that exists may give the size", text, (s, value) => {
    s.filename = value;
  }),
  modelled("directory", "where the files lie", text, (settings, value) => {
    settings.directory = value;
  }),
  modelled("number_ios", "I/Os after which a job ends", bytes(0), (settings, value) => {
    settings.numberIos = value === 0 ? undefined : value;
  }),
  modelled(
    "runtime",
    "time after which a job ends",
    duration,
    (settings, value) => {
      settings.runtimeMs = value;
    },
    { aliases: ["timeout"] },
  ),
  modelled("time_based", "repeat until runtime is over", flag, (settings, value) => {
    settings.timeBased = value;
  }),
  modelled("create_only", "lay out the files and do no I/O", boolean, (settings, value) => {
    settings.createOnly = value;
  }),
];
