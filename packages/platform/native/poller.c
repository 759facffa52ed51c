/*
 * Reads many sockets for one entry into JavaScript. Node.js enters it once for every read of every socket, which for requests of a
 * hundred bytes costs more than the read itself. Here an epoll(7) of ours holds the sockets, libuv watches that one descriptor, and
 * when it is ready the bytes of all that are go into one memory, and JavaScript is told once.
 *
 *   openPoller(memory, ready, callback) -> poller
 *
 * `memory` is a buffer, `ready` an Int32Array; `callback` is called with a count: so many triples are in `ready`, of a descriptor,
 * the start of its bytes in `memory`, and their length, 16 KiB at most: 0 at the peer's end, a negative errno, or -2^31 for a socket
 * that is watched for being ready only: nothing was read from it.
 *
 *   watch(poller, socket, isReadyOnly)     begins, or changes what it is watched for; 0 or a negative errno
 *   unwatch(poller, socket)                0 or a negative errno
 *   closePoller(poller)                    once; the poller must not be used again
 *   receive(socket, bytes, start, length)  recv(2): bytes, 0 at the peer's end, or a negative errno
 *
 * A poller keeps the event loop alive. Readiness is by level: what is left unread is told again.
 */
#include "node-api.h"

/* Other work of the loop waits for so many rounds, of small requests only: less than a millisecond. */
enum { ROUNDS_MAX = 8 };
enum { READY_MAX = 64, FIELDS = 3, SMALL_READ = 16384, READY_ONLY = INT32_MIN };
enum { EPOLL_IN = 1, EPOLL_ADD = 1, EPOLL_DEL = 2, EPOLL_MOD = 3, EPOLL_CLOSE_ON_EXEC = 02000000, NO_ENTRY = 2 };

struct __attribute__((packed)) epoll_event {
  uint32_t events;
  int32_t socket, is_ready_only;
};

struct poller {
  napi_env env;
  napi_ref memory_kept, ready_kept, callback;
  napi_async_cleanup_hook_handle cleanup;
  uv_handle *watcher;
  int32_t *ready;
  char *memory;
  size_t memory_size, ready_max;
  int epoll, is_closing;
};

static long receive_into(int socket, char *bytes, size_t length) {
  long received;
  do
    received = system_call(SYS_RECVFROM, socket, (long)bytes, (long)length, DONT_WAIT, 0, 0);
  while (received == -INTERRUPTED);
  return received;
}

static void tell(struct poller *poller, size_t count) {
  napi_env env = poller->env;
  napi_handle_scope scope;
  napi_value callback, global, argument, error;
  if (napi_open_handle_scope(env, &scope)) return;
  if (!napi_get_reference_value(env, poller->callback, &callback) && !napi_get_global(env, &global) &&
      !napi_create_int32(env, (int32_t)count, &argument) &&
      napi_make_callback(env, NULL, global, callback, 1, &argument, NULL) == PENDING_EXCEPTION &&
      !napi_get_and_clear_last_exception(env, &error))
    napi_fatal_exception(env, error);
  napi_close_handle_scope(env, scope);
}

/* Reads once what is ready, and tells. False when there was nothing, or enough for a turn. */
static int read_round(struct poller *poller) {
  struct epoll_event found[READY_MAX];
  size_t used = 0, count = 0;
  int is_large = 0;
  long sockets = system_call(SYS_EPOLL_WAIT, poller->epoll, (long)found, READY_MAX, 0, 0, 0);
  for (long index = 0; index < sockets && count < poller->ready_max; index++) {
    int32_t *entry = poller->ready + FIELDS * count, length = READY_ONLY;
    if (found[index].is_ready_only) {
      is_large = 1;
    } else {
      /* Told again in the next round. */
      if (poller->memory_size - used < SMALL_READ) continue;
      length = (int32_t)receive_into(found[index].socket, poller->memory + used, SMALL_READ);
      if (length == -AGAIN) continue;
      if (length == SMALL_READ) is_large = 1;
    }
    entry[0] = found[index].socket;
    entry[1] = (int32_t)used;
    entry[2] = length;
    /* Where four bytes at a time can be copied. */
    if (length > 0) used += ((size_t)length + 3) & ~(size_t)3;
    count++;
  }
  if (count > 0) tell(poller, count);
  return count > 0 && !is_large && !poller->is_closing;
}

/* What arrived while a round was answered is read without another round of the loop. A poller that is closed meanwhile lives until the loop's next. */
static void poll_ready(uv_handle *watcher, int status, int events) {
  struct poller *poller = uv_handle_get_data(watcher);
  (void)status;
  (void)events;
  for (int round = 0; round < ROUNDS_MAX && read_round(poller); round++) continue;
}

static void closed(uv_handle *watcher) {
  struct poller *poller = uv_handle_get_data(watcher);
  system_call(SYS_CLOSE, poller->epoll, 0, 0, 0, 0, 0);
  if (poller->cleanup) napi_remove_async_cleanup_hook(poller->cleanup);
  free(watcher);
  free(poller);
}

static void end(struct poller *poller) {
  poller->is_closing = 1;
  uv_poll_stop(poller->watcher);
  uv_close(poller->watcher, closed);
}

/* The environment ends with the poller open: it waits for the hook to be removed. */
static void environment_ends(napi_async_cleanup_hook_handle handle, void *data) {
  (void)handle;
  end(data);
}

static int is_offered(void) {
  return napi_get_uv_event_loop && uv_handle_size && uv_handle_set_data && uv_handle_get_data && uv_poll_init &&
         uv_poll_start && uv_poll_stop && uv_close;
}

static napi_value failed(napi_env env, const char *why) {
  napi_throw_error(env, NULL, why);
  return NULL;
}

static napi_value open_poller(napi_env env, napi_callback_info info) {
  napi_value arguments[3], result = NULL;
  size_t count = 3, entries;
  struct poller *poller;
  uv_loop *loop;
  void *memory, *ready;
  size_t size;
  int type;
  if (!is_offered()) return failed(env, "openPoller: this program has no libuv");
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) || count < 3 ||
      napi_get_buffer_info(env, arguments[0], &memory, &size) || size < SMALL_READ ||
      napi_get_typedarray_info(env, arguments[1], &type, &entries, &ready, NULL, NULL) || type != INT32_ARRAY ||
      entries < FIELDS) {
    napi_throw_type_error(env, NULL, "openPoller(memory, ready, callback)");
    return NULL;
  }
  if (napi_get_uv_event_loop(env, &loop)) return failed(env, "openPoller: no event loop");
  poller = calloc(1, sizeof *poller);
  if (!poller) return failed(env, "openPoller: no memory");
  poller->watcher = calloc(1, uv_handle_size(UV_POLL));
  poller->epoll = (int)system_call(SYS_EPOLL_CREATE1, EPOLL_CLOSE_ON_EXEC, 0, 0, 0, 0, 0);
  if (!poller->watcher || poller->epoll < 0 || uv_poll_init(loop, poller->watcher, poller->epoll)) {
    if (poller->epoll >= 0) system_call(SYS_CLOSE, poller->epoll, 0, 0, 0, 0, 0);
    free(poller->watcher);
    free(poller);
    return failed(env, "openPoller: the sockets can't be watched");
  }
  poller->env = env;
  poller->memory = memory;
  poller->memory_size = size;
  poller->ready = ready;
  poller->ready_max = entries / FIELDS;
  uv_handle_set_data(poller->watcher, poller);
  if (uv_poll_start(poller->watcher, UV_READABLE, poll_ready) ||
      napi_create_reference(env, arguments[0], 1, &poller->memory_kept) ||
      napi_create_reference(env, arguments[1], 1, &poller->ready_kept) ||
      napi_create_reference(env, arguments[2], 1, &poller->callback) ||
      napi_add_async_cleanup_hook(env, environment_ends, poller, &poller->cleanup) ||
      napi_create_external(env, poller, NULL, NULL, &result)) {
    end(poller);
    return failed(env, "openPoller: the sockets can't be watched");
  }
  return result;
}

static napi_value close_poller(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  struct poller *poller;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) || count < 1 ||
      napi_get_value_external(env, argument, (void **)&poller)) {
    napi_throw_type_error(env, NULL, "closePoller(poller)");
    return NULL;
  }
  napi_delete_reference(env, poller->memory_kept);
  napi_delete_reference(env, poller->ready_kept);
  napi_delete_reference(env, poller->callback);
  napi_remove_async_cleanup_hook(poller->cleanup);
  poller->cleanup = NULL;
  end(poller);
  return NULL;
}

static napi_value watch(napi_env env, napi_callback_info info) {
  napi_value arguments[3], result = NULL;
  size_t count = 3;
  struct poller *poller;
  struct epoll_event event = {EPOLL_IN, 0, 0};
  int32_t socket;
  char is_ready_only;
  long status;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) || count < 3 ||
      napi_get_value_external(env, arguments[0], (void **)&poller) ||
      napi_get_value_int32(env, arguments[1], &socket) || napi_get_value_bool(env, arguments[2], &is_ready_only)) {
    napi_throw_type_error(env, NULL, "watch(poller, socket, isReadyOnly)");
    return NULL;
  }
  event.socket = socket;
  event.is_ready_only = is_ready_only;
  status = system_call(SYS_EPOLL_CTL, poller->epoll, EPOLL_MOD, socket, (long)&event, 0, 0);
  if (status == -NO_ENTRY)
    status = system_call(SYS_EPOLL_CTL, poller->epoll, EPOLL_ADD, socket, (long)&event, 0, 0);
  napi_create_int32(env, (int32_t)status, &result);
  return result;
}

static napi_value unwatch(napi_env env, napi_callback_info info) {
  napi_value arguments[2], result = NULL;
  size_t count = 2;
  struct poller *poller;
  struct epoll_event event = {0, 0, 0};
  int32_t socket;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) || count < 2 ||
      napi_get_value_external(env, arguments[0], (void **)&poller) || napi_get_value_int32(env, arguments[1], &socket)) {
    napi_throw_type_error(env, NULL, "unwatch(poller, socket)");
    return NULL;
  }
  napi_create_int32(env, (int32_t)system_call(SYS_EPOLL_CTL, poller->epoll, EPOLL_DEL, socket, (long)&event, 0, 0), &result);
  return result;
}

static napi_value receive(napi_env env, napi_callback_info info) {
  napi_value arguments[4], result = NULL;
  size_t count = 4;
  int32_t socket, length;
  char *bytes;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) || count < 4 ||
      !(bytes = range_argument(env, arguments, &socket, &length))) {
    napi_throw_type_error(env, NULL, "receive(socket, bytes, start, length)");
    return NULL;
  }
  napi_create_int32(env, (int32_t)receive_into(socket, bytes, (size_t)length), &result);
  return result;
}

void add_poller(napi_env env, napi_value exports) {
  add(env, exports, "openPoller", open_poller);
  add(env, exports, "closePoller", close_poller);
  add(env, exports, "watch", watch);
  add(env, exports, "unwatch", unwatch);
  add(env, exports, "receive", receive);
}
