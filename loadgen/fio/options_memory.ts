import { type FioOption, modelled } from "./option.ts";
import { bytes, oneOf } from "./scalars.ts";

const ANONYMOUS = ["malloc", "shm", "mmap", "mmapshared"];
const HUGE = ["shmhuge", "mmaphuge"];
const DEVICE = ["cudamalloc"];

export const isHuge = (mem: string): boolean => HUGE.includes(mem);

/** What lies behind the buffers. */
export const MEMORY_OPTIONS: readonly FioOption[] = [
  modelled(
    "mem",
    "what backs the buffers",
    {
      ...oneOf([...ANONYMOUS, ...HUGE, ...DEVICE], true),
      accepts: [...ANONYMOUS, ...HUGE].join(", "),
    },
    (settings, { word, rest }) => {
      if (DEVICE.includes(word)) return `mem=${word}: device memory is not modelled`;
      const fileBacked = rest !== undefined && word.startsWith("mmap");
      settings.mem = word;
      if (!fileBacked) return undefined;
      return `mem=${word}:FILE: buffers in the pages of a file are not modelled yet`;
    },
    { aliases: ["iomem"] },
  ),
  modelled(
    "iomem_align",
    "what is added to the page-aligned buffer",
    bytes(0, 2 ** 32 - 1),
    (settings, value) => {
      settings.memAlign = value;
    },
    { aliases: ["mem_align"] },
  ),
  modelled(
    "hugepage-size",
    "size of a huge page for mem=mmaphuge and mem=shmhuge",
    bytes(0, 2 ** 32 - 1),
    (settings, value) => {
      settings.hugepageBytes = value;
    },
  ),
];
