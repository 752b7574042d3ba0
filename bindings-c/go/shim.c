#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

// The functions of Go, in callbacks.go.
extern void reqtrailGoAttempt(uintptr_t id, const reqtrail_call_info *call, const reqtrail_attempt *attempt);
extern void reqtrailGoCall(uintptr_t id, const reqtrail_trail *trail);
extern uintptr_t reqtrailGoCapture(uintptr_t id, uintptr_t caller, const uint64_t *tag);
extern void reqtrailGoRelease(uintptr_t context);
extern void reqtrailGoRefresh(uintptr_t id, uintptr_t context, reqtrail_refresh *refresh);
extern void reqtrailGoProgress(uintptr_t id, const char *json, size_t length);

static void on_attempt(const reqtrail_call_info *call, const reqtrail_attempt *attempt, void *user_data) {
    reqtrailGoAttempt((uintptr_t)user_data, call, attempt);
}

static void on_call(const reqtrail_trail *trail, void *user_data) { reqtrailGoCall((uintptr_t)user_data, trail); }

// Whose call this thread makes.
static _Thread_local uintptr_t calling;

static void *capture(const uint64_t *tag, void *user_data) {
    return (void *)reqtrailGoCapture((uintptr_t)user_data, calling, tag);
}

static void release(void *context) { reqtrailGoRelease((uintptr_t)context); }

static void refresh(reqtrail_refresh *refresh, void *user_data) {
    reqtrailGoRefresh((uintptr_t)user_data, (uintptr_t)reqtrail_refresh_context(refresh), refresh);
}

static void on_progress(const char *json, size_t length, void *user_data) {
    reqtrailGoProgress((uintptr_t)user_data, json, length);
}

// A step of Go's buffer.
typedef struct {
    uint8_t what;
    size_t first_length;
    size_t second_length;
    const char *first;
    const char *second;
} step;

// Reads the next step; false at the end, and for a step that goes beyond it.
static bool next(const uint8_t **at, const uint8_t *end, step *s) {
    uint64_t first, second;
    const size_t head = 1 + sizeof first + sizeof second;
    size_t left = (size_t)(end - *at);
    if (left < head) {
        return false;
    }
    left -= head;
    memcpy(&first, *at + 1, sizeof first);
    memcpy(&second, *at + 1 + sizeof first, sizeof second);
    if (first > left || second > left - first) {
        return false;
    }
    s->what = **at;
    s->first_length = (size_t)first;
    s->second_length = (size_t)second;
    s->first = (const char *)*at + head;
    s->second = s->first + s->first_length;
    *at = (const uint8_t *)s->second + s->second_length;
    return true;
}

bool rt_steps_whole(const uint8_t *at, size_t length) {
    const uint8_t *end = at + length;
    step s;
    while (next(&at, end, &s)) {
    }
    return at == end;
}

static uint64_t number(const char *text) {
    uint64_t value;
    memcpy(&value, text, sizeof value);
    return value;
}

static double real(const char *text) {
    double value;
    memcpy(&value, text, sizeof value);
    return value;
}

#define FIRST s.first, s.first_length
#define SECOND s.second, s.second_length
#define NUMBER number(s.first)

// A mistake in a setter is kept by its handle, and told by what uses it.

static reqtrail_request *request_of(const uint8_t *at, size_t length, reqtrail_error **error) {
    const uint8_t *end = at + length;
    reqtrail_request *request = NULL;
    step s;
    if (!next(&at, end, &s)) {
        return NULL;
    }
    if (s.what == RT_LINK) {
        reqtrail_request_new_link(FIRST, SECOND, &request, error);
    } else {
        reqtrail_request_new(FIRST, SECOND, &request, error);
    }
    while (request != NULL && next(&at, end, &s)) {
        switch (s.what) {
        case RT_PARAM: reqtrail_request_param(request, FIRST, SECOND); break;
        case RT_SECRET_PARAM: reqtrail_request_secret_param(request, FIRST, SECOND); break;
        case RT_QUERY: reqtrail_request_query(request, FIRST, SECOND); break;
        case RT_HEADER: reqtrail_request_header(request, FIRST, SECOND); break;
        case RT_SECRET_HEADER: reqtrail_request_secret_header(request, FIRST, SECOND); break;
        case RT_JSON: reqtrail_request_json(request, FIRST); break;
        case RT_BODY: reqtrail_request_body(request, (const uint8_t *)s.first, s.first_length); break;
        case RT_IDEMPOTENT: reqtrail_request_idempotent(request, NUMBER != 0); break;
        case RT_IDEMPOTENCY_KEY: reqtrail_request_idempotency_key(request, FIRST); break;
        case RT_CORRELATION_ID: reqtrail_request_correlation_id(request, FIRST); break;
        case RT_MICROVERSION: reqtrail_request_microversion(request, FIRST); break;
        case RT_IF_NONE_MATCH: reqtrail_request_if_none_match(request, FIRST); break;
        case RT_TIMEOUT: reqtrail_request_timeout_ms(request, NUMBER); break;
        case RT_ATTEMPT_TIMEOUT: reqtrail_request_attempt_timeout_ms(request, NUMBER); break;
        case RT_CONNECT_TIMEOUT: reqtrail_request_connect_timeout_ms(request, NUMBER); break;
        case RT_MAX_ATTEMPTS: reqtrail_request_max_attempts(request, (uint32_t)NUMBER); break;
        default: break;
        }
    }
    return request;
}

static void set_option(reqtrail_client_options *options, step s, void *id) {
    switch (s.what) {
    case RT_DIALECT: reqtrail_client_options_dialect(options, FIRST); break;
    case RT_DIALECT_JSON: reqtrail_client_options_dialect_json(options, FIRST); break;
    case RT_TOKEN: reqtrail_client_options_token(options, FIRST); break;
    case RT_TOKEN_REFRESHER:
        reqtrail_client_options_token_refresher_in_context(options, capture, release, refresh, id, NULL);
        break;
    case RT_ON_ATTEMPT: reqtrail_client_options_on_attempt(options, on_attempt, id, NULL); break;
    case RT_ON_CALL: reqtrail_client_options_on_call(options, on_call, id, NULL); break;
    case RT_HEADER: reqtrail_client_options_default_header(options, FIRST, SECOND); break;
    case RT_SECRET_HEADER: reqtrail_client_options_default_secret_header(options, FIRST, SECOND); break;
    case RT_USER_AGENT: reqtrail_client_options_user_agent(options, FIRST); break;
    case RT_MICROVERSION: reqtrail_client_options_microversion(options, FIRST); break;
    case RT_MAX_ATTEMPTS: reqtrail_client_options_max_attempts(options, (uint32_t)NUMBER); break;
    case RT_BASE_DELAY: reqtrail_client_options_base_delay_ms(options, NUMBER); break;
    case RT_MAX_DELAY: reqtrail_client_options_max_delay_ms(options, NUMBER); break;
    case RT_MAX_RETRY_AFTER: reqtrail_client_options_max_retry_after_ms(options, NUMBER); break;
    case RT_RETRY_BUDGET:
        reqtrail_client_options_retry_budget(options, (uint32_t)NUMBER, (uint32_t)number(s.second));
        break;
    case RT_NO_RETRY_BUDGET: reqtrail_client_options_no_retry_budget(options); break;
    case RT_TIMEOUT: reqtrail_client_options_timeout_ms(options, NUMBER); break;
    case RT_ATTEMPT_TIMEOUT: reqtrail_client_options_attempt_timeout_ms(options, NUMBER); break;
    case RT_CONNECT_TIMEOUT: reqtrail_client_options_connect_timeout_ms(options, NUMBER); break;
    case RT_MAX_BODY_BYTES: reqtrail_client_options_max_body_bytes(options, NUMBER); break;
    case RT_MAX_REDIRECTS: reqtrail_client_options_max_redirects(options, (uint32_t)NUMBER); break;
    case RT_SHOW_QUERY_PARAM: reqtrail_client_options_show_query_param(options, FIRST); break;
    case RT_NO_TRACEPARENT: reqtrail_client_options_traceparent(options, false); break;
    case RT_NO_DECOMPRESS: reqtrail_client_options_decompress(options, false); break;
    case RT_PROXY: reqtrail_client_options_proxy(options, FIRST); break;
    case RT_NO_PROXY: reqtrail_client_options_no_proxy(options); break;
    case RT_EXTRA_CA: reqtrail_client_options_extra_ca(options, (const uint8_t *)s.first, s.first_length); break;
    case RT_CLIENT_CERTIFICATE: reqtrail_client_options_client_certificate(options, FIRST); break;
    case RT_ACCEPT_INVALID_CERTS: reqtrail_client_options_danger_accept_invalid_certs(options, true); break;
    case RT_HTTP1_ONLY: reqtrail_client_options_http1_only(options, true); break;
    case RT_POOL_MAX_IDLE: reqtrail_client_options_pool_max_idle(options, (size_t)NUMBER); break;
    case RT_POOL_IDLE_TIMEOUT: reqtrail_client_options_pool_idle_timeout_ms(options, NUMBER); break;
    case RT_HTTP2_PING_INTERVAL: reqtrail_client_options_http2_ping_interval_ms(options, NUMBER); break;
    case RT_NO_HTTP2_PINGS: reqtrail_client_options_no_http2_pings(options); break;
    case RT_HTTP2_PING_TIMEOUT: reqtrail_client_options_http2_ping_timeout_ms(options, NUMBER); break;
    case RT_UNIX_SOCKET: reqtrail_client_options_unix_socket(options, FIRST); break;
    case RT_JITTER_SEED: reqtrail_client_options_jitter_seed(options, NUMBER); break;
    default: break;
    }
}

reqtrail_client *rt_client_new(const uint8_t *at, size_t length, const reqtrail_connection *connection, uintptr_t id,
                               reqtrail_error **error) {
    const uint8_t *end = at + length;
    reqtrail_client_options *options = NULL;
    reqtrail_client *client = NULL;
    step s;
    if (connection != NULL) {
        reqtrail_client_options_from_connection(connection, &options, error);
    } else if (next(&at, end, &s)) {
        reqtrail_client_options_new(FIRST, &options, error);
    }
    if (options == NULL) {
        return NULL;
    }
    while (next(&at, end, &s)) {
        set_option(options, s, (void *)id);
    }
    reqtrail_client_new(options, &client, error);
    reqtrail_client_options_free(options);
    return client;
}

static reqtrail_operation *operation_of(const uint8_t *at, size_t length, const reqtrail_trail *started, uintptr_t id,
                                        reqtrail_error **error) {
    const uint8_t *end = at + length;
    reqtrail_operation *operation = NULL;
    step s;
    if (!next(&at, end, &s)) {
        return NULL;
    }
    switch (s.what) {
    case RT_SERVER: reqtrail_operation_server(FIRST, &operation, error); break;
    case RT_ACTION: reqtrail_operation_action(FIRST, SECOND, &operation, error); break;
    case RT_ACTIONS: reqtrail_operation_actions(FIRST, &operation, error); break;
    case RT_EXPLAIN: reqtrail_operation_explain(FIRST, &operation, error); break;
    default:
        if (started != NULL) {
            reqtrail_operation_follow_trail(FIRST, started, &operation, error);
        } else {
            reqtrail_operation_follow(FIRST, SECOND, &operation, error);
        }
    }
    while (operation != NULL && next(&at, end, &s)) {
        switch (s.what) {
        case RT_MICROVERSION: reqtrail_operation_microversion(operation, FIRST); break;
        case RT_LIMIT: reqtrail_operation_limit(operation, (uint32_t)NUMBER); break;
        case RT_MARKER: reqtrail_operation_marker(operation, FIRST); break;
        case RT_CHANGES_SINCE: reqtrail_operation_changes_since(operation, real(s.first)); break;
        case RT_CHANGES_BEFORE: reqtrail_operation_changes_before(operation, real(s.first)); break;
        case RT_POLL_INTERVAL: reqtrail_operation_poll_interval_ms(operation, NUMBER, number(s.second)); break;
        case RT_DEADLINE: reqtrail_operation_deadline_ms(operation, NUMBER); break;
        case RT_SETTLE_TIME: reqtrail_operation_settle_time_ms(operation, NUMBER); break;
        case RT_ON_PROGRESS: reqtrail_operation_on_progress(operation, on_progress, (void *)id, NULL); break;
        default: break;
        }
    }
    return operation;
}

// Reads what Go copies of a response, while this side of the crossing has it at hand.
static void gather(rt_ended *ended) {
    const reqtrail_response *response = ended->response;
    if (response == NULL) {
        return;
    }
    ended->status = reqtrail_response_status(response);
    ended->body.data = (const char *)reqtrail_response_body(response, &ended->body.length);
    ended->request_id.data = reqtrail_response_request_id(response, &ended->request_id.length);
    ended->microversion.data = reqtrail_response_microversion(response, &ended->microversion.length);
    ended->headers = reqtrail_response_headers(response, &ended->header_count);
    ended->has_rate_limit = reqtrail_response_rate_limit(response, &ended->rate_limit);
    ended->trail = reqtrail_trail_clone(reqtrail_response_trail(response));
}

void rt_call(const reqtrail_client *client, const uint8_t *steps, size_t length, const reqtrail_cancel_token *cancel,
             uintptr_t caller, rt_ended *ended) {
    memset(ended, 0, sizeof *ended);
    reqtrail_request *request = request_of(steps, length, &ended->error);
    if (request == NULL) {
        return;
    }
    if (cancel != NULL) {
        reqtrail_request_cancel_token(request, cancel);
    }
    uintptr_t before = calling;
    calling = caller;
    ended->code = reqtrail_call(client, request, &ended->response, &ended->error);
    calling = before;
    reqtrail_request_free(request);
    gather(ended);
}

reqtrail_error *rt_submit(const reqtrail_client *client, const uint8_t *steps, size_t length, uint64_t tag) {
    reqtrail_error *error = NULL;
    reqtrail_request *request = request_of(steps, length, &error);
    if (request != NULL) {
        reqtrail_client_submit(client, request, tag, &error);
        reqtrail_request_free(request);
    }
    return error;
}

reqtrail_error *rt_submit_operation(const reqtrail_client *client, const uint8_t *steps, size_t length, uint64_t tag,
                                    const reqtrail_trail *started, uintptr_t id, const reqtrail_cancel_token *cancel) {
    reqtrail_error *error = NULL;
    reqtrail_operation *operation = operation_of(steps, length, started, id, &error);
    if (operation != NULL) {
        if (cancel != NULL) {
            reqtrail_operation_cancel_token(operation, cancel);
        }
        reqtrail_client_submit_operation(client, operation, tag, &error);
        reqtrail_operation_free(operation);
    }
    return error;
}

void rt_operate(const reqtrail_client *client, const uint8_t *steps, size_t length, const reqtrail_trail *started,
                uintptr_t id, const reqtrail_cancel_token *cancel, uintptr_t caller, rt_ended *ended) {
    memset(ended, 0, sizeof *ended);
    reqtrail_operation *operation = operation_of(steps, length, started, id, &ended->error);
    if (operation == NULL) {
        return;
    }
    if (cancel != NULL) {
        reqtrail_operation_cancel_token(operation, cancel);
    }
    uintptr_t before = calling;
    calling = caller;
    ended->code = reqtrail_operation_run(client, operation, &ended->report, &ended->error);
    calling = before;
    reqtrail_operation_free(operation);
}

size_t rt_take(const reqtrail_client *client, rt_ended *ended, size_t capacity) {
    reqtrail_done done[RT_BATCH];
    if (capacity > RT_BATCH) {
        capacity = RT_BATCH;
    }
    size_t count = reqtrail_client_take_done(client, done, capacity);
    for (size_t i = 0; i < count; i++) {
        memset(&ended[i], 0, sizeof ended[i]);
        ended[i].tag = done[i].tag;
        ended[i].code = done[i].code;
        ended[i].response = done[i].response;
        ended[i].report = done[i].report;
        ended[i].error = done[i].error;
        gather(&ended[i]);
    }
    return count;
}

void rt_free(reqtrail_response *response, reqtrail_report *report, reqtrail_error *error) {
    reqtrail_response_free(response);
    reqtrail_report_free(report);
    reqtrail_error_free(error);
}

static void name(rt_text *text, const char *zero_terminated) {
    text->data = zero_terminated;
    text->length = zero_terminated == NULL ? 0 : strlen(zero_terminated);
}

void rt_failure_read(const reqtrail_error *error, rt_failure *f) {
    memset(f, 0, sizeof *f);
    f->kind = reqtrail_error_kind(error);
    name(&f->kind_name, reqtrail_code_name(f->kind));
    f->category = reqtrail_error_category(error);
    name(&f->category_name, reqtrail_category_name(f->category));
    f->status = reqtrail_error_status(error);
    f->may_have_been_sent = reqtrail_error_may_have_been_sent(error);
    f->retry_after_ms = reqtrail_error_retry_after_ms(error);
    f->display.data = reqtrail_error_display(error, &f->display.length);
    f->message.data = reqtrail_error_message(error, &f->message.length);
    f->code.data = reqtrail_error_code(error, &f->code.length);
    f->raw_code.data = reqtrail_error_raw_code(error, &f->raw_code.length);
    f->title.data = reqtrail_error_title(error, &f->title.length);
    f->details.data = reqtrail_error_details(error, &f->details.length);
    f->hint.data = reqtrail_error_hint(error, &f->hint.length);
    f->cause.data = reqtrail_error_cause(error, &f->cause.length);
    f->request_id.data = reqtrail_error_request_id(error, &f->request_id.length);
    f->microversion.data = reqtrail_error_microversion(error, &f->microversion.length);
    f->body.data = (const char *)reqtrail_error_body(error, &f->body.length);
    f->headers = reqtrail_error_headers(error, &f->header_count);
    f->has_rate_limit = reqtrail_error_rate_limit(error, &f->rate_limit);
    f->trail = reqtrail_trail_clone(reqtrail_error_trail(error));
}

void rt_session_read(const reqtrail_connection *connection, rt_session *s) {
    memset(s, 0, sizeof *s);
    s->endpoint.data = reqtrail_connection_endpoint(connection, &s->endpoint.length);
    s->project_id.data = reqtrail_connection_project_id(connection, &s->project_id.length);
    s->project_name.data = reqtrail_connection_project_name(connection, &s->project_name.length);
    s->user_id.data = reqtrail_connection_user_id(connection, &s->user_id.length);
    s->user_name.data = reqtrail_connection_user_name(connection, &s->user_name.length);
    s->expires_at = reqtrail_connection_expires_at(connection);
    s->trail = reqtrail_trail_clone(reqtrail_connection_trail(connection));
}

// Wakes Go: one write into a descriptor that its netpoller watches, and no Go code on a thread of the library.
static void notify(void *user_data) {
    int signal = (int)(intptr_t)user_data;
    uint64_t one = 1;
    while (write(signal, &one, sizeof one) < 0 && errno == EINTR) {
    }
    // A descriptor that takes no more is one that is ready to be read.
}

int rt_client_watch(const reqtrail_client *client, int *signal) {
#ifdef __linux__
    int ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    *signal = ready;
#else
    int ends[2];
    int ready = pipe(ends);
    if (ready == 0) {
        for (int i = 0; i < 2; i++) {
            fcntl(ends[i], F_SETFD, FD_CLOEXEC);
            fcntl(ends[i], F_SETFL, O_NONBLOCK);
        }
        ready = ends[0];
        *signal = ends[1];
    }
#endif
    if (ready >= 0) {
        reqtrail_client_set_notify(client, notify, (void *)(intptr_t)*signal, NULL, NULL);
    }
    return ready;
}
