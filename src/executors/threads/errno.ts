import { EFAULT, EINVAL, ENOMEM, EOPNOTSUPP } from "../../../assembly/shared/codes.ts";

const NAMES: Readonly<Record<number, string>> = {
  [EFAULT]: "EFAULT (an address that cannot be pinned)",
  [EINVAL]: "EINVAL (arguments that gup refuses)",
  [ENOMEM]: "ENOMEM (no page left, or a page's count is full)",
  [EOPNOTSUPP]: "EOPNOTSUPP (a mapping that cannot be pinned long-term)",
};

/** What an actor's errno means; empty for 0. */
export function errnoWords(errno: number, stage: string): string {
  if (errno === 0) return "";
  const name = NAMES[errno] ?? `errno ${errno}`;
  return stage === "setup" ? `setting up its memory: ${name}` : name;
}
