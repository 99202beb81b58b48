import { describe, expect, test } from "vitest";
import { refusalOfFileSystem, typeIn } from "../../../loadgen/kernel/file_system.ts";

const MOUNTS = [
  "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
  "23 22 0:5 / /dev/shm rw - tmpfs tmpfs rw",
  "24 22 8:2 / /mnt/my\\040disk rw - xfs /dev/sdb rw",
  "25 22 0:9 / /mnt rw - nfs4 host:/x rw",
  "26 22 0:10 / /mnt rw - btrfs /dev/sdc rw",
  "",
].join("\n");

describe("the file system of a path", () => {
  test.each([
    ["/data/x", "ext4"],
    ["/dev/shm/x", "tmpfs"],
    ["/dev/shmoo", "ext4"],
    ["/mnt/my disk/x", "xfs"],
    ["/mnt/other", "btrfs"],
  ])("%s: %s", (path, type) => {
    expect(typeIn(MOUNTS, path)).toBe(type);
  });

  test("some have no direct I/O to compare with", () => {
    const refused = ["tmpfs", "ramfs", "nfs", "nfs4", "fuse.sshfs", "9p"];
    expect(refused.filter((type) => refusalOfFileSystem(type) === undefined)).toEqual([]);
    const taken = ["ext4", "xfs", "btrfs", "overlay", ""];
    expect(taken.filter((type) => refusalOfFileSystem(type) !== undefined)).toEqual([]);
  });
});
