/*
 * Node-API and the system calls, as far as the add-on uses them. Node-API keeps its binary interface over all versions of Node.js, so one build
 * serves them all. The few declarations are written out here, and most system calls are made directly: building needs a C compiler
 * and nothing else, and the result serves whichever C library the process has.
 */
#ifndef OTTLA_NODE_API_H
#define OTTLA_NODE_API_H
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef int napi_status;
typedef struct napi_ref__ *napi_ref;
typedef struct napi_deferred__ *napi_deferred;
typedef struct napi_async_work__ *napi_async_work;
typedef struct napi_handle_scope__ *napi_handle_scope;
typedef struct napi_async_cleanup_hook_handle__ *napi_async_cleanup_hook_handle;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
typedef void (*napi_execute)(napi_env, void *);
typedef void (*napi_complete)(napi_env, napi_status, void *);
typedef void (*napi_finalize)(napi_env, void *, void *);
typedef void (*napi_async_cleanup_hook)(napi_async_cleanup_hook_handle, void *);

#define API extern __attribute__((visibility("default")))
/* Not every program that has Node-API has libuv. */
#define UV extern __attribute__((visibility("default"), weak))
API napi_status napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
API napi_status napi_get_value_int32(napi_env, napi_value, int32_t *);
API napi_status napi_get_value_int64(napi_env, napi_value, int64_t *);
API napi_status napi_get_buffer_info(napi_env, napi_value, void **, size_t *);
API napi_status napi_create_int32(napi_env, int32_t, napi_value *);
API napi_status napi_set_named_property(napi_env, napi_value, const char *, napi_value);
API napi_status napi_create_int64(napi_env, int64_t, napi_value *);
API napi_status napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
API napi_status napi_create_string_utf8(napi_env, const char *, size_t, napi_value *);
API napi_status napi_create_buffer(napi_env, size_t, void **, napi_value *);
API napi_status napi_create_reference(napi_env, napi_value, uint32_t, napi_ref *);
API napi_status napi_delete_reference(napi_env, napi_ref);
API napi_status napi_create_promise(napi_env, napi_deferred *, napi_value *);
API napi_status napi_resolve_deferred(napi_env, napi_deferred, napi_value);
API napi_status napi_create_async_work(napi_env, napi_value, napi_value, napi_execute, napi_complete, void *,
                                       napi_async_work *);
API napi_status napi_queue_async_work(napi_env, napi_async_work);
API napi_status napi_delete_async_work(napi_env, napi_async_work);
API napi_status napi_get_value_bool(napi_env, napi_value, char *);
API napi_status napi_get_typedarray_info(napi_env, napi_value, int *, size_t *, void **, napi_value *, size_t *);
API napi_status napi_get_value_external(napi_env, napi_value, void **);
API napi_status napi_create_external(napi_env, void *, napi_finalize, void *, napi_value *);
API napi_status napi_get_reference_value(napi_env, napi_ref, napi_value *);
API napi_status napi_get_global(napi_env, napi_value *);
API napi_status napi_open_handle_scope(napi_env, napi_handle_scope *);
API napi_status napi_close_handle_scope(napi_env, napi_handle_scope);
API napi_status napi_make_callback(napi_env, void *, napi_value, napi_value, size_t, const napi_value *, napi_value *);
API napi_status napi_get_and_clear_last_exception(napi_env, napi_value *);
API napi_status napi_fatal_exception(napi_env, napi_value);
API napi_status napi_add_async_cleanup_hook(napi_env, napi_async_cleanup_hook, void *, napi_async_cleanup_hook_handle *);
API napi_status napi_remove_async_cleanup_hook(napi_async_cleanup_hook_handle);
API napi_status napi_throw_error(napi_env, const char *, const char *);
API napi_status napi_throw_type_error(napi_env, const char *, const char *);

enum { PENDING_EXCEPTION = 10, INT32_ARRAY = 5 };

typedef struct uv_loop uv_loop;
typedef struct uv_handle uv_handle;
enum { UV_POLL = 8, UV_READABLE = 1 };
UV napi_status napi_get_uv_event_loop(napi_env, uv_loop **);
UV size_t uv_handle_size(int);
UV void uv_handle_set_data(uv_handle *, void *);
UV void *uv_handle_get_data(const uv_handle *);
UV int uv_poll_init(uv_loop *, uv_handle *, int);
UV int uv_poll_start(uv_handle *, int, void (*)(uv_handle *, int, int));
UV int uv_poll_stop(uv_handle *);
UV void uv_close(uv_handle *, void (*)(uv_handle *));

enum { AGAIN = 11 };
enum { INTERRUPTED = 4, SOL_SOCKET = 1, SO_SNDBUF = 7, DONT_WAIT = 0x40, NO_SIGNAL = 0x4000, RANGE_WRITE = 2 };
#define NAPI_AUTO_LENGTH ((size_t)-1)

#if defined(__x86_64__)
enum { SYS_CLOSE = 3, SYS_SENDFILE = 40, SYS_SENDTO = 44, SYS_RECVFROM = 45, SYS_SETSOCKOPT = 54, SYS_EPOLL_WAIT = 232, SYS_EPOLL_CTL = 233, SYS_SYNC_FILE_RANGE = 277, SYS_EPOLL_CREATE1 = 291 };
static long system_call(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#else
#error "no system calls known for this architecture"
#endif

/* Of the C library that the process has, musl or glibc: what stands in for its writes, as a test's faults do, stands in for ours. */
extern long pwrite(int, const void *, size_t, long);
extern int *__errno_location(void);
extern void *calloc(size_t, size_t);
extern void free(void *);

/* Of a call's first four arguments: a descriptor, a buffer, a start and a length. Where the range begins; NULL when they are not that. */
char *range_argument(napi_env env, const napi_value *arguments, int32_t *descriptor, int32_t *length);

void add(napi_env env, napi_value exports, const char *name, napi_callback callback);

#endif
