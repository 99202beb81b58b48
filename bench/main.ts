import { BARRED_CASES, gupScenario } from "./cases.ts";
import { compare } from "./side_by_side.ts";
import { Subject } from "./subject.ts";
import { TwinWorkshop } from "./twin.ts";

const workshop = new TwinWorkshop((process.env.CF ?? "").split(" ").filter(Boolean));
for (const gup of BARRED_CASES) {
  const subject = new Subject(gupScenario(gup, (process.env.SCHEME ?? "bias") as "bias"));
  const twin = await workshop.twinOf(subject);
  const c = await compare(subject, twin, { pairs: Number(process.env.PAIRS ?? 15), sliceMs: 60 });
  const f = (e: { median: number; low: number; high: number }) =>
    `${e.median.toFixed(3)} [${e.low.toFixed(3)} ${e.high.toFixed(3)}]`;
  console.log(
    gup.name.padEnd(32), f(c.ratio), "wall", f(c.wallRatio),
    (c.nsA / gup.pagesPerCall).toFixed(2), (c.nsB / gup.pagesPerCall).toFixed(2),
    c.noiseA.toFixed(3), c.noiseB.toFixed(3),
  );
  twin.end();
}
workshop.close();
