/* pin_user_pages_fast() and unpin_user_pages(): assembly/gup/ in C. */
#ifndef GUP_H
#define GUP_H

#include "schemes.h"

#define PUBLIC_FLAGS                                                                          \
  (FOLL_WRITE | FOLL_GET | FOLL_FORCE | FOLL_NOFAULT | FOLL_LONGTERM | FOLL_PIN | FOLL_FAST_ONLY)

INLINE addr entry_table(u64 entry) { return entry & ~(u64)(PAGE_BYTES - 1); }
INLINE u32 entry_pfn(u64 entry) { return (u32)(entry >> PAGE_SHIFT); }

INLINE addr entry_address(addr table, u32 vpn, u32 shift) {
  return table + ((addr)((vpn >> shift) & (PTRS_PER_TABLE - 1)) << PTE_SHIFT);
}

INLINE u64 needed_bits(u32 flags) {
  return PTE_PRESENT | PTE_USER | (flags & FOLL_WRITE ? PTE_RW : 0);
}

INLINE int has_file_rule(const struct parameters p, u32 flags) {
  const u32 bits = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;
  return (flags & bits) == bits && p.rules >= RULES_6_13;
}

INLINE int is_allowed(ARENA, addr folio) {
  return (load_relaxed32(arena, folio + PAGE_MAPPING) & PAGE_MAPPING_ANON) != 0;
}

INLINE int must_unshare(ARENA, const struct parameters p, u64 entry, u32 flags, addr page) {
  if (entry & PTE_RW || !(flags & FOLL_PIN) || p.rules < RULES_6_13) return 0;
  return (load_relaxed32(arena, page + PAGE_FLAGS) & PG_ANON_EXCLUSIVE) == 0;
}

static u32 walk_ptes(ARENA, const struct parameters p, addr pmd, u64 pmd_seen, u32 vpn, u32 end,
                     u32 flags, addr into) {
  const u64 needed = needed_bits(flags);
  const int file_rule = has_file_rule(p, flags);
  const addr first = entry_address(entry_table(pmd_seen), vpn, 0);
  const addr last = first + (addr)(end - vpn) * PTE_BYTES;
  addr pte = first;
  for (; pte < last; pte += PTE_BYTES, into += 4) {
    const u64 entry = load_relaxed64(arena, pte);
    if ((entry & (needed | PTE_SPECIAL)) != needed) break;
    const addr page = p.mem_map + ((addr)entry_pfn(entry) << PAGE_STRUCT_SHIFT);
    const addr folio =
        flags & FOLL_PIN ? grab_fast(arena, p, page, 1) : try_get_folio(arena, page, 1);
    if (!folio) break;
    if (load_acquire64(arena, pmd) != pmd_seen || load_acquire64(arena, pte) != entry ||
        (file_rule && !is_allowed(arena, folio)) || must_unshare(arena, p, entry, flags, page))
      not_twinned("a recheck refused a page");
    or_void32(arena, folio + PAGE_FLAGS, PG_REFERENCED);
    quiet_store32(arena, into, (u32)page);
  }
  return (u32)((pte - first) >> PTE_SHIFT);
}

static u32 walk_leaf(ARENA, const struct parameters p, addr pmd, u64 entry, u32 vpn, u32 end,
                     u32 flags, addr pages) {
  const u64 needed = needed_bits(flags);
  if ((entry & (needed | PTE_SPECIAL)) != needed) return 0;
  const u32 count = end - vpn;
  const addr page =
      p.mem_map + ((addr)(entry_pfn(entry) + (vpn & (PTRS_PER_TABLE - 1))) << PAGE_STRUCT_SHIFT);
  const addr folio =
      flags & FOLL_PIN ? grab_fast(arena, p, page, count) : try_get_folio(arena, page, count);
  if (!folio) return 0;
  if (load_acquire64(arena, pmd) != entry ||
      (has_file_rule(p, flags) && !is_allowed(arena, folio)) ||
      must_unshare(arena, p, entry, flags, folio))
    not_twinned("a recheck refused a huge page");
  or_void32(arena, folio + PAGE_FLAGS, PG_REFERENCED);
  for (u32 i = 0; i < count; i++) {
    quiet_store32(arena, pages + (addr)i * 4, (u32)(page + (addr)i * PAGE_STRUCT_BYTES));
  }
  return count;
}

static u32 walk(ARENA, const struct parameters p, addr mm, u32 start, u32 count, u32 flags,
                addr pages) {
  const addr pgd = load_relaxed32(arena, mm + MM_PGD);
  const u32 end = start + count;
  u32 vpn = start;
  while (vpn < end) {
    const u64 upper = load_relaxed64(arena, entry_address(pgd, vpn, PGD_VPN_SHIFT));
    if (!(upper & PTE_PRESENT)) break;
    const addr pmd = entry_address(entry_table(upper), vpn, PMD_VPN_SHIFT);
    const u64 entry = load_relaxed64(arena, pmd);
    u32 next = (vpn | (PTRS_PER_TABLE - 1)) + 1;
    if (next > end) next = end;
    const addr into = pages + ((addr)(vpn - start) << 2);
    u32 got = 0;
    if (entry & PTE_PSE) got = walk_leaf(arena, p, pmd, entry, vpn, next, flags, into);
    else if (entry & PTE_PRESENT) got = walk_ptes(arena, p, pmd, entry, vpn, next, flags, into);
    vpn += got;
    if (vpn != next) break;
  }
  return vpn - start;
}

INLINE u32 gup_fast(ARENA, addr cpu, addr mm, u32 start, u32 count, u32 flags, addr pages) {
  u32 sequence = 0;
  if (flags & FOLL_PIN) {
    sequence = load_acquire32(arena, mm + MM_WRITE_PROTECT_SEQ);
    if (sequence & 1) not_twinned("a fork is running");
  }
  store_full32(arena, cpu + CPU_IRQ_OFF, 1);
  const u32 got = walk(arena, read_parameters(arena), mm, start, count, flags, pages);
  store_relaxed32(arena, cpu + CPU_IRQ_OFF, 0);
  if (flags & FOLL_PIN) {
    count_vmstat(arena, cpu, NR_FOLL_PIN_ACQUIRED, got);
    if (load_acquire32(arena, mm + MM_WRITE_PROTECT_SEQ) != sequence) not_twinned("a fork passed");
  }
  return got;
}

INLINE i32 pin_user_pages_fast(ARENA, addr cpu, addr mm, u32 start, u32 count, u32 flags,
                               addr pages) {
  if (flags & FOLL_GET) not_twinned("flags that make no sense");
  flags |= FOLL_PIN;
  if (flags & ~PUBLIC_FLAGS) not_twinned("flags that make no sense");
  if (count > TASK_SIZE_VPN || start > TASK_SIZE_VPN - count) not_twinned("a range too far up");
  if (count == 0) return 0;
  if (!(load_relaxed32(arena, mm + MM_FLAGS) & MMF_HAS_PINNED))
    or_void32(arena, mm + MM_FLAGS, MMF_HAS_PINNED);
  const u32 got = gup_fast(arena, cpu, mm, start, count, flags, pages);
  count_vmstat(arena, cpu, NR_GUP_FAST_PAGES_REQUESTED, got);
  if (got != count) not_twinned("the fast path fell back to the slow one");
  return (i32)got;
}

static void unpin_user_pages(ARENA, addr cpu, addr pages, u32 count) {
  const struct parameters p = read_parameters(arena);
  const addr end = pages + ((addr)count << 2);
  addr at = pages;
  u32 returned = 0;
  while (at < end) {
    const addr folio = compound_head(arena, quiet_load32(arena, at));
    u32 run = 1;
    at += 4;
    while (at < end && compound_head(arena, quiet_load32(arena, at)) == folio) {
      run++;
      at += 4;
    }
    if (folio == p.zero_page && p.rules >= RULES_6_13) continue;
    returned += run;
    release_pins(arena, p, folio, run);
  }
  count_vmstat(arena, cpu, NR_FOLL_PIN_RELEASED, returned);
  count_vmstat(arena, cpu, NR_GUP_PAGES_RETURNED, count);
}

#endif
