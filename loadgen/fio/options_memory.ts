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
    "what backs the buffers; mmapshared:FILE is a shared mapping of a file, which is not opened",
    {
      ...oneOf([...ANONYMOUS, ...HUGE, ...DEVICE], true),
      accepts: `${[...ANONYMOUS, ...HUGE].join(", ")}; mmap:FILE, mmapshared:FILE`,
    },
    (settings, { word, rest }, { note }) => {
      if (DEVICE.includes(word)) return `mem=${word}: device memory is not modelled`;
      settings.mem = word;
      settings.memFile = undefined;
      if (rest === undefined || !word.startsWith("mmap")) return undefined;
      if (rest === "") return `mem=${word}: without the name of a file`;
      if (HUGE.includes(word)) return `mem=${word}:FILE: huge pages of a file are not modelled`;
      if (word === "mmapshared") settings.memFile = rest;
      // fio fills its buffers, and a device that reads into them does so too.
      else note("mem=mmap:FILE is mapped private: what is written there becomes anonymous memory");
      return undefined;
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
