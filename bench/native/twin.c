/*
 * The C twin of the native core: does what a gup_test actor does, on a copy of the same machine.
 *
 *   twin IMAGE BYTES CPU    reads the image of the machine into its own memory, then obeys lines:
 *     run CALLS             makes so many calls; answers "CPU-NS WALL-NS"
 *     dump FILE             writes the memory to the file; answers "ok"
 *
 * layout.h is generated from assembly/shared at benchmark time.
 */
#define _GNU_SOURCE
#include "layout.h"

#include "gup_test.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static u64 clock_ns(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now)) fail("clock_gettime");
  return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

/* Anonymous memory, as V8 allocates it; what is zero in the image stays untouched. */
static char *read_image(const char *path, size_t bytes) {
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  int file = open(path, O_RDONLY);
  if (memory == MAP_FAILED || file < 0) fail(path);
  static char page[PAGE_BYTES];
  static const char zeros[PAGE_BYTES];
  for (size_t at = 0; at < bytes; at += PAGE_BYTES) {
    if (pread(file, page, PAGE_BYTES, (off_t)at) != PAGE_BYTES) fail("pread");
    if (memcmp(page, zeros, PAGE_BYTES)) memcpy(memory + at, page, PAGE_BYTES);
  }
  close(file);
  return memory;
}

static void dump(const char *memory, size_t bytes, const char *path) {
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(memory, 1, bytes, file) != bytes || fclose(file)) fail(path);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: twin IMAGE BYTES CPU\n");
    return 2;
  }
  const size_t bytes = strtoull(argv[2], NULL, 10);
  const addr cpu = strtoull(argv[3], NULL, 10);
  char *const arena = read_image(argv[1], bytes);
  /* The host's part: the actor is told to run. */
  quiet_store32(arena, cpu + CPU_ACTOR + ACTOR_COMMAND, COMMAND_RUN);
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (!strncmp(line, "run ", 4)) {
      const u64 wall = clock_ns(CLOCK_MONOTONIC);
      const u64 busy = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
      run_gup_test(arena, cpu, (u32)strtoul(line + 4, NULL, 10));
      const u64 spent = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - busy;
      printf("%" PRIu64 " %" PRIu64 "\n", spent, clock_ns(CLOCK_MONOTONIC) - wall);
    } else if (!strncmp(line, "dump ", 5)) {
      dump(arena, bytes, line + 5);
      puts("ok");
    } else {
      fprintf(stderr, "twin: what is \"%s\"?\n", line);
      return 2;
    }
    fflush(stdout);
  }
  return 0;
}
