/**
 * One set-up at a time in a checkout. The lock is a directory that holds one file, named after
 * its owner. It appears whole (a directory is renamed into place, which fails while another
 * that is not empty stands there), and a dead owner's file can be removed by its own name
 * only: two that find it dead cannot take the lock from each other.
 */

import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;

/** Waits for the lock at `lockPath`, runs `work` under it and returns what that returns. */
export async function withLock(lockPath, onWait, work) {
  const owner = ownerName(process.pid);
  await take(lockPath, owner, onWait);
  try {
    sweep(lockPath);
    return await work();
  } finally {
    release(lockPath, owner);
  }
}

async function take(lockPath, owner, onWait) {
  const mine = `${lockPath}.${owner}`;
  fs.mkdirSync(mine, { recursive: true });
  fs.writeFileSync(path.join(mine, owner), "");
  let told = false;
  while (!renamed(mine, lockPath)) {
    const holder = readHolder(lockPath);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      fs.rmSync(path.join(lockPath, holder), { force: true });
      continue;
    }
    if (!told) onWait(`waiting for process ${pidOf(holder)}, which sets up this checkout…`);
    told = true;
    await sleep(POLL_MS);
  }
}

function release(lockPath, owner) {
  fs.rmSync(path.join(lockPath, owner), { force: true });
  try {
    fs.rmdirSync(lockPath);
  } catch (fault) {
    // The next owner was quicker: the directory is theirs by now.
    if (!["ENOTEMPTY", "ENOENT", "EEXIST"].includes(fault.code)) throw fault;
  }
}

/** Removes what processes left that died while they waited. */
function sweep(lockPath) {
  const prefix = `${path.basename(lockPath)}.`;
  for (const name of fs.readdirSync(path.dirname(lockPath))) {
    if (!name.startsWith(prefix) || isAlive(name.slice(prefix.length))) continue;
    fs.rmSync(path.join(path.dirname(lockPath), name), { recursive: true, force: true });
  }
}

function renamed(from, to) {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (fault) {
    if (["ENOTEMPTY", "EEXIST"].includes(fault.code)) return false;
    throw fault;
  }
}

function readHolder(lockPath) {
  try {
    return fs.readdirSync(lockPath)[0];
  } catch (fault) {
    if (fault.code === "ENOENT") return undefined;
    throw fault;
  }
}

/** Process ids are used again, so the name carries the start time where the system tells it. */
function ownerName(pid) {
  return `${pid}-${startTicks(pid)}`;
}

function pidOf(owner) {
  return Number(owner.split("-")[0]);
}

function isAlive(owner) {
  const pid = pidOf(owner);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (fault) {
    if (fault.code === "ESRCH") return false;
  }
  return owner === ownerName(pid);
}

/** Field 22 of /proc/PID/stat; the command before it may hold spaces and brackets. */
function startTicks(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return "0";
  }
}
