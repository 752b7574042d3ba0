/* Misuses of the library, and how it reports them. */
#include <pthread.h>
#include <signal.h>

#include "check.h"

static void texts_must_be_utf8(void) {
  reqtrail_client_options *options = (reqtrail_client_options *)1;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_client_options_new("\xff", 1, &options, &error), REQTRAIL_ERROR_NOT_UTF8);
  CHECK(options == NULL && reqtrail_error_trail(error) == NULL && reqtrail_error_status(error) == 0);
  CHECK_TEXT(reqtrail_error_message(error, NULL), "base_url is not UTF-8 text");
  CHECK_TEXT(reqtrail_error_display(error, NULL), "not_utf8: base_url is not UTF-8 text");
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_client_options_new(NULL, 1, &options, NULL), REQTRAIL_ERROR_NULL_POINTER);
  CHECK_CODE(reqtrail_client_options_new(NULL, Z, &options, NULL), REQTRAIL_ERROR_NULL_POINTER);
  CHECK_CODE(reqtrail_client_options_new("x", Z - 1, &options, NULL), REQTRAIL_ERROR_BAD_VALUE);
}

static void a_setters_mistake_is_kept(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client = (reqtrail_client *)1;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_client_options_dialect(options, "elvish", Z), REQTRAIL_ERROR_CONFIG);
  CHECK_CODE(reqtrail_client_options_token(options, "\xff", Z), REQTRAIL_ERROR_NOT_UTF8);
  CHECK_CODE(reqtrail_client_new(options, &client, &error), REQTRAIL_ERROR_CONFIG);
  CHECK(client == NULL && strstr(reqtrail_error_display(error, NULL), "elvish") != NULL);
  reqtrail_error_free(error);
  reqtrail_client_options_free(options);
  client = quick_client();
  reqtrail_request *request = get("/ok");
  reqtrail_response *response;
  reqtrail_call_handle *call;
  CHECK_CODE(reqtrail_request_header(request, "X-A", Z, "\xc3\x28", Z), REQTRAIL_ERROR_NOT_UTF8);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_NOT_UTF8);
  CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &call, NULL), REQTRAIL_ERROR_NOT_UTF8);
  CHECK(call == NULL);
  CHECK_CODE(reqtrail_client_submit(client, request, 1, NULL), REQTRAIL_ERROR_NOT_UTF8);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void count_freed(void *user_data) { ++*(int *)user_data; }

static void hear_attempt(const reqtrail_call_info *call, const reqtrail_attempt *attempt, void *user_data) {
  (void)call, (void)attempt, (void)user_data;
}

static void hear_call(const reqtrail_trail *trail, void *user_data) { (void)trail, (void)user_data; }

static void hear_progress(const char *json, size_t length, void *user_data) {
  (void)json, (void)length, (void)user_data;
}

static void hear_results(void *user_data) { (void)user_data; }

static void give_nothing(reqtrail_refresh *refresh, void *user_data) { (void)refresh, (void)user_data; }

static void *no_context(const uint64_t *tag, void *user_data) {
  (void)tag, (void)user_data;
  return NULL;
}

static void user_data_is_freed_where_there_is_no_handle(void) {
  int freed = 0;
  CHECK_CODE(reqtrail_client_options_on_attempt(NULL, hear_attempt, &freed, count_freed), REQTRAIL_ERROR_NULL_POINTER);
  CHECK(freed == 1);
  CHECK_CODE(reqtrail_client_options_on_call(NULL, hear_call, &freed, count_freed), REQTRAIL_ERROR_NULL_POINTER);
  CHECK(freed == 2);
  CHECK_CODE(reqtrail_client_options_token_refresher(NULL, give_nothing, &freed, count_freed),
             REQTRAIL_ERROR_NULL_POINTER);
  CHECK(freed == 3);
  CHECK_CODE(
      reqtrail_client_options_token_refresher_in_context(NULL, no_context, NULL, give_nothing, &freed, count_freed),
      REQTRAIL_ERROR_NULL_POINTER);
  CHECK(freed == 4);
  CHECK_CODE(reqtrail_operation_on_progress(NULL, hear_progress, &freed, count_freed), REQTRAIL_ERROR_NULL_POINTER);
  CHECK(freed == 5);
  CHECK_CODE(reqtrail_client_set_notify(NULL, hear_results, &freed, count_freed, NULL), REQTRAIL_ERROR_NULL_POINTER);
  CHECK(freed == 6);
  /* The same if the handle refuses it. */
  reqtrail_operation *operation;
  CHECK_CODE(reqtrail_operation_server("a", Z, &operation, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_on_progress(operation, hear_progress, &freed, count_freed), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(freed == 7);
  reqtrail_operation_free(operation);
}

static void connection_options_are_checked(void) {
  static const char *const wanted[] = {"http2_ping_interval_ms is 0; expected a longer time",
                                       "http2_ping_timeout_ms is 0; expected a longer time",
                                       "unix_socket is empty; expected the path of a socket",
                                       "unix_socket is the path `/a\\0b`", "unix_socket and proxy are both set"};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    reqtrail_client_options *options = quick_options();
    reqtrail_client *client;
    reqtrail_error *error;
    switch (i) {
      case 0: CHECK_CODE(reqtrail_client_options_http2_ping_interval_ms(options, 0), REQTRAIL_OK); break;
      case 1: CHECK_CODE(reqtrail_client_options_http2_ping_timeout_ms(options, 0), REQTRAIL_OK); break;
      case 2: CHECK_CODE(reqtrail_client_options_unix_socket(options, "", Z), REQTRAIL_OK); break;
      case 3: CHECK_CODE(reqtrail_client_options_unix_socket(options, "/a\0b", 4), REQTRAIL_OK); break;
      default:
        CHECK_CODE(reqtrail_client_options_unix_socket(options, "/x", Z), REQTRAIL_OK);
        CHECK_CODE(reqtrail_client_options_proxy(options, "http://p.example", Z), REQTRAIL_OK);
    }
    CHECK_CODE(reqtrail_client_new(options, &client, &error), REQTRAIL_ERROR_CONFIG);
    CHECK(strstr(reqtrail_error_message(error, NULL), wanted[i]) != NULL);
    reqtrail_error_free(error);
    reqtrail_client_options_free(options);
  }
  reqtrail_client_options *options = quick_options();
  CHECK_CODE(reqtrail_client_options_unix_socket(options, NULL, 1), REQTRAIL_ERROR_NULL_POINTER);
  CHECK_CODE(reqtrail_client_options_unix_socket(options, "\xff", Z), REQTRAIL_ERROR_NOT_UTF8);
  reqtrail_client_options_free(options);
}

static void options_are_checked_as_a_whole(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_error *error;
  reqtrail_client_options_max_attempts(options, 99);
  CHECK_CODE(reqtrail_client_new(options, &client, &error), REQTRAIL_ERROR_CONFIG);
  CHECK(strstr(reqtrail_error_message(error, NULL), "99") != NULL);
  reqtrail_error_free(error);
  reqtrail_client_options_free(options);
}

static void times_may_have_no_limit(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_response *response;
  reqtrail_client_options_timeout_ms(options, UINT64_MAX);
  reqtrail_client_options_attempt_timeout_ms(options, UINT64_MAX);
  reqtrail_client_options_connect_timeout_ms(options, UINT64_MAX);
  reqtrail_client_options_max_delay_ms(options, UINT64_MAX);
  reqtrail_client_options_max_retry_after_ms(options, UINT64_MAX);
  reqtrail_client_options_pool_idle_timeout_ms(options, UINT64_MAX);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_request *request = get("/head/x-app");
  reqtrail_request_timeout_ms(request, UINT64_MAX);
  reqtrail_request_attempt_timeout_ms(request, UINT64_MAX);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  reqtrail_client_options_free(options);
}

/* A recording is written only if the environment allows it. */
static void recording_needs_permission(void) {
  char folder[] = "/tmp/reqtrail-recording-XXXXXX", path[64], text[512] = "";
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK(mkdtemp(folder) != NULL);
  snprintf(path, sizeof path, "%s/session.json", folder);
  CHECK_CODE(reqtrail_client_options_record(options, path, Z), REQTRAIL_OK);
  unsetenv("REQTRAIL_ALLOW_RECORD");
  CHECK_CODE(reqtrail_client_new(options, &client, &error), REQTRAIL_ERROR_CONFIG);
  CHECK(strstr(reqtrail_error_message(error, NULL), "REQTRAIL_ALLOW_RECORD=1") != NULL);
  reqtrail_error_free(error);
  setenv("REQTRAIL_ALLOW_RECORD", "1", 1);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  unsetenv("REQTRAIL_ALLOW_RECORD");
  reqtrail_request *request = get("/ok");
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  FILE *file = fopen(path, "r");
  CHECK(file != NULL && fread(text, 1, sizeof text - 1, file) > 0 && fclose(file) == 0);
  CHECK(strstr(text, "reqtrail.script/1") != NULL && strstr(text, "/ok") != NULL);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  reqtrail_client_options_free(options);
  CHECK(remove(path) == 0 && remove(folder) == 0);
}

/* Every option that no other test sets is accepted. */
static void all_options_are_taken(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  CHECK_CODE(reqtrail_client_options_default_header(options, "X-App", Z, "1", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_user_agent(options, "app/1", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_max_retry_after_ms(options, 1000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_retry_budget(options, 100, 1), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_no_retry_budget(options), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_timeout_ms(options, 30000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_attempt_timeout_ms(options, 20000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_connect_timeout_ms(options, 5000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_max_body_bytes(options, 1 << 20), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_max_redirects(options, 2), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_show_query_param(options, "zone", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_resolve(options, "api.example:443:10.0.0.7", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_traceparent(options, false), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_decompress(options, false), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_jitter_seed(options, 7), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_danger_accept_invalid_certs(options, true), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_http1_only(options, true), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_pool_max_idle(options, 4), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_pool_idle_timeout_ms(options, 1000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_http2_ping_interval_ms(options, 1000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_no_http2_pings(options), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_http2_ping_timeout_ms(options, 1000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_request *request = get("/head/x-app"), *link;
  reqtrail_response *response;
  const char *text;
  reqtrail_request_idempotent(request, true);
  reqtrail_request_timeout_ms(request, 20000);
  reqtrail_request_attempt_timeout_ms(request, 20000);
  reqtrail_request_connect_timeout_ms(request, 5000);
  reqtrail_request_query(request, "zone", Z, "shown", Z);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  reqtrail_response_json(response, &text, NULL, NULL);
  CHECK(strstr(text, "\"1\"") != NULL);
  const reqtrail_trail *trail = reqtrail_response_trail(response);
  CHECK(reqtrail_trail_note_count(trail) == 1 && reqtrail_trail_note(trail, 0) == REQTRAIL_TRAIL_NOTE_TLS_UNVERIFIED);
  CHECK(reqtrail_trail_note(trail, 1) == 0);
  CHECK(strstr(reqtrail_attempt_url(reqtrail_trail_attempt(trail, 0), NULL), "zone=shown") != NULL);
  reqtrail_response_free(response);
  CHECK_CODE(reqtrail_request_new_link("GET", Z, "/ok?cursor=x", Z, &link, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, link, &response, NULL), REQTRAIL_OK);
  reqtrail_response_free(response);
  reqtrail_request_free(link);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  /* These are wrong, which is reported when the client is built. */
  CHECK_CODE(reqtrail_client_options_extra_ca(options, (const unsigned char *)"no PEM", 6), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_ERROR_CONFIG);
  reqtrail_client_options_free(options);
  options = quick_options();
  CHECK_CODE(reqtrail_client_options_client_certificate(options, "no PEM", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_ERROR_CONFIG);
  reqtrail_client_options_free(options);
  options = quick_options();
  CHECK_CODE(reqtrail_client_options_proxy(options, "no URL", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_ERROR_CONFIG);
  reqtrail_client_options_free(options);
  options = quick_options();
  CHECK_CODE(reqtrail_client_options_microversion(options, "2.90", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_ERROR_CONFIG);
  reqtrail_client_options_free(options);
}

/* An option of other dialects, and a value that must not be shown. */
static void wrong_requests_are_refused(void) {
  reqtrail_client *client = quick_client();
  reqtrail_response *response;
  reqtrail_error *error;
  reqtrail_request *request = get("/missing/{key}"), *copy;
  reqtrail_request_secret_param(request, "key", Z, "hidden-value", Z);
  copy = reqtrail_request_clone(request);
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_API);
  CHECK(strstr(reqtrail_trail_json(reqtrail_error_trail(error), NULL), "hidden-value") == NULL);
  reqtrail_error_free(error);
  reqtrail_request_microversion(request, "2.90", Z);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_INVALID_REQUEST);
  reqtrail_request_free(request);
  /* The copy has only what the request had at that time. */
  CHECK_CODE(reqtrail_call(client, copy, &response, NULL), REQTRAIL_ERROR_API);
  reqtrail_request_correlation_id(copy, "x", Z);
  CHECK_CODE(reqtrail_call(client, copy, &response, NULL), REQTRAIL_ERROR_INVALID_REQUEST);
  reqtrail_request_free(copy);
  CHECK_CODE(reqtrail_client_set_token(client, "a\nb", Z, &error), REQTRAIL_ERROR_CONFIG);
  reqtrail_error_free(error);
  reqtrail_client_free(client);
}

static void the_queue_has_rules(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/ok");
  CHECK_CODE(reqtrail_client_submit(client, request, UINT64_MAX, NULL), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(!reqtrail_client_cancel(client, UINT64_MAX) && reqtrail_client_take_done(client, NULL, 5) == 0);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

/* The first mistake is reported with its setter and the request. */
static void a_mistake_names_its_setter(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_client_options_user_agent(options, "\xff", Z), REQTRAIL_ERROR_NOT_UTF8);
  CHECK_CODE(reqtrail_client_new(options, &client, &error), REQTRAIL_ERROR_NOT_UTF8);
  CHECK_TEXT(reqtrail_error_message(error, NULL), "reqtrail_client_options_user_agent: user_agent is not UTF-8 text");
  reqtrail_error_free(error);
  reqtrail_client_options_free(options);
  client = quick_client();
  static const char *const paths[] = {"/ok/{id}?token=hidden", "https://hidden/ok"};
  static const char *const shown[] = {"GET /ok/{id}", "GET of a URL"};
  for (int i = 0; i < 2; i++) {
    char wanted[120];
    reqtrail_request *request = get(paths[i]);
    CHECK_CODE(reqtrail_request_param(request, "id", Z, "hidden\xff", Z), REQTRAIL_ERROR_NOT_UTF8);
    CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_NOT_UTF8);
    snprintf(wanted, sizeof wanted, "%s: reqtrail_request_param: value is not UTF-8 text", shown[i]);
    CHECK_TEXT(reqtrail_error_message(error, NULL), wanted);
    reqtrail_error_free(error);
    reqtrail_request_free(request);
  }
  reqtrail_client_free(client);
}

/* A function that has nothing to return returns the default, and sets lengths, counts and limits, too. */
static void a_missing_value_is_empty(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/ok");
  reqtrail_response *response;
  reqtrail_error *error;
  reqtrail_rate_limit limit = {7, 7, 7};
  size_t length = 7, count = 7;
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK(reqtrail_response_header(response, "x-none", Z, &length) == NULL && length == 0);
  length = 7;
  CHECK(reqtrail_response_header(response, "\xff", 1, &length) == NULL && length == 0);
  length = 7;
  CHECK(reqtrail_response_microversion(response, &length) == NULL && length == 0);
  CHECK(!reqtrail_response_rate_limit(response, &limit));
  CHECK(limit.limit == -1 && limit.remaining == -1 && limit.reset_at == -1);
  const reqtrail_attempt *attempt = reqtrail_trail_attempt(reqtrail_response_trail(response), 0);
  length = 7;
  CHECK(reqtrail_attempt_error_code(attempt, &length) == NULL && length == 0);
  length = 7;
  CHECK(reqtrail_trail_request_id_at(reqtrail_response_trail(response), 99, &length) == NULL && length == 0);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  request = get("bad path");
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_INVALID_REQUEST);
  CHECK(response == NULL && reqtrail_error_headers(error, &count) == NULL && count == 0);
  length = 7;
  CHECK(reqtrail_error_body(error, &length) == NULL && length == 0);
  length = 7;
  CHECK(reqtrail_error_header(error, "x-none", Z, &length) == NULL && length == 0);
  length = 7;
  CHECK(reqtrail_error_code(error, &length) == NULL && length == 0);
  limit.limit = 7;
  CHECK(!reqtrail_error_rate_limit(error, &limit) && limit.limit == -1);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static const reqtrail_client *shared_client;

/* Cancels itself. Without protection, a function within the call would act on that. */
static void *call_while_cancelled(void *code) {
  reqtrail_request *request = get("/ok");
  reqtrail_response *response;
  CHECK(pthread_cancel(pthread_self()) == 0);
  *(reqtrail_code *)code = reqtrail_call(shared_client, request, &response, NULL);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  pthread_testcancel();
  return NULL;
}

static void a_thread_is_cancelled_after_its_call(void) {
  reqtrail_client *client = quick_client();
  reqtrail_code code = REQTRAIL_ERROR_INTERNAL;
  pthread_t thread;
  void *ended;
  shared_client = client;
  CHECK(pthread_create(&thread, NULL, call_while_cancelled, &code) == 0);
  CHECK(pthread_join(thread, &ended) == 0);
  CHECK_CODE(code, REQTRAIL_OK);
  CHECK(ended == PTHREAD_CANCELED);
  reqtrail_client_free(client);
}

struct lines {
  int lines, failures, secrets, freed;
};

static void count_line(int32_t level, const char *line, size_t length, void *user_data) {
  struct lines *seen = user_data;
  CHECK(strlen(line) == length && strchr(line, '\n') == NULL);
  CHECK(level >= REQTRAIL_LOG_ERROR && level <= REQTRAIL_LOG_DEBUG);
  seen->lines++;
  if (strstr(line, "status=404") != NULL && strstr(line, "path=/missing/{key}") != NULL) seen->failures++;
  if (strstr(line, "hidden-value") != NULL) seen->secrets++;
}

static void lines_are_freed(void *user_data) { ((struct lines *)user_data)->freed++; }

static void the_log_is_passed_on(void) {
  struct lines seen = {0, 0, 0, 0};
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/missing/{key}");
  reqtrail_response *response;
  reqtrail_error *error;
  reqtrail_request_secret_param(request, "key", Z, "hidden-value", Z);
  for (int level = -1; level < 7; level += 7) {
    CHECK_CODE(reqtrail_set_log(level, count_line, &seen, lines_are_freed, &error), REQTRAIL_ERROR_BAD_VALUE);
    CHECK(strstr(reqtrail_error_message(error, NULL), level < 0 ? "level is -1; expected" : "level is 6; expected") !=
          NULL);
    reqtrail_error_free(error);
  }
  CHECK(seen.freed == 2);
  CHECK_CODE(reqtrail_set_log(REQTRAIL_LOG_DEBUG, count_line, &seen, lines_are_freed, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_API);
  CHECK(seen.lines > 0 && seen.failures > 0 && seen.secrets == 0);
  int before = seen.lines;
  CHECK_CODE(reqtrail_set_log(REQTRAIL_LOG_ERROR, count_line, &seen, NULL, NULL), REQTRAIL_OK);
  CHECK(seen.freed == 3);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_API);
  CHECK(seen.lines == before);
  CHECK_CODE(reqtrail_set_log(REQTRAIL_LOG_OFF, NULL, NULL, NULL, NULL), REQTRAIL_OK);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

struct warnings {
  int on, ignored;
};

static void count_warning(int32_t level, const char *line, size_t length, void *user_data) {
  struct warnings *seen = user_data;
  (void)length;
  if (level == REQTRAIL_LOG_WARN && strstr(line, "chaos is on: ") != NULL) seen->on++;
  if (level == REQTRAIL_LOG_WARN && strstr(line, "REQTRAIL_CHAOS is ignored: ") != NULL) seen->ignored++;
}

/* With injected faults, a call fails whatever its method, and its trail says so. */
static void is_chaotic(reqtrail_client_options *options) {
  reqtrail_client *client;
  CHECK_CODE(reqtrail_client_options_max_attempts(options, 1), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  for (int i = 0; i < 2; i++) {
    reqtrail_request *request;
    reqtrail_response *response;
    reqtrail_error *error;
    CHECK_CODE(reqtrail_request_new(i == 0 ? "GET" : "POST", Z, "/ok", Z, &request, NULL), REQTRAIL_OK);
    CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_API);
    const reqtrail_trail *trail = reqtrail_error_trail(error);
    const reqtrail_attempt *attempt = reqtrail_trail_attempt(trail, 0);
    CHECK(reqtrail_trail_note_count(trail) == 1 && reqtrail_trail_note(trail, 0) == REQTRAIL_TRAIL_NOTE_CHAOS);
    CHECK(reqtrail_attempt_status(attempt) == 503);
    CHECK(reqtrail_attempt_sent(attempt) == REQTRAIL_SENT_YES);
    CHECK(reqtrail_attempt_request_id(attempt, NULL) != NULL);
    CHECK_TEXT(reqtrail_attempt_error_code(attempt, NULL), "service_unavailable");
    reqtrail_error_free(error);
    reqtrail_request_free(request);
  }
  reqtrail_client_free(client);
}

static void chaos_needs_permission(void) {
  static const char faults[] = "503:code=service_unavailable@100%;seed=7";
  struct warnings seen = {0};
  reqtrail_client_options *options = quick_options(), *plain = quick_options();
  reqtrail_client *client;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_set_log(REQTRAIL_LOG_WARN, count_warning, &seen, NULL, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_chaos(options, faults, Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, &error), REQTRAIL_ERROR_CONFIG);
  CHECK(strstr(reqtrail_error_message(error, NULL), "chaos is set without REQTRAIL_ALLOW_CHAOS=1") != NULL);
  reqtrail_error_free(error);
  CHECK(setenv("REQTRAIL_CHAOS", faults, 1) == 0);
  CHECK_CODE(reqtrail_client_new(plain, &client, NULL), REQTRAIL_OK);
  reqtrail_client_free(client);
  CHECK(seen.on == 0 && seen.ignored == 1);
  CHECK(setenv("REQTRAIL_ALLOW_CHAOS", "1", 1) == 0);
  is_chaotic(plain);
  CHECK(unsetenv("REQTRAIL_CHAOS") == 0);
  is_chaotic(options);
  CHECK(seen.on == 2 && seen.ignored == 1);
  CHECK(unsetenv("REQTRAIL_ALLOW_CHAOS") == 0);
  CHECK_CODE(reqtrail_set_log(REQTRAIL_LOG_OFF, NULL, NULL, NULL, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  reqtrail_client_options_free(plain);
}

/* A call does not change the program's signals. */
static void signals_are_left_alone(void) {
  sigset_t before, after;
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/ok");
  reqtrail_response *response;
  sigemptyset(&before);
  sigemptyset(&after);
  CHECK(sigprocmask(SIG_SETMASK, NULL, &before) == 0);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  reqtrail_response_free(response);
  CHECK(sigprocmask(SIG_SETMASK, NULL, &after) == 0);
  CHECK(sigismember(&before, SIGPIPE) == sigismember(&after, SIGPIPE));
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

const struct test misuse_tests[] = {
    {"texts must be UTF-8", texts_must_be_utf8},
    {"user data is freed where there is no handle", user_data_is_freed_where_there_is_no_handle},
    {"a setter's mistake is kept", a_setters_mistake_is_kept},
    {"connection options are checked", connection_options_are_checked},
    {"options are checked as a whole", options_are_checked_as_a_whole},
    {"times may have no limit", times_may_have_no_limit},
    {"all options are taken", all_options_are_taken},
    {"recording needs permission", recording_needs_permission},
    {"wrong requests are refused", wrong_requests_are_refused},
    {"the queue has rules", the_queue_has_rules},
    {"signals are left alone", signals_are_left_alone},
    {"a mistake names its setter", a_mistake_names_its_setter},
    {"a missing value is empty", a_missing_value_is_empty},
    {"a thread is cancelled after its call", a_thread_is_cancelled_after_its_call},
    {"the log is passed on", the_log_is_passed_on},
    {"chaos needs permission", chaos_needs_permission},
    {NULL, NULL}};
