/** Why bytes are no message of this wire; docs/WIRE.md lists the codes. */
export type WireFaultCode =
  | "truncated"
  | "trailing"
  | "bad-magic"
  | "bad-version"
  | "bad-type"
  | "bad-number"
  | "bad-index"
  | "bad-text"
  | "out-of-order";

/** Bytes that cannot be read; nothing of the message was used. */
export class WireFault extends Error {
  constructor(
    readonly code: WireFaultCode,
    message: string,
  ) {
    super(message);
    this.name = "WireFault";
  }
}
