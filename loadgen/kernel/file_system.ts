import { readFileSync, realpathSync } from "node:fs";

const IN_MEMORY = ["tmpfs", "devtmpfs", "ramfs", "hugetlbfs", "rootfs"];
/** Direct I/O of these does not go through iomap or the block layer. */
const ELSEWHERE = /^(nfs4?|cifs|smb3|9p|ceph|afs|virtiofs|fuse(\..*)?|fuseblk)$/;
/** Their direct I/O was seen to pin, or shares the code of one that was. */
const USUAL = ["ext2", "ext3", "ext4", "xfs"];

/** The type of the file system that a path lies on, as mount(8) names it; "" if not told. */
export function fileSystemOf(path: string): string {
  try {
    return typeIn(readFileSync("/proc/self/mountinfo", "utf8"), realpathSync(path));
  } catch {
    return "";
  }
}

/** The innermost mount of `mountinfo` that holds an absolute path; the last of two wins. */
export function typeIn(mountinfo: string, path: string): string {
  let found = { point: "", type: "" };
  for (const line of mountinfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const point = unescaped(left.split(" ")[4] ?? "");
    const holds = point === "/" || path === point || path.startsWith(`${point}/`);
    if (point === "" || !holds || point.length < found.point.length) continue;
    found = { point, type: right.split(" ")[0] ?? "" };
  }
  return found.type;
}

/** Why direct I/O on it pins otherwise than on a disk; undefined: it may serve. */
export function refusalOfFileSystem(type: string): string | undefined {
  if (IN_MEMORY.includes(type)) return `${type} keeps its files in memory, where nothing is pinned`;
  if (ELSEWHERE.test(type)) return `${type} has a direct I/O of its own`;
  return undefined;
}

export function isUsual(type: string): boolean {
  return USUAL.includes(type);
}

/** Blanks and backslashes stand as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}
