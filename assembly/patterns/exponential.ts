/** Exponential draws, for the gaps of a Poisson process, without the tables of std's logarithm. */
import { random32 } from "./random";

const LN2: f64 = 0.6931471805599453;
const SQRT_HALF: f64 = 0.7071067811865476;

/** Natural logarithm of a normal number above 0, to about 1e-13. */
@inline
function ln(value: f64): f64 {
  const bits = reinterpret<u64>(value);
  // value = mantissa * 2^exponent, mantissa in [1/2, 1), then in [sqrt(1/2), sqrt(2)).
  let exponent = <f64>(<i32>(bits >> 52) - 1022);
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3fe0000000000000);
  if (mantissa < SQRT_HALF) {
    mantissa *= 2;
    exponent -= 1;
  }
  // ln m = 2 artanh s, s = (m - 1) / (m + 1), |s| < 0.172: the series up to s^13.
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  const tail = 1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13)));
  const series = 1 + z * (1.0 / 3 + z * (1.0 / 5 + z * tail));
  return exponent * LN2 + 2 * s * series;
}

/** Exponential with mean 1: -ln of a uniform draw from (0, 1], so from 0 to 22.9. */
export function exponential(actor: usize): f64 {
  return -ln((<f64>random32(actor) + 0.5) * (1.0 / 4294967296));
}
