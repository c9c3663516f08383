/* The least a copy can do on this machine: lower-bound THREADS SOURCE DESTINATION
 *
 * For each regular file: open, stat, create under a temporary name, read, write, chown, chmod, times,
 * rename. No comparison, no digest, no attributes, no links, no resume, no durability. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static char **stack;
static size_t height, room;
static int busy;
static const char *source, *destination;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void push(char *path) {
  pthread_mutex_lock(&lock);
  if (height == room && !(stack = realloc(stack, (room = room ? 2 * room : 64) * sizeof *stack))) fail("memory");
  stack[height++] = path;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&lock);
}

/* The next directory; NULL when there is none and none can come. */
static char *pop(void) {
  pthread_mutex_lock(&lock);
  while (!height && busy) pthread_cond_wait(&changed, &lock);
  char *path = height ? stack[--height] : NULL;
  if (path) busy++;
  pthread_mutex_unlock(&lock);
  return path;
}

static void done(void) {
  pthread_mutex_lock(&lock);
  if (--busy == 0 && !height) pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void copy_file(int from_dir, int to_dir, const char *name, char *block) {
  char temporary[300];
  struct stat stat;
  snprintf(temporary, sizeof temporary, ".tmp-%.250s", name);
  int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW);
  if (from < 0 || fstat(from, &stat)) fail(name);
  int to = openat(to_dir, temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (to < 0) fail(temporary);
  for (off_t left = stat.st_size; left > 0;) {
    ssize_t count = read(from, block, BLOCK);
    if (count <= 0 || write(to, block, count) != count) fail(name);
    left -= count;
  }
  struct timespec times[2] = {stat.st_atim, stat.st_mtim};
  if (fchown(to, stat.st_uid, stat.st_gid) || fchmod(to, stat.st_mode & 07777) || futimens(to, times)) fail(name);
  close(to);
  if (renameat(to_dir, temporary, to_dir, name)) fail(name);
  close(from);
}

static int open_below(const char *root, const char *path) {
  char whole[8192];
  snprintf(whole, sizeof whole, "%s%s", root, path);
  int fd = open(whole, O_RDONLY | O_DIRECTORY);
  if (fd < 0) fail(whole);
  return fd;
}

static void copy_directory(const char *path, char *block) {
  int from_dir = open_below(source, path), to_dir = open_below(destination, path);
  DIR *listing = fdopendir(dup(from_dir));
  for (struct dirent *entry; (entry = readdir(listing));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    char *child;
    if (entry->d_type == DT_REG) copy_file(from_dir, to_dir, entry->d_name, block);
    if (entry->d_type != DT_DIR) continue;
    if (asprintf(&child, "%s/%s", path, entry->d_name) < 0 || mkdirat(to_dir, entry->d_name, 0700)) fail(entry->d_name);
    push(child);
  }
  closedir(listing);
  close(from_dir);
  close(to_dir);
}

static void *work(void *unused) {
  char *block = malloc(BLOCK);
  for (char *path; (path = pop()); done(), free(path)) copy_directory(path, block);
  free(block);
  return unused;
}

int main(int count, char **arguments) {
  if (count != 4) return fprintf(stderr, "usage: %s THREADS SOURCE DESTINATION\n", arguments[0]), 2;
  int threads = atoi(arguments[1]);
  source = arguments[2], destination = arguments[3];
  pthread_t thread[64];
  push(strdup(""));
  for (int i = 0; i < threads && i < 64; i++) pthread_create(&thread[i], NULL, work, NULL);
  for (int i = 0; i < threads && i < 64; i++) pthread_join(thread[i], NULL);
  return 0;
}
