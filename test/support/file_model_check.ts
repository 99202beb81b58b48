import {
  PAGE_MAPPING_ANON,
  PG_ACTIVE,
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_LRU,
  PG_PIN,
  PG_PIN_WAS_LRU,
  PG_PRIVATE,
  PG_REFERENCED,
  PG_RESERVED,
  PG_SWAPBACKED,
  PG_UPTODATE,
  PG_WRITEBACK,
  PTE_DIRTY,
  PTE_RW,
} from "../../assembly/shared/codes.ts";
import {
  FILE_DIRTY,
  FILE_DISK,
  FILE_GENERATION,
  FILE_INDEX,
  FILE_MMAP_FIRST,
  FILE_NR_PAGES,
  FILE_SIZE,
  FILE_WRITEBACK,
} from "../../assembly/shared/file_layout.ts";
import {
  PAGE_INDEX,
  PAGE_LRU_NEXT,
  PAGE_LRU_PREV,
  PAGE_MAPPING,
  PAGE_PRIVATE,
  VMA_END,
  VMA_FLAGS,
  VMA_MM,
  VMA_NEXT_OF_FILE,
  VMA_ORIGIN,
  VMA_START,
  ZONE_LRU_COUNT,
  ZONE_LRU_FIRST,
} from "../../assembly/shared/layout.ts";
import {
  readFallbacks,
  readFaults,
  readVerdicts,
  readVmstat,
  readWork,
} from "../../src/machine/vmstat.ts";
import type { FileModel, FileVma, ModelFile, ModelPage } from "./file_model.ts";
import { readTag } from "./file_tags.ts";
import type { Lab } from "./lab.ts";
import { LEAF_BITS } from "./model_space.ts";

type Same = (what: string, machine: unknown, expected: unknown) => void;

const VERDICTS = [
  ...["true positive", "false positive", "true negative", "false negative"],
  ...["undecided", "unknown"],
];

/** Where machine and model differ, one line each; learns which frames the machine chose. */
export function fileDifferences(lab: Lab, model: FileModel, fileAt: readonly number[]): string[] {
  const lines: string[] = [];
  const same: Same = (what, machine, expected) => {
    if (machine !== expected) lines.push(`${what}: machine ${machine}, model ${expected}`);
  };
  model.files.forEach((file, i) => {
    compareFile(lab, file, fileAt[i] ?? 0, same);
  });
  compareEntries(lab, model, same);
  const taken = new Map<number, ModelPage>();
  for (const page of model.live) {
    if (page.pfn === undefined) lines.push("a page of the model is nowhere in the machine");
    else if (taken.has(page.pfn)) lines.push(`frame ${page.pfn} is two pages of the model`);
    else taken.set(page.pfn, page);
  }
  for (let pfn = 0; pfn < model.frames; pfn++) {
    comparePage(lab, model, pfn, taken.get(pfn), fileAt, same);
  }
  same("free pages", lab.freePages, model.frames - model.live.size);
  compareLru(lab, model, same);
  compareCounters(lab, model, same);
  return lines;
}

/** The page of the model is that of the machine, now and until it is freed. */
export function bind(lab: Lab, page: ModelPage, address: number, what: string, same: Same): void {
  const pfn = lab.pfn(address);
  page.pfn ??= pfn;
  same(what, pfn, page.pfn);
}

function compareFile(lab: Lab, file: ModelFile, at: number, same: Same): void {
  const words = (offset: number, index: number) =>
    lab.word((lab.word(at + offset) >>> 0) + index * 4) >>> 0;
  const name = file.kind;
  for (let index = 0; index < file.size; index++) {
    const slot = words(FILE_INDEX, index);
    const page = file.cache.get(index);
    if (page === undefined || slot === 0) same(`page ${index} of ${name}`, slot, page ? "some" : 0);
    else bind(lab, page, slot, `page ${index} of ${name}`, same);
    same(`disk ${index} of ${name}`, words(FILE_DISK, index), file.disk.get(index) ?? 0);
  }
  same(`nr_pages of ${name}`, lab.word(at + FILE_NR_PAGES), file.cache.size);
  same(`size of ${name}`, lab.word(at + FILE_SIZE), file.size);
  same(`generation of ${name}`, lab.word(at + FILE_GENERATION), file.generation);
  const inOrder = (tagged: Set<number>) => [...tagged].sort((a, b) => a - b).join();
  same(`dirty of ${name}`, readTag(lab, at, FILE_DIRTY).join(), inOrder(file.dirty));
  same(`writeback of ${name}`, readTag(lab, at, FILE_WRITEBACK).join(), inOrder(file.writeback));
  same(`i_mmap of ${name}`, mappingsOf(lab, at).join(), file.mappings.map(wordsOf).join());
}

const wordsOf = ({ mm, start, end, origin, flags }: FileVma) =>
  [mm, start, end, origin, flags].join(" ");

function mappingsOf(lab: Lab, file: number): string[] {
  const found: string[] = [];
  let vma = lab.word(file + FILE_MMAP_FIRST) >>> 0;
  while (vma !== 0) {
    const word = (offset: number) => lab.word(vma + offset);
    const mm = [lab.mm(0), lab.mm(1)].indexOf(word(VMA_MM) >>> 0);
    const place = [mm, word(VMA_START), word(VMA_END), word(VMA_ORIGIN), word(VMA_FLAGS)];
    found.push(place.join(" "));
    vma = word(VMA_NEXT_OF_FILE) >>> 0;
  }
  return found;
}

function compareEntries(lab: Lab, model: FileModel, same: Same): void {
  model.spaces.forEach((space, mm) => {
    for (const { start, end } of space.vmas) {
      for (let vpn = start; vpn < end; vpn++) {
        const entry = lab.entry(vpn, lab.mm(mm));
        const pte = space.ptes.get(vpn);
        const what = `entry of ${vpn} in mm ${mm}`;
        if (pte === undefined || entry === 0) same(what, entry, pte ? "present" : 0);
        else {
          bind(lab, pte.page, lab.page(entry >>> 12), what, same);
          const bits = (pte.writable ? PTE_RW : 0) | (pte.dirty ? PTE_DIRTY : 0);
          same(what, entry & 4095, LEAF_BITS | bits);
        }
      }
    }
  });
}

function flagsOf(model: FileModel, page: ModelPage): number {
  let flags = PG_UPTODATE;
  if (page.isAnon || page.isShmem) flags |= PG_SWAPBACKED;
  if (page.isAnon) flags |= PG_ANON_EXCLUSIVE;
  if (page === model.zero) flags |= PG_RESERVED;
  if (page.isDirty) flags |= PG_DIRTY;
  if (page.isReferenced) flags |= PG_REFERENCED;
  if (page.hasBuffers) flags |= PG_PRIVATE;
  if (page.isUnderWriteback) flags |= PG_WRITEBACK;
  if (page.isActive) flags |= PG_ACTIVE;
  if (page.pinFlag) flags |= PG_PIN;
  if (page.leftLru) flags |= PG_PIN_WAS_LRU;
  return model.lru.includes(page) ? flags | PG_LRU : flags;
}

function comparePage(
  lab: Lab,
  model: FileModel,
  pfn: number,
  page: ModelPage | undefined,
  fileAt: readonly number[],
  same: Same,
): void {
  const at = lab.page(pfn);
  const counts = lab.counts(at);
  const { scheme } = model.spec;
  same(`refcount of ${pfn}`, lab.refcount(at), page ? model.references(page) : 0);
  same(`exact count of ${pfn}`, counts.exact, scheme === "exact" ? (page?.pins ?? 0) : 0);
  same(`side count of ${pfn}`, counts.side, scheme === "exact-side" ? (page?.pins ?? 0) : 0);
  same(`flags of ${pfn}`, lab.flags(at), page ? flagsOf(model, page) : 0);
  if (page === undefined) return;
  same(`mapcount of ${pfn}`, counts.mapcount, model.mapcount(page) - 1);
  same(`buffers of ${pfn}`, lab.word(at + PAGE_PRIVATE), Number(page.hasBuffers));
  const mapping = lab.word(at + PAGE_MAPPING) >>> 0;
  if (page.isAnon) same(`mapping of ${pfn}`, mapping & PAGE_MAPPING_ANON, PAGE_MAPPING_ANON);
  else {
    const owner = page.file ? fileAt[model.files.indexOf(page.file)] : 0;
    same(`mapping of ${pfn}`, mapping, owner);
    same(`index of ${pfn}`, lab.word(at + PAGE_INDEX), page.index);
    const content = lab.word(lab.machine.plan.contentAt + pfn * 4);
    same(`content of ${pfn}`, content, page.content);
  }
  if (scheme === "lru-count" && page.pinFlag) {
    same(`pins in lru of ${pfn}`, lab.word(at + PAGE_LRU_PREV), page.pins);
  }
}

function compareLru(lab: Lab, model: FileModel, same: Same): void {
  const found: number[] = [];
  let page = lab.word(ZONE_LRU_FIRST) >>> 0;
  while (page !== 0 && found.length <= model.frames) {
    found.push(lab.pfn(page));
    page = lab.word(page + PAGE_LRU_NEXT) >>> 0;
  }
  same("LRU", found.join(), model.lru.map(({ pfn }) => pfn).join());
  same("pages on the LRU", lab.word(ZONE_LRU_COUNT), model.lru.length);
}

function compareCounters(lab: Lab, model: FileModel, same: Same): void {
  const { machine } = lab;
  for (const [kind, counted, expected] of [
    ["vmstat", readVmstat(machine), model.vmstat],
    ["work", readWork(machine), model.work],
    ["fallback", readFallbacks(machine), model.fallbacks],
  ] as const) {
    for (const [name, count] of Object.entries(counted)) {
      same(`${kind} ${name}`, count, expected[name] ?? 0);
    }
  }
  readVerdicts(machine).forEach((count, i) => {
    same(`verdict ${VERDICTS[i]}`, count, model.verdicts[VERDICTS[i] ?? ""] ?? 0);
  });
  readFaults(machine).counts.forEach((count, code) => {
    same(`fault ${code}`, count, model.faults.get(code) ?? 0);
  });
}
