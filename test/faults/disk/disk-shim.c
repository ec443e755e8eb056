/*
 * A preloaded layer between a process and its disk: makes selected calls on files below DISK_SHIM_ROOT
 * fail or wait, as the shared page DISK_SHIM_CONTROL says, and logs in DISK_SHIM_LOG what was flushed, so
 * that a power cut can be simulated afterwards:
 *
 *   flushed, bytes, path                 so many bytes from the beginning of the file
 *   began, number, offset, bytes, path   a write in place; DISK_SHIM_LOG.number keeps what it replaces
 *   ended, number                        it was flushed too, since the file is open with O_DSYNC
 *   renamed, from, to
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FD_COUNT = 65536, LINE_BYTES = 4352 };
enum { OPEN = 1, WRITE = 2, SYNC = 4, RENAME = 8, CRASH = -1 };

/* The same layout as in disk-shim.ts: eight 32-bit numbers. */
struct control {
  int32_t calls;     /* affected calls: OPEN, WRITE, SYNC, RENAME or several; 0 for none */
  int32_t error;     /* the errno they fail with; 0 if they only wait; CRASH if the process ends */
  int32_t skip;      /* number of calls that pass first */
  int32_t times;     /* number of calls affected then */
  int32_t wait_ms;   /* delay before each affected call */
  int32_t hit_count; /* calls affected so far */
  int32_t unused[2];
};

static struct control nobody, *control = &nobody;
static const char *root, *log_path;
static size_t root_bytes;
static int log_fd = -1;
static char *paths[FD_COUNT], is_synchronous[FD_COUNT];
static unsigned write_count;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_fsync)(int), (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static FILE *(*real_fopen)(const char *, const char *);
static int (*real_fclose)(FILE *);
static size_t (*real_fwrite)(const void *, size_t, size_t, FILE *);

__attribute__((constructor)) static void prepare(void) {
  real_open = dlsym(RTLD_NEXT, "open");
  real_openat = dlsym(RTLD_NEXT, "openat");
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pread = dlsym(RTLD_NEXT, "pread");
  real_pwritev = dlsym(RTLD_NEXT, "pwritev");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_fopen = dlsym(RTLD_NEXT, "fopen");
  real_fclose = dlsym(RTLD_NEXT, "fclose");
  real_fwrite = dlsym(RTLD_NEXT, "fwrite_unlocked");
  const char *control_path = getenv("DISK_SHIM_CONTROL");
  log_path = getenv("DISK_SHIM_LOG");
  root = getenv("DISK_SHIM_ROOT");
  if (root == NULL || control_path == NULL || log_path == NULL) return;
  root_bytes = strlen(root);
  int fd = real_open(control_path, O_RDWR | O_CLOEXEC);
  void *page = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  log_fd = real_open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || page == MAP_FAILED || log_fd < 0) {
    fputs("the disk shim finds no control page or log\n", stderr);
    abort();
  }
  real_close(fd);
  control = page;
}

static int is_ours(const char *path) {
  return root_bytes > 0 && path != NULL && strncmp(path, root, root_bytes) == 0;
}

static char *path_of(int fd) {
  return fd >= 0 && fd < FD_COUNT ? __atomic_load_n(&paths[fd], __ATOMIC_ACQUIRE) : NULL;
}

static void remember(int fd, const char *path) {
  if (fd >= 0 && fd < FD_COUNT) __atomic_store_n(&paths[fd], strdup(path), __ATOMIC_RELEASE);
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
  int before = errno;
  char line[LINE_BYTES];
  va_list rest;
  va_start(rest, format);
  int byte_count = vsnprintf(line, sizeof line, format, rest);
  va_end(rest);
  if (log_fd < 0 || byte_count <= 0 || byte_count >= LINE_BYTES) return;
  ssize_t written = real_write(log_fd, line, (size_t)byte_count);
  if (written != byte_count) abort();
  errno = before;
}

/* Whether a call of this kind must fail now; if so, errno is set. */
static int fails(int call) {
  if ((__atomic_load_n(&control->calls, __ATOMIC_ACQUIRE) & call) == 0) return 0;
  if (__atomic_sub_fetch(&control->skip, 1, __ATOMIC_ACQ_REL) >= 0) return 0;
  if (__atomic_sub_fetch(&control->times, 1, __ATOMIC_ACQ_REL) < 0) return 0;
  __atomic_add_fetch(&control->hit_count, 1, __ATOMIC_ACQ_REL);
  if (control->wait_ms > 0) {
    struct timespec time = {control->wait_ms / 1000, (control->wait_ms % 1000) * 1000000L};
    nanosleep(&time, NULL);
  }
  if (control->error == 0) return 0;
  if (control->error == CRASH) kill(getpid(), SIGKILL);
  errno = control->error;
  return 1;
}

/* With O_DSYNC each write is a flush too. Nothing of a truncated file is flushed any more. */
static int opened(int fd, const char *path, int flags) {
  if (fd < 0) return fd;
  remember(fd, path);
  if (fd < FD_COUNT) __atomic_store_n(&is_synchronous[fd], (flags & O_DSYNC) != 0, __ATOMIC_RELEASE);
  if ((flags & O_TRUNC) != 0) note("flushed\t0\t%s\n", path);
  return fd;
}

/* The mode is there only if a file may be created. */
#define TAKE_MODE(mode, flags) \
  va_list rest;                \
  va_start(rest, flags);       \
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0; \
  va_end(rest)

int open(const char *path, int flags, ...) {
  TAKE_MODE(mode, flags);
  if (!is_ours(path)) return real_open(path, flags, mode);
  return fails(OPEN) ? -1 : opened(real_open(path, flags, mode), path, flags);
}

int open64(const char *path, int flags, ...) {
  TAKE_MODE(mode, flags);
  return open(path, flags | O_LARGEFILE, mode);
}

int openat(int directory, const char *path, int flags, ...) {
  TAKE_MODE(mode, flags);
  if (!is_ours(path)) return real_openat(directory, path, flags, mode);
  return fails(OPEN) ? -1 : opened(real_openat(directory, path, flags, mode), path, flags);
}

static void forget(int fd) {
  if (fd >= 0 && fd < FD_COUNT) free(__atomic_exchange_n(&paths[fd], NULL, __ATOMIC_ACQ_REL));
}

int close(int fd) {
  forget(fd);
  return real_close(fd);
}

/* LevelDB writes its files through stdio, whose internal calls do not pass here. */
FILE *fopen(const char *path, const char *mode) {
  if (!is_ours(path)) return real_fopen(path, mode);
  if (fails(OPEN)) return NULL;
  FILE *file = real_fopen(path, mode);
  if (file != NULL) remember(fileno(file), path);
  return file;
}

FILE *fopen64(const char *path, const char *mode) { return fopen(path, mode); }

int fclose(FILE *file) {
  forget(fileno(file));
  return real_fclose(file);
}

/* A failing write has written half: a full or broken disk leaves partial data. */
ssize_t write(int fd, const void *bytes, size_t count) {
  if (path_of(fd) == NULL || !fails(WRITE)) return real_write(fd, bytes, count);
  int error = errno;
  if (real_write(fd, bytes, count / 2) < 0) return -1;
  errno = error;
  return -1;
}

/* In parentheses, since it is a macro too. */
size_t (fwrite_unlocked)(const void *bytes, size_t size, size_t count, FILE *file) {
  if (path_of(fileno(file)) == NULL || !fails(WRITE)) return real_fwrite(bytes, size, count, file);
  int error = errno;
  size_t written = real_fwrite(bytes, 1, size * count / 2, file);
  errno = error;
  return size == 0 ? 0 : written / size;
}

/*
 * Keeps the old bytes that a write is about to replace, in a file beside the log, and logs that the write
 * began. Returns its number.
 */
static unsigned begin(int fd, const char *path, size_t count, off_t offset) {
  unsigned number = __atomic_add_fetch(&write_count, 1, __ATOMIC_ACQ_REL);
  char kept_path[LINE_BYTES];
  snprintf(kept_path, sizeof kept_path, "%s.%d-%u", log_path, getpid(), number);
  int kept = real_open(kept_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  char *bytes = malloc(count);
  ssize_t length = bytes == NULL ? -1 : real_pread(fd, bytes, count, offset);
  if (kept < 0 || length < 0 || real_write(kept, bytes, (size_t)length) != length) abort();
  free(bytes);
  real_close(kept);
  note("began\t%d-%u\t%lld\t%zu\t%s\n", getpid(), number, (long long)offset, count, path);
  return number;
}

/* The write is on the disk, so its old bytes are needed no more. */
static void end(unsigned number) {
  note("ended\t%d-%u\n", getpid(), number);
  char kept_path[LINE_BYTES];
  snprintf(kept_path, sizeof kept_path, "%s.%d-%u", log_path, getpid(), number);
  unlink(kept_path);
}

static void write_half(int fd, const struct iovec *parts, int count, size_t total, off_t offset) {
  int error = errno;
  size_t left = total / 2;
  for (int at = 0; at < count && left > 0; at++) {
    struct iovec part = parts[at];
    if (part.iov_len > left) part.iov_len = left;
    if (real_pwritev(fd, &part, 1, offset) < 0) break;
    offset += (off_t)part.iov_len;
    left -= part.iov_len;
  }
  errno = error;
}

/* A write that flushes too fails before it with half of it written, or in its flush with all of it written. */
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  const char *path = path_of(fd);
  if (path == NULL) return real_pwritev(fd, parts, count, offset);
  int is_flushed = __atomic_load_n(&is_synchronous[fd], __ATOMIC_ACQUIRE);
  size_t total = 0;
  for (int at = 0; at < count; at++) total += parts[at].iov_len;
  struct stat before;
  int is_in_place = fstat(fd, &before) == 0 && offset < before.st_size;
  unsigned number = is_in_place ? begin(fd, path, total, offset) : 0;
  if (fails(WRITE)) {
    write_half(fd, parts, count, total, offset);
    return -1;
  }
  ssize_t written = real_pwritev(fd, parts, count, offset);
  if (!is_flushed || written < 0) return written;
  if (fails(SYNC)) return -1;
  if (is_in_place) end(number);
  return written;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev(fd, parts, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  struct iovec part = {(void *)bytes, count};
  return pwritev(fd, &part, 1, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) {
  return pwrite(fd, bytes, count, offset);
}

/* A flush covers only the data that was there before it began. */
static int flush(int fd, int (*real)(int)) {
  const char *path = path_of(fd);
  if (path == NULL) return real(fd);
  struct stat before;
  if (fstat(fd, &before) != 0) return -1;
  if (fails(SYNC)) return -1;
  int result = real(fd);
  long long bytes = S_ISREG(before.st_mode) ? (long long)before.st_size : -1;
  if (result == 0) note("flushed\t%lld\t%s\n", bytes, path);
  return result;
}

int fsync(int fd) { return flush(fd, real_fsync); }
int fdatasync(int fd) { return flush(fd, real_fdatasync); }

/* An open file keeps its place in the log under its new name. Another thread may still read the old one. */
static void rename_open(const char *from, const char *to) {
  for (int fd = 0; fd < FD_COUNT; fd++) {
    const char *path = path_of(fd);
    if (path != NULL && strcmp(path, from) == 0) remember(fd, to);
  }
}

int rename(const char *from, const char *to) {
  if (is_ours(from) && fails(RENAME)) return -1;
  int result = real_rename(from, to);
  if (result != 0 || !is_ours(from)) return result;
  rename_open(from, to);
  note("renamed\t%s\t%s\n", from, to);
  return result;
}
