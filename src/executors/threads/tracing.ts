import type { Machine } from "../../machine/machine.ts";
import { takeTraces, writeRings } from "../../machine/trace.ts";
import type { GroupTrace, TraceRecord } from "../../results/record.ts";
import type { PlacedActor } from "./placement.ts";

/** Gathers the trace rings group by group: the next group writes over the same memory. */
export class Tracing {
  private readonly groups: GroupTrace[] = [];

  constructor(private readonly machine: Machine) {
    writeRings(machine);
  }

  addGroup(actors: readonly PlacedActor[]): void {
    const names: string[] = [];
    for (const { cpu, name } of actors) names[cpu] = name;
    this.groups.push({ actors: names, cpus: takeTraces(this.machine) });
  }

  record(): TraceRecord {
    const cpus = this.groups.flatMap((group) => group.cpus);
    const written = cpus.reduce((sum, cpu) => sum + cpu.written, 0);
    const kept = cpus.reduce((sum, cpu) => sum + cpu.events.length, 0);
    const eventsPerCpu = this.machine.plan.traceEvents ?? 0;
    return { written, kept, dropped: written - kept, eventsPerCpu, groups: this.groups };
  }
}
