import {
  MM_VMA_ROOT,
  VMA_END,
  VMA_FLAGS,
  VMA_HEIGHT,
  VMA_LEFT,
  VMA_ORDER,
  VMA_RIGHT,
  VMA_START,
} from "../../assembly/shared/layout.ts";
import type { Lab } from "./lab.ts";

export interface VmaSeen {
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  readonly order: number;
}

/** The VMAs in order; throws where a node leans by more than one or gives a wrong height. */
export function readVmas(lab: Lab, mm = lab.mm()): VmaSeen[] {
  const found: VmaSeen[] = [];
  walk(lab, lab.word(mm + MM_VMA_ROOT), found);
  return found;
}

/** Height of the tree below the node. */
function walk(lab: Lab, node: number, found: VmaSeen[]): number {
  if (node === 0) return 0;
  const left = walk(lab, lab.word(node + VMA_LEFT), found);
  found.push({
    start: lab.word(node + VMA_START),
    end: lab.word(node + VMA_END),
    flags: lab.word(node + VMA_FLAGS),
    order: lab.word(node + VMA_ORDER),
  });
  const right = walk(lab, lab.word(node + VMA_RIGHT), found);
  const height = Math.max(left, right) + 1;
  const says = lab.word(node + VMA_HEIGHT);
  if (says !== height) throw new Error(`a VMA says height ${says}, it is ${height}`);
  if (Math.abs(left - right) > 1) throw new Error(`a VMA leans: ${left} left, ${right} right`);
  return height;
}
