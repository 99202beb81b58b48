import { PTE_DIRTY } from "../../assembly/shared/codes.ts";
import type { FileModel, ModelPage } from "./file_model.ts";
import { completeHeld } from "./file_model_writeback.ts";
import type { Lab } from "./lab.ts";

/** The device is done with these of the pages it was given, in machine and model. */
export function completeOf(
  lab: Lab,
  model: FileModel,
  isMeant: (page: ModelPage) => boolean,
): void {
  for (const write of model.writes.filter(({ page }) => isMeant(page))) {
    const { page, content, bounced } = write;
    lab.core.completeOnePage(lab.cpu(), lab.page(page.pfn ?? 0), content, Number(bounced));
    completeHeld(model, write);
  }
}

export function completeAll(lab: Lab, model: FileModel): void {
  completeOf(lab, model, () => true);
}

/** What sleeps until the write of a page is complete sleeps for ever on one CPU. */
export function completeWithin(
  lab: Lab,
  model: FileModel,
  mm: number,
  vpn: number,
  count: number,
): void {
  if (!model.spec.stablePages) return;
  const vmas = model.spaces[mm]?.vmas ?? [];
  completeOf(lab, model, ({ file, index }) =>
    vmas.some((vma) => {
      const at = vma.origin + index;
      return vma.file === file && at >= vpn && at < vpn + count;
    }),
  );
}

/** The CPU stores through a writable entry: the hardware marks it dirty, and tells nobody. */
export function storeThrough(lab: Lab, model: FileModel, mm: number, vpn: number): void {
  const pte = model.spaces[mm]?.ptes.get(vpn);
  if (!pte?.writable) return;
  const at = lab.entryAt(vpn, lab.mm(mm));
  lab.setWord(at, lab.word(at) | PTE_DIRTY);
  pte.dirty = true;
}
