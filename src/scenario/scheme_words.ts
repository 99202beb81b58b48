import {
  COUNT_NAMES,
  type CountName,
  POLICY_NAMES,
  type PolicyName,
  type PolicyPair,
  SYNC_NAMES,
  type SyncName,
} from "./scenario.ts";

/** The words of the machine that are made of two: a scheme, and what becomes of pinned pages. */

const listed = (names: readonly string[]): string => names.join(", ");

export const SCHEME_FORM =
  `COUNT or COUNT+SYNC; COUNT is one of ${listed(COUNT_NAMES)}, ` +
  `SYNC one of ${listed(SYNC_NAMES)}`;
const POLICIES = listed(POLICY_NAMES);
export const POLICY_FORM = `${POLICIES}, or two of them as BACKGROUND/FSYNC, such as skip/bounce`;

export interface SchemeWord {
  readonly scheme: CountName;
  readonly sync: SyncName;
}

/** `bias`, `mapcount+barrier`. */
export const SCHEME_WORDS: ReadonlyMap<string, SchemeWord> = new Map(
  COUNT_NAMES.flatMap((scheme): [string, SchemeWord][] => [
    [scheme, { scheme, sync: "none" }],
    ...SYNC_NAMES.map((sync): [string, SchemeWord] => [`${scheme}+${sync}`, { scheme, sync }]),
  ]),
);

const pairOf = (background: PolicyName, fsync: PolicyName): PolicyPair => ({ background, fsync });

/** `skip/bounce`; one word alone counts for both. */
export const POLICY_WORDS: ReadonlyMap<string, PolicyPair> = new Map(
  POLICY_NAMES.flatMap((background): [string, PolicyPair][] => [
    [background, pairOf(background, background)],
    ...POLICY_NAMES.map((fsync): [string, PolicyPair] => [
      `${background}/${fsync}`,
      pairOf(background, fsync),
    ]),
  ]),
);
