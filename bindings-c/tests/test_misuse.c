/* What programs do wrong, and what the library says to it. */
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

static void connection_options_are_checked(void) {
  static const char *const wanted[] = {"http2_ping_interval is 0; expected a longer time",
                                       "http2_ping_timeout is 0; expected a longer time",
                                       "unix_socket is empty; expected the path of a socket",
                                       "unix_socket is the path `/a\\0b`",
                                       "unix_socket and proxy are both set"};
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

/* Every option that is not met elsewhere is taken. */
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
  /* These are wrong, and said to be when the client is built. */
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

/* What only some dialects have, and a value that may not be shown. */
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
  /* The copy has what the request had then, and no more. */
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

/* A call leaves the program's signals as they were. */
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

const struct test misuse_tests[] = {{"texts must be UTF-8", texts_must_be_utf8},
                                    {"a setter's mistake is kept", a_setters_mistake_is_kept},
                                    {"connection options are checked", connection_options_are_checked},
                                    {"options are checked as a whole", options_are_checked_as_a_whole},
                                    {"all options are taken", all_options_are_taken},
                                    {"wrong requests are refused", wrong_requests_are_refused},
                                    {"the queue has rules", the_queue_has_rules},
                                    {"signals are left alone", signals_are_left_alone},
                                    {NULL, NULL}};
