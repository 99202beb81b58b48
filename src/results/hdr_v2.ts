import { deflateSync } from "node:zlib";
import type { LatencyHistogram } from "../machine/histogram.ts";
import { encodeV2, withV2Head } from "./hdr_v2_payload.ts";

/** HdrHistogram's compressed V2 encoding in base64. */
export function encodeV2Base64(histogram: LatencyHistogram): string {
  return Buffer.from(withV2Head(deflateSync(encodeV2(histogram)))).toString("base64");
}
