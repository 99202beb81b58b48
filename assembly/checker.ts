/** What the traced build exports beside index.ts: the checker's way back. */
export { markPlace, poke, settle, settleFrames, undoTo } from "./memory/journal";
