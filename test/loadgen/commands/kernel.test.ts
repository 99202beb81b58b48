import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { Bench, MAIN } from "../../support/kernel_command.ts";
import { testNeeding } from "../../support/needs.ts";

let bench: Bench;

beforeAll(() => {
  bench = new Bench();
});
afterEach(() => {
  expect(bench.left()).toEqual([]);
});
afterAll(() => bench.remove());

const JOB = "[j]\nioengine=libaio\ndirect=1\nrw=randread\nsize=1m\n";
const VERSION = '[ "$1" = --version ] && echo fio-3.33 && exit 0';

/** Status and what was said, on one line each. */
function told({
  status,
  stderr,
  stdout,
}: {
  status: number | null;
  stderr: string;
  stdout: string;
}) {
  expect(stdout).toBe("");
  expect(stderr).not.toContain("    at ");
  return [status, stderr.trim()] as const;
}

describe("a fio that is not as it should be", () => {
  testNeeding("kernel-pins", "missing", () => {
    const [status, said] = told(bench.kernel(JOB, ["--quiet"], { PATH: bench.tools }));
    expect(said).toBe("pinlab: fio 3.31 or newer is needed: no fio is on the PATH");
    expect(status).toBe(98);
  });

  testNeeding("kernel-pins", "too old", () => {
    const [status, said] = told(bench.withFio("echo fio-3.28-12-gabc", JOB));
    expect(said).toContain("fio 3.31 or newer is needed, for its I/O logs; fio-3.28-12-gabc was");
    expect(status).toBe(98);
  });

  testNeeding("kernel-pins", "something else of that name", () => {
    const [status, said] = told(bench.withFio("echo hello", JOB));
    expect(said).toContain('what is called fio here answered "hello"');
    expect(status).toBe(98);
  });

  testNeeding("kernel-pins", "killed", () => {
    const script = `${VERSION}\necho "about to go" >&2\nkill -SEGV $$`;
    const [status, said] = told(bench.withFio(script, JOB));
    expect(said).toBe("pinlab: fio was ended by SIGSEGV; its last words: about to go");
    expect(status).toBe(98);
  });

  testNeeding("kernel-pins", "printing something that is no JSON", () => {
    const script = `${VERSION}\necho '{ "jobs": [ oops' > fio.json\nexit 3`;
    const [status, said] = told(bench.withFio(script, JOB));
    expect(said).toContain("fio ended with status 3 and printed no JSON of its jobs");
    expect(status).toBe(98);
  });

  testNeeding("kernel-pins", "printing nothing at all", () => {
    const [status, said] = told(bench.withFio(`${VERSION}\nexit 0`, JOB));
    expect(said).toContain("printed no JSON of its jobs; it said nothing");
    expect(status).toBe(98);
  });

  testNeeding("kernel-pins", "whose job fails", () => {
    const zero = '{"total_ios":0,"io_bytes":0}';
    const job = `{"jobname":"job0","error":5,"read":${zero},"write":${zero}}`;
    const script = `${VERSION}\necho "fio: disk on fire" > fio.json
echo '{"jobs":[${job}]}' >> fio.json\nexit 1`;
    const [status, said] = told(bench.withFio(script, JOB));
    expect(said).toContain('fio\'s job "j" failed with errno 5; its last words: fio: disk on fire');
    expect(status).toBe(98);
  });

  testNeeding("kernel-pins", "whose log is not what its totals are", () => {
    const some = '{"total_ios":3,"io_bytes":12288}';
    const none = '{"total_ios":0,"io_bytes":0}';
    const job = `{"jobname":"job0","error":0,"read":${some},"write":${none}}`;
    const log = (lines: string) => `${VERSION}\necho '{"jobs":[${job}]}' > fio.json
printf 'fio version 3 iolog\\n1 direct add\\n1 direct open\\n${lines}' > job0.log`;
    const cut = told(bench.withFio(log("2 direct read 0 4096\\n3 direct re"), JOB));
    expect(cut).toEqual([98, expect.stringContaining('I/O log of job "j" that cannot be read')]);
    const short = bench.withFio(log("2 direct read 0 4096\\n"), JOB);
    expect(short.stdout).toContain("its I/O log holds 1 I/Os, its totals say 3");
    expect(short.stdout).toMatch(/ I\/Os +1 +1 +0 /);
    expect(short.stdout).toMatch(/ bytes +4096 +4096 +0 /);
    expect(short.status).toBe(95);
    expect(short.stderr).toContain("disagree by more than 0.1 %: pins acquired: kernel 0,");
  });
});

describe("what is refused before a byte is written", () => {
  testNeeding("kernel-pins", "a file larger than the disk", () => {
    const [status, said] = told(bench.kernel("[j]\ndirect=1\nrw=read\nsize=4000t\n"));
    expect(said).toMatch(/no place for the scratch files .* free, .* needed/);
    expect(status).toBe(98);
  });

  testNeeding("kernel-pins", "a place in memory", () => {
    const env = { TMPDIR: "/dev/shm" };
    const job = "[j]\ndirect=1\nrw=read\nsize=4000t\ndirectory=/nowhere\n";
    const [, said] = told(bench.kernel(job, ["--quiet"], env));
    expect(said).toContain("/nowhere: ENOENT");
    expect(said).toContain("/dev/shm: tmpfs keeps its files in memory, where nothing is pinned");
  });
});

describe("a signal", () => {
  testNeeding("kernel-pins", "ends fio, removes its files, and ends with 105", async () => {
    // It announces itself by its id and waits to be told to go.
    const script = `${VERSION}\necho $$ > "$WAITING"\nexec sleep 600`;
    bench.withFio(script, "[");
    const waiting = `${bench.folder}/waiting`;
    const env = {
      ...process.env,
      TMPDIR: bench.scratch,
      PATH: `${bench.tools}:${process.env.PATH}`,
      WAITING: waiting,
    };
    const child = spawn(process.execPath, [MAIN, "kernel", "-"], { cwd: bench.scratch, env });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      said += part;
      // Only a running fio is reported on.
      if (!child.killed && said.includes("fio has been running")) child.kill("SIGINT");
    });
    child.stdin.end(JOB);
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect(said).toContain("interrupted; nothing was compared");
    expect(status).toBe(105);
    const pid = Number(readFileSync(waiting, "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
