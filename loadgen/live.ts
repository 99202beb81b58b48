import { Dashboard } from "../dashboard/server/dashboard.ts";
import { RunShelf } from "../dashboard/server/run_store.ts";
import { RunControl } from "../src/executors/control.ts";
import { fioJson } from "../src/results/fio_json.ts";
import type { TimelineJson } from "../src/results/pinlab_json.ts";
import type { RunRecord } from "../src/results/record.ts";
import { EnvironmentFault } from "../src/scenario/problem.ts";
import { type LiveAddress, USUAL_PORT } from "./flags.ts";

const RESULT = "this-run";

/** Tokens that outlive a server: both follow from this. */
export function secretOf(environment: NodeJS.ProcessEnv): string | undefined {
  return environment.PINLAB_TOKEN || undefined;
}

/** The two addresses, in words for a terminal. */
export function addressLines({ control, view }: Dashboard["addresses"]): string {
  return `dashboard: ${control}\n  to look: ${view}\n`;
}

/** A page beside a run. */
export class LivePage {
  private constructor(
    private readonly dashboard: Dashboard,
    private readonly shelf: RunShelf,
    readonly control: RunControl,
    private readonly ending: AbortController,
  ) {}

  /** @throws EnvironmentFault (98) where the page cannot be served */
  static async open({ port, host }: LiveAddress, command: string): Promise<LivePage> {
    const control = new RunControl();
    const ending = new AbortController();
    const shelf = new RunShelf();
    const watched = { control, stop: () => ending.abort(), command };
    const secret = secretOf(process.env);
    const options = { host, secret, store: shelf, watched };
    const dashboard = await Dashboard.start({ ...options, port: port ?? USUAL_PORT }).catch(
      (error: unknown) => {
        // Nobody asked for the usual port: another run may have it.
        if (port !== undefined || !(error instanceof EnvironmentFault)) throw error;
        return Dashboard.start({ ...options, port: 0 });
      },
    );
    return new LivePage(dashboard, shelf, control, ending);
  }

  get addresses(): Dashboard["addresses"] {
    return this.dashboard.addresses;
  }

  get observer() {
    return this.dashboard.observer;
  }

  /** Aborted when a viewer stops the run. */
  get stopped(): AbortSignal {
    return this.ending.signal;
  }

  get timeline(): TimelineJson {
    return this.dashboard.timeline;
  }

  /** The run has ended: those who watch get its result, and the page stays until they leave. */
  async stay(
    record: RunRecord,
    timeline: TimelineJson | undefined,
    say: (text: string) => void,
    leave: AbortSignal,
  ): Promise<void> {
    this.shelf.put(RESULT, fioJson(record, "json+", timeline));
    this.dashboard.finished(RESULT, record.interrupted);
    const { viewers } = this.dashboard;
    if (viewers > 0 && !leave.aborted) {
      say(`the page stays while somebody looks (${viewers} now); Ctrl-C ends it\n`);
      const left = new Promise((resolve) => leave.addEventListener("abort", resolve));
      await Promise.race([this.dashboard.whenLeft(), left]);
    }
    this.close();
  }

  close(): void {
    this.dashboard.close();
  }
}
