// A Kafka client that costs next to nothing, so that what is measured is the broker. Loopback only, one thread, no compression.
// Batches are made once and sent over and over; answers are checked for errors, records are not decoded.
//
//   load produce -b PORT -t TOPIC [options]  as fast as it is acknowledged, until -m megabytes of record values or -s seconds
//   load fetch   -b PORT -t TOPIC [options]  from offset 0 to the end; one request in flight a connection, 1 MiB a partition
//   load pace    -b PORT -t TOPIC [options]  -q requests a second for -s seconds, sent when due whether or not answers came:
//                                            latency counts from when a request was due, so a stall is charged to all it delays
//   load calls   -b PORT [options]           ApiVersions as fast as they are answered, for -s seconds
//   load first   -b PORT -t TOPIC            tries until one record is acknowledged; prints the wall clock of that moment
//   load hold    -m MEGABYTES                keeps that memory touched; stdin: "free" gives it back, "take" takes it again, each answered with "ok"
//
//   -p partitions (1)   -c connections (1)   -d requests in flight on each (5)   -r record bytes (1024)   -B batch bytes (1000000)   -a acks (1 or -1)
//
// One line of JSON on stdout. Latencies are in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef uint8_t u8;
typedef int64_t i64;

static int port, partitions = 1, connections = 1, depth = 5, record_bytes = 1024, batch_bytes = 1000000, acks = 1, rate = 1000;
static double megabytes = 1e9, seconds = 1e9;
static const char *topic = "";

static void die(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("load: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  exit(1);
}
static i64 nanos(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static i64 now(void) { return nanos(CLOCK_MONOTONIC); }

// ---- writing requests
typedef struct { u8 *at; size_t size, room; } Bytes;
static u8 *grow(Bytes *b, size_t more) {
  if (b->size + more > b->room) {
    b->room = 2 * (b->size + more) + 64;
    b->at = realloc(b->at, b->room);
    if (!b->at) die("out of memory");
  }
  b->size += more;
  return b->at + b->size - more;
}
static void put(Bytes *b, int width, i64 value) {
  u8 *to = grow(b, width);
  for (int i = width - 1; i >= 0; i--, value >>= 8) to[i] = value;
}
static void put_text(Bytes *b, const char *text) {
  size_t length = strlen(text);
  put(b, 2, length);
  memcpy(grow(b, length), text, length);
}
static void put_varint(Bytes *b, int value) {
  uint32_t zigzag = ((uint32_t)value << 1) ^ (uint32_t)(value >> 31);
  for (; zigzag > 127; zigzag >>= 7) put(b, 1, 128 | (zigzag & 127));
  put(b, 1, zigzag);
}
static int varint_size(int value) {
  Bytes b = {0};
  put_varint(&b, value);
  free(b.at);
  return b.size;
}
static void patch(Bytes *b, size_t where, uint32_t value) {
  for (int i = 3; i >= 0; i--, value >>= 8) b->at[where + i] = value;
}
static void open_request(Bytes *b, int key, int version) {
  b->size = 0;
  put(b, 4, 0);
  put(b, 2, key);
  put(b, 2, version);
  put(b, 4, 7); // correlation id: answers come in order
  put_text(b, "load");
}
static void close_request(Bytes *b) { patch(b, 0, b->size - 4); }

static uint32_t crc32c(const u8 *data, size_t size) {
  static uint32_t table[256];
  for (uint32_t i = 0; !table[255] && i < 256; i++) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; bit++) c = (c >> 1) ^ (c & 1 ? 0x82f63b78u : 0);
    table[i] = c;
  }
  uint32_t crc = ~0u;
  for (size_t i = 0; i < size; i++) crc = (crc >> 8) ^ table[(crc ^ data[i]) & 255];
  return ~crc;
}

// A Produce request of one batch for one partition; returns the number of records in it.
static int produce_request(Bytes *b, int partition) {
  int head = 1 + 1 + 3 + 1 + varint_size(record_bytes) + 1; // attributes, timestamp, offset delta, key, value length, headers: about
  int count = batch_bytes / (record_bytes + head + 1);
  if (count < 1) count = 1;
  open_request(b, 0, 3);
  put(b, 2, -1); // no transaction
  put(b, 2, acks);
  put(b, 4, 30000);
  put(b, 4, 1);
  put_text(b, topic);
  put(b, 4, 1);
  put(b, 4, partition);
  size_t records_at = b->size;
  put(b, 4, 0);
  size_t batch_at = b->size;
  i64 clock = nanos(CLOCK_REALTIME) / 1000000; // a time long past would let retention delete what is being measured
  put(b, 8, 0);
  put(b, 4, 0); // length, below
  put(b, 4, -1);
  put(b, 1, 2); // magic
  put(b, 4, 0); // CRC, below
  put(b, 2, 0);
  put(b, 4, count - 1);
  put(b, 8, clock);
  put(b, 8, clock);
  put(b, 8, -1); // no producer id
  put(b, 2, -1);
  put(b, 4, -1);
  put(b, 4, count);
  for (int i = 0; i < count; i++) {
    put_varint(b, 4 + varint_size(i) + varint_size(record_bytes) + record_bytes);
    put(b, 2, 0); // attributes, timestamp delta
    put_varint(b, i);
    put_varint(b, -1); // null key
    put_varint(b, record_bytes);
    u8 *value = grow(b, record_bytes);
    for (int k = 0; k < record_bytes; k++) value[k] = 'A' + (i * 31 + k * 17 + partition) % 57;
    put(b, 1, 0); // no headers
  }
  patch(b, records_at, b->size - batch_at);
  patch(b, batch_at + 8, b->size - batch_at - 12);
  patch(b, batch_at + 17, crc32c(b->at + batch_at + 21, b->size - batch_at - 21));
  close_request(b);
  return count;
}

// ---- reading answers
static i64 get(const u8 *from, int width) {
  i64 value = (int8_t)*from;
  for (int i = 1; i < width; i++) value = (value << 8) | from[i];
  return value;
}
static int produce_error(const u8 *answer) { // correlation id, one topic: its name, one partition: index, error
  return get(answer + 8 + 2 + get(answer + 8, 2) + 4 + 4, 2);
}

static int try_port(void) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0) die("socket: %s", strerror(errno));
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
    close(fd);
    return -1;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// ---- latencies
static struct { i64 *ns; size_t size, room; } samples;
static void sample(i64 ns) {
  if (samples.size == samples.room) samples.ns = realloc(samples.ns, (samples.room = samples.room ? 2 * samples.room : 1 << 16) * sizeof(i64));
  samples.ns[samples.size++] = ns;
}
static int ascending(const void *a, const void *b) { return (*(i64 *)a > *(i64 *)b) - (*(i64 *)a < *(i64 *)b); }
static double quantile(double q) {
  if (!samples.size) return 0;
  size_t at = q * samples.size;
  return samples.ns[at < samples.size ? at : samples.size - 1] / 1e3;
}
static void print_latency(void) {
  qsort(samples.ns, samples.size, sizeof(i64), ascending);
  printf("\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f", quantile(.5), quantile(.99), quantile(.999), quantile(1));
}

// ---- connections: requests go out in order, answers come back in order
typedef struct Connection {
  int fd, index, flight, turn;
  Bytes *sending; // the request being written
  size_t written;
  i64 *due, sent, answered; // when each request in flight began to count; a ring
  Bytes in;
  Bytes request; // used by fetch, which makes a new one each time
  i64 *offsets;
  int busy, finished; // fetch: a request is out; all was read
} Connection;
enum { RING = 1 << 16 };

static Connection *all;
static i64 started, requests, records, bytes, stop_at;
static Bytes *prepared; // one request a partition
static int *prepared_records;

static void open_connections(void) {
  all = calloc(connections, sizeof *all);
  for (int i = 0; i < connections; i++) {
    Connection *c = &all[i];
    if ((c->fd = try_port()) < 0) die("port %d: %s", port, strerror(errno));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->due = calloc(RING, sizeof(i64));
    c->offsets = calloc(partitions, sizeof(i64));
    c->index = i;
    c->turn = i % partitions;
  }
}

// Writes what is being sent. 1 when it is all out.
static int flush_out(Connection *c) {
  while (c->written < c->sending->size) {
    ssize_t n = write(c->fd, c->sending->at + c->written, c->sending->size - c->written);
    if (n < 0 && errno == EAGAIN) return 0;
    if (n <= 0) die("write: %s", strerror(errno));
    c->written += n;
  }
  c->sending = NULL;
  return 1;
}
static void begin(Connection *c, Bytes *request, i64 due) {
  if (c->sent - c->answered >= RING) die("more than %d requests in flight", RING);
  c->due[c->sent++ % RING] = due;
  c->sending = request;
  c->written = 0;
}

// Reads what has come; calls `take` for each whole answer, with the time its request counted from.
static void read_answers(Connection *c, void (*take)(Connection *, const u8 *, size_t, i64)) {
  for (;;) {
    size_t held = c->in.size, want = 1 << 16;
    if (held >= 4 && get(c->in.at, 4) + 4 - held > want) want = get(c->in.at, 4) + 4 - held;
    u8 *to = grow(&c->in, want);
    ssize_t n = read(c->fd, to, want);
    c->in.size = held + (n > 0 ? n : 0);
    if (n == 0) die("the broker closed the connection");
    if (n < 0 && errno != EAGAIN) die("read: %s", strerror(errno));
    if (n < 0) return;
    size_t at = 0;
    while (c->in.size - at >= 4 && c->in.size - at - 4 >= (size_t)get(c->in.at + at, 4)) {
      size_t size = get(c->in.at + at, 4);
      take(c, c->in.at + at + 4, size, c->due[c->answered++ % RING]);
      at += 4 + size;
    }
    memmove(c->in.at, c->in.at + at, c->in.size - at);
    c->in.size -= at;
    if ((size_t)n < want) return;
  }
}

// ---- produce, calls: a fixed number in flight
static int kind; // 0 produce, 1 calls
static i64 left_to_send;
static void take_produced(Connection *c, const u8 *answer, size_t size, i64 since) {
  (void)size;
  int error = kind == 0 ? produce_error(answer) : (int)get(answer + 4, 2);
  if (error) die("error code %d", error);
  sample(now() - since);
  requests++;
  c->flight--;
}
static void closed_loop(void) {
  struct pollfd *fds = calloc(connections, sizeof *fds);
  int waiting = 1;
  while (waiting) {
    i64 clock = now();
    int over = clock >= stop_at || left_to_send <= 0;
    waiting = 0;
    for (int i = 0; i < connections; i++) {
      Connection *c = &all[i];
      while (c->sending || (!over && c->flight < depth)) {
        if (!c->sending) {
          int which = kind == 0 ? c->turn : 0;
          if ((c->turn += connections) >= partitions) c->turn = c->index % partitions;
          begin(c, &prepared[which], now());
          c->flight++;
          records += prepared_records[which];
          bytes += (i64)prepared_records[which] * record_bytes;
          left_to_send -= (i64)prepared_records[which] * record_bytes;
        }
        if (!flush_out(c)) break;
        over = left_to_send <= 0 || now() >= stop_at;
      }
      fds[i] = (struct pollfd){.fd = c->fd, .events = POLLIN | (c->sending ? POLLOUT : 0)};
      waiting |= c->flight > 0;
    }
    if (!waiting) break;
    if (poll(fds, connections, 30000) == 0) die("no answer within 30 s");
    for (int i = 0; i < connections; i++)
      if (fds[i].revents & ~POLLOUT) read_answers(&all[i], take_produced);
  }
  free(fds);
}
static void report_closed(void) {
  double spent = (now() - started) / 1e9;
  printf("{\"requests\":%ld,\"requestsPerSecond\":%.0f,\"seconds\":%.3f,\"records\":%ld,\"bytes\":%ld,\"recordsPerSecond\":%.0f,\"MBps\":%.1f,", requests,
         requests / spent, spent, records, bytes, records / spent, bytes / spent / 1e6);
  print_latency();
  puts("}");
}
static void prepare(void) {
  prepared = calloc(partitions, sizeof *prepared);
  prepared_records = calloc(partitions, sizeof *prepared_records);
  for (int p = 0; p < partitions; p++) prepared_records[p] = produce_request(&prepared[p], p);
}
static void produce(void) {
  prepare();
  open_connections();
  left_to_send = megabytes * 1e6;
  started = now();
  stop_at = started + seconds * 1e9;
  closed_loop();
  report_closed();
}
static void calls(void) {
  kind = 1;
  prepared = calloc(1, sizeof *prepared);
  prepared_records = calloc(1, sizeof *prepared_records);
  open_request(prepared, 18, 0);
  close_request(prepared);
  open_connections();
  started = now();
  stop_at = started + seconds * 1e9;
  left_to_send = 1;
  closed_loop();
  report_closed();
}

// ---- pace: sent when due
static void take_paced(Connection *c, const u8 *answer, size_t size, i64 since) {
  (void)c, (void)size;
  int error = produce_error(answer);
  if (error) die("error code %d", error);
  sample(now() - since);
  requests++;
}
static void pace(void) {
  prepare();
  connections = 1;
  open_connections();
  Connection *c = all;
  i64 total = rate * seconds, interval = 1000000000LL / rate, next = 0;
  started = now();
  while (requests < total) {
    i64 clock = now();
    while (next < total && started + next * interval <= clock && !c->sending) {
      begin(c, &prepared[next % partitions], started + next * interval);
      next++;
      if (!flush_out(c)) break;
    }
    if (c->sending) flush_out(c);
    i64 wait = next < total && !c->sending ? started + next * interval - now() : 30000000000LL;
    struct timespec limit = {.tv_sec = wait < 0 ? 0 : wait / 1000000000, .tv_nsec = wait < 0 ? 0 : wait % 1000000000};
    struct pollfd fd = {.fd = c->fd, .events = POLLIN | (c->sending ? POLLOUT : 0)};
    if (ppoll(&fd, 1, &limit, NULL) == 0 && wait >= 30000000000LL) die("no answer within 30 s");
    if (fd.revents & ~POLLOUT) read_answers(c, take_paced);
  }
  printf("{\"requests\":%ld,\"seconds\":%.3f,", requests, (now() - started) / 1e9);
  print_latency();
  puts("}");
}

// ---- fetch: connection k reads the partitions p with p mod connections = k
static void ask_more(Connection *c) {
  Bytes *b = &c->request;
  int mine = 0;
  for (int p = c->index; p < partitions; p += connections) mine++;
  if (!mine) {
    c->finished = 1;
    return;
  }
  open_request(b, 1, 4);
  put(b, 4, -1);
  put(b, 4, 0);       // do not wait: an empty answer is the end
  put(b, 4, 0);
  put(b, 4, 50 << 20);
  put(b, 1, 0);
  put(b, 4, 1);
  put_text(b, topic);
  put(b, 4, mine);
  for (int p = c->index; p < partitions; p += connections) {
    put(b, 4, p);
    put(b, 8, c->offsets[p]);
    put(b, 4, 1 << 20);
  }
  close_request(b);
  c->busy = 1;
  begin(c, b, now());
}
static void take_fetched(Connection *c, const u8 *answer, size_t size, i64 since) {
  (void)size;
  const u8 *at = answer + 4 + 4 + 4;
  at += 2 + get(at, 2);
  int count = get(at, 4), more = 0;
  at += 4;
  for (int i = 0; i < count; i++) {
    int p = get(at, 4), error = get(at + 4, 2);
    i64 high_watermark = get(at + 6, 8);
    int aborted = get(at + 22, 4);
    if (error) die("Fetch of partition %d: error code %d", p, error);
    at += 26 + (aborted > 0 ? 16 * aborted : 0);
    i64 length = get(at, 4);
    const u8 *end = at + 4 + (length > 0 ? length : 0);
    bytes += end - at - 4;
    for (at += 4; end - at >= 61 && end - at >= 12 + get(at + 8, 4); at += 12 + get(at + 8, 4)) {
      c->offsets[p] = get(at, 8) + get(at + 23, 4) + 1;
      records += get(at + 57, 4);
    }
    at = end;
    more |= c->offsets[p] < high_watermark;
  }
  sample(now() - since);
  requests++;
  c->busy = 0;
  c->finished = !more;
}
static void fetch(void) {
  open_connections();
  struct pollfd *fds = calloc(connections, sizeof *fds);
  started = now();
  for (;;) {
    int open = 0;
    for (int i = 0; i < connections; i++) {
      Connection *c = &all[i];
      if (!c->busy && !c->finished) ask_more(c);
      if (c->sending) flush_out(c);
      fds[i] = (struct pollfd){.fd = c->finished ? -1 : c->fd, .events = POLLIN | (c->sending ? POLLOUT : 0)};
      open |= !c->finished;
    }
    if (!open) break;
    if (poll(fds, connections, 30000) == 0) die("no answer within 30 s");
    for (int i = 0; i < connections; i++)
      if (fds[i].revents & ~POLLOUT) read_answers(&all[i], take_fetched);
  }
  report_closed();
}

// ---- first
static int whole(int fd, u8 *data, size_t size, int writing) {
  for (size_t done = 0; done < size;) {
    ssize_t n = writing ? write(fd, data + done, size - done) : read(fd, data + done, size - done);
    if (n <= 0) return 0;
    done += n;
  }
  return 1;
}
static void first(void) {
  batch_bytes = record_bytes = 100;
  Bytes request = {0};
  produce_request(&request, 0);
  for (i64 end = now() + 120000000000LL; now() < end; usleep(1000)) {
    int fd = try_port();
    if (fd < 0) continue;
    u8 answer[4096];
    int ok = whole(fd, request.at, request.size, 1) && whole(fd, answer, 4, 0) && get(answer, 4) < (i64)sizeof answer &&
             whole(fd, answer, get(answer, 4), 0) && produce_error(answer) == 0;
    close(fd);
    if (ok) {
      printf("{\"acknowledgedAtMs\":%.1f}\n", nanos(CLOCK_REALTIME) / 1e6);
      return;
    }
  }
  die("no record was acknowledged within 120 s");
}

// ---- hold
static void hold(void) {
  size_t size = megabytes * 1e6;
  u8 *memory = NULL;
  char word[16] = "take\n";
  do {
    if (!strcmp(word, "take\n") && !memory) {
      memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory == MAP_FAILED) die("mmap: %s", strerror(errno));
      memset(memory, 1, size);
    } else if (memory) {
      munmap(memory, size);
      memory = NULL;
    }
    puts("ok");
    fflush(stdout);
  } while (fgets(word, sizeof word, stdin));
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc < 2) die("a command is needed; see the top of load.c");
  int option;
  optind = 2;
  while ((option = getopt(argc, argv, "b:t:p:c:d:r:B:a:m:s:q:")) != -1) {
    switch (option) {
      case 'b': port = atoi(optarg); break;
      case 't': topic = optarg; break;
      case 'p': partitions = atoi(optarg); break;
      case 'c': connections = atoi(optarg); break;
      case 'd': depth = atoi(optarg); break;
      case 'r': record_bytes = atoi(optarg); break;
      case 'B': batch_bytes = atoi(optarg); break;
      case 'a': acks = atoi(optarg); break;
      case 'm': megabytes = atof(optarg); break;
      case 's': seconds = atof(optarg); break;
      case 'q': rate = atoi(optarg); break;
      default: return 1;
    }
  }
  const char *command = argv[1];
  if (!strcmp(command, "produce")) produce();
  else if (!strcmp(command, "fetch")) fetch();
  else if (!strcmp(command, "pace")) pace();
  else if (!strcmp(command, "calls")) calls();
  else if (!strcmp(command, "first")) first();
  else if (!strcmp(command, "hold")) hold();
  else die("unknown command %s", command);
  return 0;
}
