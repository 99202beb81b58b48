/**
 * `refcount`: pins are plain references and put_user_page() is put_page(), as in the placeholder
 * patches before 2019. Nobody can tell a pin from any other reference: the test answers "unknown".
 */
import { PIN_UNKNOWN } from "../shared/codes.ts";
import { getFolio, putFolio } from "../mm/folio";

@inline
export function refcountGrabHeld(cpu: usize, folio: usize, pins: u32): void {
  getFolio(cpu, folio, pins);
}

@inline
export function refcountRelease(cpu: usize, folio: usize, pins: u32): void {
  putFolio(cpu, folio, pins);
}

@inline
export function refcountTest(): u32 {
  return PIN_UNKNOWN;
}
