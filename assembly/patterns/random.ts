/** Chance, from the actor's own state: splitmix64, so that a seed repeats a run's choices. */
import { ACTOR_PRNG } from "../shared/actor_layout.ts";
import { quietLoad64, quietStore64 } from "../memory/quiet";

/** 32 random bits. */
export function random32(actor: usize): u32 {
  const state = quietLoad64(actor + ACTOR_PRNG) + 0x9e3779b97f4a7c15;
  quietStore64(actor + ACTOR_PRNG, state);
  let z = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return <u32>((z ^ (z >> 31)) >> 32);
}

/** Uniform in [0, bound), bound below 2^32 (by multiplication: a bias below 2^-32 a value). */
@inline
export function randomBelow(actor: usize, bound: u32): u32 {
  return <u32>((<u64>random32(actor) * <u64>bound) >> 32);
}
