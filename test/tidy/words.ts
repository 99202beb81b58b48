import { type Finding, finding, isScript, type Rule, type SourceFile } from "./source_file.ts";

/** A word that must not stand in the code of some rooms, and what to use in its place. */
interface BannedWord {
  readonly name: string;
  readonly pattern: RegExp;
  readonly instead: string;
  readonly rooms: readonly string[];
  readonly except?: readonly string[];
  readonly bad: string;
  readonly good: string;
}

const PROGRAM = ["src", "loadgen", "dashboard"];
const ALL_CODE = [...PROGRAM, "assembly", "bench", "test", "scripts"];
const CLOCK = ["src/machine/clock.ts", "dashboard/client/clock.ts"];
const PRNG = ["src/machine/prng.ts", "dashboard/client/chance.ts"];

const CLOCK_WORDS: readonly BannedWord[] = [
  ["Date.now", /\bDate\.now\b/g, "const t = Date.now();"],
  ["performance.now", /\bperformance\.(?:now|timeOrigin)\b/g, "performance.now();"],
  ["process.hrtime", /\bprocess\.hrtime\b/g, "process.hrtime.bigint();"],
  ["new Date()", /\bnew Date\s*(?:\(\s*\)|(?!\s*\())/g, "const d = new Date();"],
].map(([name, pattern, bad]) => ({
  name: name as string,
  pattern: pattern as RegExp,
  instead: "a Clock argument (src/machine/clock.ts)",
  rooms: PROGRAM,
  except: CLOCK,
  bad: bad as string,
  good: "const t = clock.nowNs(); const d = new Date(t); // not Date.now()",
}));

const CHANCE_WORDS: readonly BannedWord[] = [
  ["Math.random", /\bMath\.random\b/g, "Math.random();"],
  ["randomness of the system", /\b(?:randomUUID|randomBytes|getRandomValues)\b/g, "randomUUID();"],
].map(([name, pattern, bad]) => ({
  name: name as string,
  pattern: pattern as RegExp,
  instead: "a Prng argument (src/machine/prng.ts)",
  rooms: PROGRAM,
  except: PRNG,
  bad: bad as string,
  good: "const n = prng.next();",
}));

const OTHER_WORDS: readonly BannedWord[] = [
  {
    name: "console",
    pattern: /\bconsole\.\w+/g,
    instead: "a returned value; only loadgen and bench talk to the terminal",
    rooms: ["src", "assembly", "dashboard/server"],
    bad: `console.log("x");`,
    good: "return text;",
  },
  {
    name: "any",
    pattern: /(?<![.\w#])any\b(?!\s*\()/g,
    instead: "`unknown`, parsed at the door",
    rooms: ALL_CODE,
    bad: "function f(x: any) {}",
    good: `const signal = AbortSignal.any([a]); // any will do`,
  },
  {
    name: "a test switched off by hand",
    pattern: /\b(?:it|test|describe|suite)\.(?:skip|only|todo)\b/g,
    instead: "testNeeding(): a skip has a reason in its title",
    rooms: ["test"],
    except: ["test/support/needs.ts"],
    bad: `test.skip("later", () => {});`,
    good: `testNeeding("fio", "reads", () => {});`,
  },
];

function toRule(word: BannedWord): Rule {
  const [place] = word.rooms;
  return {
    name: `banned: ${word.name}`,
    check: (files) =>
      files
        .filter((file) => isScript(file) && file.isUnder(...word.rooms))
        .filter((file) => !(word.except ?? []).includes(file.path))
        .flatMap((file) => findWord(file, file.code, word)),
    bad: [{ [`${place}/a.ts`]: word.bad }],
    good: [{ [`${place}/a.ts`]: word.good }],
  };
}

function findWord(file: SourceFile, text: string, word: BannedWord): Finding[] {
  return [...text.matchAll(word.pattern)].map(({ index, 0: found }) =>
    finding(file, index, `${found.trim()}: use ${word.instead}`),
  );
}

/** Also in comments and prose; the rules themselves have to spell them. */
const unfinishedWork: Rule = {
  name: "no notes of unfinished work",
  check: (files) =>
    files
      .filter((file) => !file.isUnder("test/tidy"))
      .flatMap((file) =>
        [...file.text.matchAll(/\b(?:TODO|FIXME|XXX)\b/g)].map(({ index, 0: found }) =>
          finding(file, index, `${found}: do it, or state the limit in docs/MODEL.md`),
        ),
      ),
  bad: [{ "src/a.ts": "// TODO: later" }, { "README.md": "FIXME" }],
  good: [{ "src/a.ts": "// done", "test/tidy/a.ts": "// TODO" }],
};

export const wordRules: readonly Rule[] = [
  ...[...CLOCK_WORDS, ...CHANCE_WORDS, ...OTHER_WORDS].map(toRule),
  unfinishedWork,
];
