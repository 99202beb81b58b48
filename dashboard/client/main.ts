import type { RunList } from "../../src/stream/run_list.ts";
import { App } from "./app.ts";
import { drawn } from "./chance.ts";
import { Connection } from "./connection.ts";
import type { RunModel } from "./run_model.ts";
import { followSystem } from "./theme.ts";
import "./style.css";

/** Where the page starts: with results inside (a report), or with a server behind it. */

const TOKEN = "pinlab-token";
const inside = document.getElementById("pinlab-data")?.textContent?.trim() ?? "";

followSystem();
if (inside !== "") startReport(inside);
else startServed();

/** Results that the page brings with it. */
function startReport(data: string): void {
  const results = JSON.parse(data) as unknown[];
  const texts = new Map(results.map((result, i) => [`result ${i + 1}`, JSON.stringify(result)]));
  const nothing = { kind: "error", code: "no-run", reason: "this is a report" } as const;
  const app = new App({
    source: undefined,
    turn: () => Promise.resolve(nothing),
    stop: () => Promise.resolve(nothing),
    resultOf: (model) => Promise.resolve(texts.get(model.info.id)),
  });
  const models = [...texts].flatMap(([id, text]) => app.history.add(id, text) ?? []);
  app.show(models[0], false);
}

/** The token stands in the address once; then the tab keeps it and the address forgets it. */
function takeToken(): string {
  const [, given] = /^#token=([0-9a-f]+)$/.exec(location.hash) ?? [];
  if (given !== undefined) {
    sessionStorage.setItem(TOKEN, given);
    history.replaceState(null, "", location.pathname);
  }
  return given ?? sessionStorage.getItem(TOKEN) ?? "";
}

function startServed(): void {
  const token = takeToken();
  const ask = async (path: string): Promise<Response> => {
    const response = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
    if (response.ok) return response;
    const { reason } = (await response.json()) as { reason?: string };
    throw new Error(reason ?? `status ${response.status}`);
  };
  const source = {
    list: async () => (await (await ask("/api/runs")).json()) as RunList,
    read: async (id: string) => (await ask(`/api/runs/${encodeURIComponent(id)}`)).text(),
  };
  const app = new App({
    source,
    turn: (change) => connection.ask({ do: "change", change }),
    stop: () => connection.ask({ do: "stop" }),
    resultOf: (model) => resultOf(model, source.read),
  });
  let finished = false;
  let shown: RunModel | undefined;
  const connection = new Connection({
    token,
    drawn,
    changed: (state, reason) => app.setConnection(state, reason),
    run: (model, role) => {
      finished = false;
      shown = model;
      app.showRunning(model, role === "control");
      void app.history.refresh();
    },
    frames: () => {
      app.changed();
      if (finished || shown?.phase !== "done") return;
      finished = true;
      app.setConnection("ended", "");
      void app.history.refresh();
    },
  });
}

/** The result's text, once the server has it. */
async function resultOf(
  model: RunModel,
  read: (id: string) => Promise<string>,
): Promise<string | undefined> {
  const end = model.events.find((event) => event.kind === "finished");
  const id = model.view !== undefined ? model.info.id : end?.result;
  return id === undefined ? undefined : read(id);
}
