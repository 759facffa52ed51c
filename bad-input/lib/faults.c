// Preloaded into a broker: what the machine does to it, told by files that come and go while it runs.
//   $FAULTS/clock      seconds that the wall clock is off by
//   $FAULTS/write      an errno; writes to files below $FAULTS_PATH fail with it
//   $FAULTS/sync       an errno; so do fsync and fdatasync
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, #name)

static long told(const char *name) {
  const char *folder = getenv("FAULTS");
  char path[PATH_MAX], text[32];
  if (!folder) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int saved = errno, fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) { errno = saved; return 0; }
  ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  errno = saved;
  if (size <= 0) return 0;
  text[size] = 0;
  return atol(text);
}

static int fails(int fd, const char *name) {
  long error = told(name);
  const char *below = getenv("FAULTS_PATH");
  if (!error || !below) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return 0;
  path[size] = 0;
  if (strncmp(path, below, strlen(below)) != 0) return 0;
  errno = (int)error;
  return 1;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  REAL(clock_gettime);
  int result = real(clock, time);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += told("clock");
  return result;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  REAL(gettimeofday);
  int result = real(time, zone);
  time->tv_sec += told("clock");
  return result;
}
ssize_t write(int fd, const void *bytes, size_t size) {
  REAL(write);
  return fails(fd, "write") ? -1 : real(fd, bytes, size);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  REAL(pwrite);
  return fails(fd, "write") ? -1 : real(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  REAL(pwrite64);
  return fails(fd, "write") ? -1 : real(fd, bytes, size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  return fails(fd, "write") ? -1 : real(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  REAL(pwritev);
  return fails(fd, "write") ? -1 : real(fd, parts, count, at);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  REAL(pwritev64);
  return fails(fd, "write") ? -1 : real(fd, parts, count, at);
}
int fsync(int fd) {
  REAL(fsync);
  return fails(fd, "sync") ? -1 : real(fd);
}
int fdatasync(int fd) {
  REAL(fdatasync);
  return fails(fd, "sync") ? -1 : real(fd);
}
