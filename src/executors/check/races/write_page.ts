import { FILE_DIRTY } from "../../../../assembly/shared/file_layout.ts";
import { PAGE_REFCOUNT } from "../../../../assembly/shared/layout.ts";
import type { Call, Onward, Operation } from "../actor.ts";
import type { World } from "../world.ts";
import type { WritebackMonitor } from "./writeback_monitor.ts";

/** What submitOnePage() returns (assembly/filemap/writepage.ts). */
const WRITE_SUBMITTED = 0;
const WRITE_BOUNCED = 1;
const WRITE_PINNED = 4;

/** Locals of a CPU that writes a page, beside the monitor's. */
const RESULT = 2;
const PAGE = 3;
const CONTENT = 4;
/** And of an fsync. */
const EPOCH = 0;

/** Calls of an fsync, by number. */
const FSYNC_SUBMITS = 1;
const FSYNC_WAITS = 3;

/** Takes page 0 of the file to the disk, its submission and its completion apart. */
export function writeBack(
  world: World,
  cpu: number,
  sync: boolean,
  monitor?: WritebackMonitor,
): Operation {
  const submit = submitCall(world, cpu, sync, monitor);
  const after = (result: number): Onward | undefined => {
    submit.after?.(result);
    return isGoing(result) ? undefined : "end";
  };
  const complete = completeCall(world, cpu, 0, monitor);
  const words = sync ? "fsync writes the page" : "background writeback of the page";
  return { words, calls: [{ ...submit, after }, complete] };
}

/**
 * fsync(): looks for a dirty page by its tag, writes it, waits for all that is under writeback, and
 * the laboratory looks at the disk.
 */
export function fsync(world: World, cpu: number): Operation {
  const { core, file } = world;
  const submit = submitCall(world, cpu, true);
  return {
    words: "fsync()",
    calls: [
      {
        words: "fsync() looks for dirty pages",
        before: () => world.setLocal(cpu, EPOCH, core.beginFsync(file)),
        call: () => core.nextTagged(file, FILE_DIRTY, 0),
        after: (index) => (index === 0 ? undefined : FSYNC_WAITS),
      },
      {
        ...submit,
        after: (result) => {
          submit.after?.(result);
          return isGoing(result) ? undefined : FSYNC_WAITS;
        },
      },
      completeCall(world, cpu, FSYNC_SUBMITS),
      {
        words: "fsync() waits for writeback, and returns",
        call: () => {
          core.finishFsync(world.cpu(cpu), file, world.local(cpu, EPOCH));
          return 0;
        },
      },
    ],
  };
}

function isGoing(result: number): boolean {
  return [WRITE_SUBMITTED, WRITE_BOUNCED, WRITE_PINNED].includes(result);
}

function submitCall(world: World, cpu: number, sync: boolean, monitor?: WritebackMonitor): Call {
  const { background, fsync: forced } = world.spec.onPinned;
  const waits = (sync ? forced : background) === "wait";
  return {
    words: "the page is submitted for writing",
    before: () => {
      // By its references a waiter knows that somebody has let go.
      const page = waits ? world.cached(0) : 0;
      world.setLocal(cpu, CONTENT, page && world.word(page + PAGE_REFCOUNT));
      monitor?.begin(cpu);
    },
    call: () => world.core.submitOnePage(world.cpu(cpu), world.file, 0, Number(sync)),
    after: (result) => {
      const page = isGoing(result) ? world.cached(0) : 0;
      if (result === WRITE_SUBMITTED) monitor?.submitted(cpu, page);
      else monitor?.ended(cpu);
      world.setLocal(cpu, RESULT, result);
      world.setLocal(cpu, PAGE, page);
      if (page && result !== WRITE_PINNED) {
        world.setLocal(cpu, CONTENT, world.word(world.content(page)));
      }
      return undefined;
    },
  };
}

/** The write's end; or, under the policy `wait`, the wait for a pin, and call `retry` again. */
function completeCall(world: World, cpu: number, retry: number, monitor?: WritebackMonitor): Call {
  const { core } = world;
  const result = (): number => world.local(cpu, RESULT);
  return {
    words: "the write completes",
    before: () => {},
    call: () => {
      const [at, page, content] = [
        world.cpu(cpu),
        world.local(cpu, PAGE) >>> 0,
        world.local(cpu, CONTENT),
      ];
      if (result() === WRITE_PINNED) return core.waitForUnpin(at, page, content);
      if (isGoing(result())) {
        core.completeOnePage(at, page, content, Number(result() === WRITE_BOUNCED));
      }
      return 0;
    },
    after: (hasChanged) => {
      monitor?.ended(cpu);
      if (result() !== WRITE_PINNED) return undefined;
      return hasChanged ? retry : "end";
    },
  };
}
