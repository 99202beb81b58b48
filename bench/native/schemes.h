/* Folio references and the five counts: assembly/mm/folio.ts and assembly/pins/ in C. */
#ifndef SCHEMES_H
#define SCHEMES_H

#include "arena.h"

/* The parameter words, read at the start of each call as a C programmer would. */
struct parameters {
  u32 scheme, bias, rules;
  addr mem_map, side_table, zero_page;
};

INLINE struct parameters read_parameters(ARENA) {
  return (struct parameters){
      .scheme = quiet_load32(arena, PARAM_SCHEME),
      .bias = quiet_load32(arena, PARAM_BIAS),
      .rules = quiet_load32(arena, PARAM_RULES),
      .mem_map = quiet_load32(arena, PARAM_MEM_MAP),
      .side_table = quiet_load32(arena, PARAM_SIDE_TABLE),
      .zero_page = quiet_load32(arena, PARAM_ZERO_PAGE),
  };
}

INLINE addr compound_head(ARENA, addr page) {
  u32 head = load_relaxed32(arena, page + PAGE_COMPOUND_HEAD);
  return head & 1 ? head - 1 : page;
}

INLINE int is_large(ARENA, addr folio) {
  return (load_relaxed32(arena, folio + PAGE_FLAGS) & PG_HEAD) != 0;
}

INLINE int add_unless_not_positive(ARENA, addr a, u32 references) {
  u32 seen = load_relaxed32(arena, a);
  while ((i32)seen > 0) {
    if (compare_exchange32(arena, a, &seen, seen + references)) return 1;
  }
  if ((i32)seen < 0) not_twinned("a reference count has overflowed");
  return 0;
}

INLINE void put_folio(ARENA, addr folio, u32 references) {
  u32 before = fetch_sub32(arena, folio + PAGE_REFCOUNT, references);
  if (before <= references) not_twinned("a folio lost its last reference");
}

INLINE addr try_get_folio(ARENA, addr page, u32 references) {
  for (;;) {
    addr folio = compound_head(arena, page);
    if (!add_unless_not_positive(arena, folio + PAGE_REFCOUNT, references)) return 0;
    if (compound_head(arena, page) == folio) return folio;
    put_folio(arena, folio, references);
  }
}

INLINE int bias_fits(u32 pins, u32 bias) { return (u64)pins * bias <= 0x7fffffff; }

INLINE addr side_word(const struct parameters p, addr folio) {
  return p.side_table + ((folio - p.mem_map) >> (PAGE_STRUCT_SHIFT - 2));
}

INLINE addr hybrid_grab(ARENA, addr page, u32 pins, u32 bias) {
  addr folio = try_get_folio(arena, page, pins);
  if (!folio) return 0;
  if (is_large(arena, folio)) add_void32(arena, folio + FOLIO_PINCOUNT, pins);
  else add_void32(arena, folio + PAGE_REFCOUNT, pins * (bias - 1));
  return folio;
}

INLINE addr grab_and_count(ARENA, const struct parameters p, addr page, u32 pins) {
  addr folio = try_get_folio(arena, page, pins);
  if (!folio) return 0;
  if (p.scheme == SCHEME_EXACT) add_void32(arena, folio + PAGE_EXACT_PINS, pins);
  else add_void32(arena, side_word(p, folio), pins);
  return folio;
}

INLINE addr grab_fast(ARENA, const struct parameters p, addr page, u32 pins) {
  switch (p.scheme) {
    case SCHEME_BIAS:
      return bias_fits(pins, p.bias) ? try_get_folio(arena, page, pins * p.bias) : 0;
    case SCHEME_HYBRID: return hybrid_grab(arena, page, pins, p.bias);
    case SCHEME_EXACT:
    case SCHEME_EXACT_SIDE: return grab_and_count(arena, p, page, pins);
    default: return try_get_folio(arena, page, pins);
  }
}

INLINE void release_pins(ARENA, const struct parameters p, addr folio, u32 pins) {
  u32 references = pins;
  switch (p.scheme) {
    case SCHEME_BIAS: references = pins * p.bias; break;
    case SCHEME_HYBRID:
      if (is_large(arena, folio)) add_void32(arena, folio + FOLIO_PINCOUNT, -pins);
      else references = pins * p.bias;
      break;
    case SCHEME_EXACT: add_void32(arena, folio + PAGE_EXACT_PINS, -pins); break;
    case SCHEME_EXACT_SIDE: add_void32(arena, side_word(p, folio), -pins); break;
    default: break;
  }
  put_folio(arena, folio, references);
}

#endif
