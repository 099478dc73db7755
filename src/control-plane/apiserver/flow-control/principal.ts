// Senders of requests as one apiserver has come to know them. What it has found out about a sender
// once is kept with it.
import type { Caller } from '../../../client/api-call.js';
import { PerCaller } from '../../../client/per-caller.js';
import type { SimTime } from '../../../kernel/time.js';
import type { UserInfo } from './matching.js';

export interface Principal extends UserInfo {
  /** Which subjects of the FlowSchemas the sender is; -1: not looked at yet. */
  subjectClass: number;
  /** The queues that it was dealt, by flow, where flows are told apart by user. */
  readonly hands: (Int32Array | undefined)[];
  readonly isServiceAccount: boolean;
  /** Its token is believed without a look until then. */
  tokenTrustedUntilUs: SimTime;
}

/** By sender. All operations O(1) but for those that forget. */
export class Principals {
  readonly #known = new PerCaller<Principal>();

  of(caller: Caller): Principal {
    let principal = this.#known.get(caller);
    if (principal === undefined) {
      const { user, groups } = caller;
      const isServiceAccount = groups.includes('system:serviceaccounts');
      principal = {
        user,
        groups,
        subjectClass: -1,
        hands: [],
        isServiceAccount,
        tokenTrustedUntilUs: 0,
      };
      this.#known.set(caller, principal);
    }
    return principal;
  }

  /** The server has been started anew. */
  forgetAll(): void {
    this.#known.clear();
  }

  /** The FlowSchemas have changed: everybody is looked at anew. */
  forgetFlows(): void {
    for (const principal of this.#known.values) {
      principal.subjectClass = -1;
      principal.hands.length = 0;
    }
  }
}
