/*
 * System calls that Node.js does not offer: sendfile(2), from a file's pages to a socket without a copy through our memory; send(2)
 * without a stream around it; sync_file_range(2), which lets a file be written to the device a piece at a time.
 *
 *   sendFile(socket, file, position, length, sendBuffer) -> bytes
 *
 * Sets the socket's SO_SNDBUF to `sendBuffer` where that is not 0, a matter of a tenth of a microsecond, then sends `length` bytes of the descriptor `file` from `position` to the non-blocking descriptor `socket`. Returns how many the
 * kernel took, 0 at the end of the file, or the negative errno when it took none. Never waits for the socket; may wait for
 * the device, as any read.
 *
 *   write(file, bytes, start, length, position) -> bytes
 *
 * Writes at `position` of the descriptor `file`. Returns how many were taken, or a negative errno.
 *
 *   writeOut(file, position, length) -> promise of 0 or a negative errno
 *
 * Has the kernel begin to write these bytes of the descriptor `file` to the device, on a thread of the pool, since that costs
 * the processor's time and may wait for the device's queue. Promises nothing about what is durable: that is fdatasync's.
 */
#include "node-api.h"

char *range_argument(napi_env env, const napi_value *arguments, int32_t *descriptor, int32_t *length) {
  size_t size;
  int32_t start;
  void *bytes;
  if (napi_get_value_int32(env, arguments[0], descriptor) || napi_get_buffer_info(env, arguments[1], &bytes, &size) ||
      napi_get_value_int32(env, arguments[2], &start) || napi_get_value_int32(env, arguments[3], length) || start < 0 ||
      *length <= 0 || (size_t)start + (size_t)*length > size)
    return NULL;
  return (char *)bytes + start;
}

static napi_value send_file(napi_env env, napi_callback_info info) {
  napi_value arguments[5], result = NULL;
  size_t count = 5;
  int32_t socket, file, send_buffer;
  int64_t position, length;
  long sent;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) || count < 5 ||
      napi_get_value_int32(env, arguments[0], &socket) || napi_get_value_int32(env, arguments[1], &file) ||
      napi_get_value_int64(env, arguments[2], &position) || napi_get_value_int64(env, arguments[3], &length) ||
      napi_get_value_int32(env, arguments[4], &send_buffer) || position < 0 || length <= 0) {
    napi_throw_type_error(env, NULL, "sendFile(socket, file, position, length, sendBuffer)");
    return NULL;
  }
  if (send_buffer > 0)
    system_call(SYS_SETSOCKOPT, socket, SOL_SOCKET, SO_SNDBUF, (long)&send_buffer, sizeof send_buffer, 0);
  do
    sent = system_call(SYS_SENDFILE, socket, file, (long)&position, (long)length, 0, 0);
  while (sent == -INTERRUPTED);
  napi_create_int64(env, sent, &result);
  return result;
}

static napi_value send_bytes(napi_env env, napi_callback_info info) {
  napi_value arguments[4], result = NULL;
  size_t count = 4;
  int32_t socket, length;
  char *bytes;
  long sent;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) || count < 4 ||
      !(bytes = range_argument(env, arguments, &socket, &length))) {
    napi_throw_type_error(env, NULL, "send(socket, bytes, start, length)");
    return NULL;
  }
  do
    sent = system_call(SYS_SENDTO, socket, (long)bytes, length, DONT_WAIT | NO_SIGNAL, 0, 0);
  while (sent == -INTERRUPTED);
  napi_create_int32(env, (int32_t)sent, &result);
  return result;
}

static napi_value write_bytes(napi_env env, napi_callback_info info) {
  napi_value arguments[5], result = NULL;
  size_t count = 5;
  int32_t file, length;
  int64_t position;
  char *bytes;
  long written;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) || count < 5 ||
      !(bytes = range_argument(env, arguments, &file, &length)) ||
      napi_get_value_int64(env, arguments[4], &position) || position < 0) {
    napi_throw_type_error(env, NULL, "write(file, bytes, start, length, position)");
    return NULL;
  }
  do {
    written = pwrite(file, bytes, (size_t)length, (long)position);
    if (written < 0) written = -(long)*__errno_location();
  } while (written == -INTERRUPTED);
  napi_create_int32(env, (int32_t)written, &result);
  return result;
}

/* Lies in a buffer of the engine's, which `memory` keeps until it is done. */
struct write_out {
  napi_ref memory;
  napi_deferred promise;
  napi_async_work work;
  int64_t position, length;
  long result;
  int32_t file;
};

static void write_out_execute(napi_env env, void *data) {
  struct write_out *job = data;
  (void)env;
  do
    job->result = system_call(SYS_SYNC_FILE_RANGE, job->file, (long)job->position, (long)job->length, RANGE_WRITE, 0, 0);
  while (job->result == -INTERRUPTED);
}

static void write_out_complete(napi_env env, napi_status status, void *data) {
  struct write_out *job = data;
  napi_ref memory = job->memory;
  napi_value result = NULL;
  (void)status;
  napi_create_int64(env, job->result, &result);
  napi_resolve_deferred(env, job->promise, result);
  napi_delete_async_work(env, job->work);
  napi_delete_reference(env, memory);
}

static napi_value write_out(napi_env env, napi_callback_info info) {
  napi_value arguments[3], memory = NULL, name = NULL, promise = NULL;
  size_t count = 3;
  int32_t file;
  int64_t position, length;
  struct write_out *job;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) || count < 3 ||
      napi_get_value_int32(env, arguments[0], &file) || napi_get_value_int64(env, arguments[1], &position) ||
      napi_get_value_int64(env, arguments[2], &length) || position < 0 || length <= 0) {
    napi_throw_type_error(env, NULL, "writeOut(file, position, length)");
    return NULL;
  }
  if (napi_create_buffer(env, sizeof *job, (void **)&job, &memory) ||
      napi_create_string_utf8(env, "writeOut", NAPI_AUTO_LENGTH, &name)) {
    napi_throw_error(env, NULL, "writeOut: no memory");
    return NULL;
  }
  job->file = file;
  job->position = position;
  job->length = length;
  job->result = 0;
  if (napi_create_async_work(env, NULL, name, write_out_execute, write_out_complete, job, &job->work) ||
      napi_create_reference(env, memory, 1, &job->memory) || napi_create_promise(env, &job->promise, &promise) ||
      napi_queue_async_work(env, job->work)) {
    napi_throw_error(env, NULL, "writeOut: no work can be queued");
    return NULL;
  }
  return promise;
}

void add_poller(napi_env env, napi_value exports);

void add(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function = NULL;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function)) return;
  napi_set_named_property(env, exports, name, function);
}

API napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  add(env, exports, "sendFile", send_file);
  add(env, exports, "send", send_bytes);
  add(env, exports, "write", write_bytes);
  add(env, exports, "writeOut", write_out);
  add_poller(env, exports);
  return exports;
}
