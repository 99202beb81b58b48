import {
  ACTOR_BUFFER_VPN,
  ACTOR_MM,
  ACTOR_PAGES,
  GUP_TEST_CALLS,
} from "../assembly/shared/actor_layout.ts";
import { FOLL_WRITE } from "../assembly/shared/codes.ts";
import type { Runner, Spent, Subject } from "./subject.ts";
import { wallNs } from "./time.ts";

/** Pins of each address before anything is given back, so that a clock read weighs little. */
const DEEP = 4;

/**
 * pin_user_pages_fast() or unpin_user_pages() alone, without the ledger around them: the other of
 * the two is called as often, outside the time that counts.
 */
export class GupAlone implements Runner {
  constructor(
    private readonly subject: Subject,
    private readonly pagesPerCall: number,
    private readonly timed: "pin" | "unpin",
  ) {}

  run(calls: number): Promise<Spent> {
    let spentNs = 0;
    for (let done = 0; done < calls; done += GUP_TEST_CALLS * DEEP) {
      const begin = wallNs();
      this.each((mm, vpn, pages) => {
        const { core, cpu } = this.subject;
        const got = core.pinUserPagesFast(cpu, mm, vpn, this.pagesPerCall, FOLL_WRITE, pages);
        if (got !== this.pagesPerCall) throw new Error(`a call pinned ${got} pages`);
      });
      const pinned = wallNs();
      this.each((_mm, _vpn, pages) => {
        this.subject.core.unpinUserPages(this.subject.cpu, pages, this.pagesPerCall);
      });
      spentNs += this.timed === "pin" ? pinned - begin : wallNs() - pinned;
    }
    return Promise.resolve({ busyNs: spentNs, wallNs: spentNs });
  }

  private each(call: (mm: number, vpn: number, pages: number) => void): void {
    const mm = this.subject.word(ACTOR_MM);
    const vpn = this.subject.word(ACTOR_BUFFER_VPN);
    const pages = this.subject.word(ACTOR_PAGES);
    for (let i = 0; i < GUP_TEST_CALLS * DEEP; i++) {
      const at = (i % GUP_TEST_CALLS) * this.pagesPerCall;
      call(mm, vpn + at, pages + at * 4);
    }
  }
}
