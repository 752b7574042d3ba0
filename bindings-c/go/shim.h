// What Go asks of libreqtrail, gathered so that a call crosses from Go to C once and back.

#ifndef REQTRAIL_GO_SHIM_H
#define REQTRAIL_GO_SHIM_H

#include <reqtrail.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Go writes what it wants to set into one buffer of steps: a byte that says what, two lengths of eight bytes in the
// machine's order, and two texts. A number is a first text of eight bytes.
enum rt_step {
    // Requests. The first step is RT_PATH or RT_LINK, with the method.
    RT_PATH = 1,
    RT_LINK,
    RT_PARAM,
    RT_SECRET_PARAM,
    RT_QUERY,
    RT_HEADER,
    RT_SECRET_HEADER,
    RT_JSON,
    RT_BODY,
    RT_IDEMPOTENT,
    RT_IDEMPOTENCY_KEY,
    RT_CORRELATION_ID,
    RT_MICROVERSION,
    RT_IF_NONE_MATCH,
    RT_TIMEOUT,
    RT_ATTEMPT_TIMEOUT,
    RT_CONNECT_TIMEOUT,
    RT_MAX_ATTEMPTS,
    // Clients besides: the base URL, where there is no connection, is the first step.
    RT_BASE_URL,
    RT_DIALECT,
    RT_DIALECT_JSON,
    RT_TOKEN,
    RT_TOKEN_REFRESHER,
    RT_ON_ATTEMPT,
    RT_ON_CALL,
    RT_USER_AGENT,
    RT_BASE_DELAY,
    RT_MAX_DELAY,
    RT_MAX_RETRY_AFTER,
    RT_RETRY_BUDGET,
    RT_NO_RETRY_BUDGET,
    RT_MAX_BODY_BYTES,
    RT_MAX_REDIRECTS,
    RT_SHOW_QUERY_PARAM,
    RT_NO_TRACEPARENT,
    RT_NO_DECOMPRESS,
    RT_PROXY,
    RT_NO_PROXY,
    RT_EXTRA_CA,
    RT_CLIENT_CERTIFICATE,
    RT_ACCEPT_INVALID_CERTS,
    RT_HTTP1_ONLY,
    RT_POOL_MAX_IDLE,
    RT_POOL_IDLE_TIMEOUT,
    RT_HTTP2_PING_INTERVAL,
    RT_NO_HTTP2_PINGS,
    RT_HTTP2_PING_TIMEOUT,
    RT_UNIX_SOCKET,
    RT_JITTER_SEED,
    // Operations. The first step is one of the first five, with the server's ID.
    RT_SERVER,
    RT_ACTION,
    RT_ACTIONS,
    RT_FOLLOW,
    RT_EXPLAIN,
    RT_LIMIT,
    RT_MARKER,
    RT_CHANGES_SINCE,
    RT_CHANGES_BEFORE,
    RT_POLL_INTERVAL,
    RT_DEADLINE,
    RT_SETTLE_TIME,
    RT_ON_PROGRESS,
};

// A text that belongs to a handle.
typedef struct {
    const char *data;
    size_t length;
} rt_text;

// What a call or an operation has come to.
typedef struct {
    uint64_t tag;
    int32_t code;
    // The handles are Go's to free, by rt_free, but for the trail, which Go keeps.
    reqtrail_response *response;
    reqtrail_report *report;
    reqtrail_error *error;
    reqtrail_trail *trail;
    // What is borrowed from the response.
    int32_t status;
    bool has_rate_limit;
    rt_text body;
    rt_text request_id;
    rt_text microversion;
    const reqtrail_header *headers;
    size_t header_count;
    reqtrail_rate_limit rate_limit;
} rt_ended;

// What an error consists of, borrowed from it but for the trail.
typedef struct {
    int32_t kind;
    int32_t category;
    int32_t status;
    bool may_have_been_sent;
    bool has_rate_limit;
    double retry_after_ms;
    rt_text kind_name;
    rt_text category_name;
    rt_text display;
    rt_text message;
    rt_text code;
    rt_text raw_code;
    rt_text title;
    rt_text details;
    rt_text hint;
    rt_text cause;
    rt_text request_id;
    rt_text microversion;
    rt_text body;
    const reqtrail_header *headers;
    size_t header_count;
    reqtrail_rate_limit rate_limit;
    reqtrail_trail *trail;
} rt_failure;

// What a connection to a cloud consists of, borrowed from it but for the trail.
typedef struct {
    rt_text endpoint;
    rt_text project_id;
    rt_text project_name;
    rt_text user_id;
    rt_text user_name;
    double expires_at;
    reqtrail_trail *trail;
} rt_session;

// Says whether a buffer consists of whole steps. What follows a step that is cut short is never read as steps.
bool rt_steps_whole(const uint8_t *steps, size_t length);

// Builds a client of a base URL or, where it is not NULL, of a connection. `id` is what callbacks into Go carry.
reqtrail_client *rt_client_new(const uint8_t *steps, size_t length, const reqtrail_connection *connection, uintptr_t id,
                               reqtrail_error **error);

// Makes a file descriptor that can be read when results wait to be taken, and has the client signal it. -1: no more
// descriptors.
int rt_client_watch(const reqtrail_client *client, int *signal);

// Makes a call on this thread. `cancel` may be NULL; `caller` is what a refresher's context is found by, or 0.
void rt_call(const reqtrail_client *client, const uint8_t *steps, size_t length, const reqtrail_cancel_token *cancel,
             uintptr_t caller, rt_ended *ended);

// Submits a call under a tag; NULL, or why it could not. Its result may be taken before this returns.
reqtrail_error *rt_submit(const reqtrail_client *client, const uint8_t *steps, size_t length, uint64_t tag);

// Submits an operation under a tag, likewise. `started` is the trail of the request that an RT_FOLLOW follows, or NULL; `id` is
// what the callback of RT_ON_PROGRESS carries, and `cancel` may be NULL.
reqtrail_error *rt_submit_operation(const reqtrail_client *client, const uint8_t *steps, size_t length, uint64_t tag,
                                    const reqtrail_trail *started, uintptr_t id, const reqtrail_cancel_token *cancel);

// Carries an operation out on this thread; `cancel` and `caller` are those of rt_call.
void rt_operate(const reqtrail_client *client, const uint8_t *steps, size_t length, const reqtrail_trail *started,
                uintptr_t id, const reqtrail_cancel_token *cancel, uintptr_t caller, rt_ended *ended);

// The most results that rt_take takes in one crossing.
#define RT_BATCH 64

// Takes up to `capacity` results, and at most RT_BATCH.
size_t rt_take(const reqtrail_client *client, rt_ended *ended, size_t capacity);

// Frees what a call or an operation has come to, but for the trail.
void rt_free(reqtrail_response *response, reqtrail_report *report, reqtrail_error *error);

// Reads an error; its trail is a new handle.
void rt_failure_read(const reqtrail_error *error, rt_failure *failure);

// Reads a connection; its trail is a new handle.
void rt_session_read(const reqtrail_connection *connection, rt_session *session);

#endif
