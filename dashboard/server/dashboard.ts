import type { RunControl } from "../../src/executors/control.ts";
import type { ObservedRun, RunObserver } from "../../src/executors/threads/run_threads.ts";
import { randomToken } from "../../src/machine/prng.ts";
import type { TimelineJson } from "../../src/results/pinlab_json.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";
import { makeTokens, nameToType } from "./access.ts";
import { DashboardServer } from "./http_server.ts";
import { Hub } from "./hub.ts";
import { Totals } from "./metrics.ts";
import { readPage } from "./page.ts";
import { runInfo } from "./run_facts.ts";
import type { RunStore } from "./run_store.ts";
import { Sampler } from "./sampler.ts";
import { timelineJson } from "./timeline_json.ts";

export interface DashboardOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** undefined: this machine alone. */
  readonly host: string | undefined;
  /** From which both tokens follow; undefined: they are drawn. */
  readonly secret: string | undefined;
  readonly store: RunStore;
  /** The run that is watched; undefined: only finished ones are shown. */
  readonly watched: WatchedRun | undefined;
}

export interface WatchedRun {
  readonly control: RunControl;
  readonly stop: () => void;
  /** The line that repeats it. */
  readonly command: string;
}

/** A page over a run or over finished runs, and all who look at it. */
export class Dashboard {
  private readonly totals = new Totals();
  private readonly hub: Hub;
  private readonly server: DashboardServer;
  private readonly tokens;
  private readonly sampler: Sampler;
  private port = 0;

  private constructor(private readonly options: DashboardOptions) {
    const { watched, store, host, secret } = options;
    this.tokens = makeTokens(secret);
    this.hub = new Hub(
      watched && { change: (change) => watched.control.change(change), stop: watched.stop },
    );
    this.sampler = new Sampler(
      (frame) => {
        this.totals.add(frame);
        this.hub.add(frame);
      },
      () => watched?.control.state,
    );
    const { hub, totals, tokens } = this;
    const metrics = () => totals.text(hub.run, hub.count, hub.coalesced);
    this.server = new DashboardServer({ tokens, page: readPage(), store, hub, metrics, host });
  }

  /** @throws EnvironmentFault (98) where it cannot listen */
  static async start(options: DashboardOptions): Promise<Dashboard> {
    const dashboard = new Dashboard(options);
    try {
      await dashboard.listen();
      return dashboard;
    } catch (error) {
      dashboard.close();
      throw listenFault(options, error as NodeJS.ErrnoException);
    }
  }

  /** To be given to the run. */
  get observer(): RunObserver {
    const { sampler, hub, options } = this;
    return {
      began: (run: ObservedRun) => {
        hub.run = runInfo(run, randomToken(), options.watched?.command ?? "");
        sampler.began(run);
      },
      looked: (progress, ended) => sampler.looked(progress, ended),
      changed: (change) => sampler.changed(change),
    };
  }

  /** What the run did over time so far, as a result keeps it. */
  get timeline(): TimelineJson {
    return timelineJson(this.hub.timeline.frames());
  }

  get addresses(): { readonly control: string; readonly view: string } {
    const place = `http://${nameToType(this.options.host)}:${this.port}/`;
    return {
      control: `${place}#token=${this.tokens.control}`,
      view: `${place}#token=${this.tokens.view}`,
    };
  }

  get viewers(): number {
    return this.hub.count;
  }

  /** Tells that the run has ended, and under which name its result can be had. */
  finished(result: string, interrupted: boolean): void {
    this.sampler.finished(result, interrupted);
  }

  whenLeft(): Promise<void> {
    return this.hub.whenLeft();
  }

  close(): void {
    this.hub.close();
    this.server.close();
  }

  private async listen(): Promise<void> {
    const { host, port } = this.options;
    this.port = await this.server.listen(host ?? "127.0.0.1", port);
    if (host !== undefined) return;
    // Browsers may try the sixth version of localhost first; a machine may have none.
    await this.server.listen("::1", this.port).catch(() => {});
  }
}

function listenFault({ host, port }: DashboardOptions, { code, message }: NodeJS.ErrnoException) {
  const where = `${host ?? "127.0.0.1"}:${port}`;
  const reason = LISTEN_REASONS[code ?? ""] ?? code ?? message;
  return new EnvironmentFault(`the dashboard cannot listen on ${where}: ${reason}`, 98);
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there; name another port",
  EADDRNOTAVAIL: "this machine has no such address; name one of its own, or 0.0.0.0 for all",
  EACCES: "this port is for root; name one above 1023",
  ENOTFOUND: "no such name is known; name an address of this machine",
};
