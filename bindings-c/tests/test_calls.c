/* Blocking calls and their results. */
#include <pthread.h>

#include "check.h"

static void a_response_has_every_field(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/ok");
  reqtrail_response *response;
  reqtrail_error *error;
  size_t length, count;
  const char *text;
  CHECK_CODE(reqtrail_request_query(request, "limit", Z, "a b", 3), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_OK);
  CHECK(error == NULL && response != NULL);
  CHECK(reqtrail_response_status(response) == 200);
  text = reqtrail_response_request_id(response, &length);
  CHECK(text != NULL && strncmp(text, "req_", 4) == 0 && strlen(text) == length);
  CHECK(reqtrail_response_request_id(response, NULL) == text);
  CHECK_CODE(reqtrail_response_json(response, &text, &length, &error), REQTRAIL_OK);
  CHECK(strstr(text, "limit=a%20b") != NULL && strlen(text) == length);
  CHECK(reqtrail_response_body(response, &length) != NULL && length == strlen(text));
  const reqtrail_header *headers = reqtrail_response_headers(response, &count);
  CHECK(count == 2);
  CHECK_TEXT(headers[0].name, "x-request-id");
  CHECK_TEXT(reqtrail_response_header(response, "X-REQUEST-ID", Z, &length), headers[0].value);
  CHECK(reqtrail_response_header(response, "x-none", Z, &length) == NULL && length == 0);
  CHECK(reqtrail_response_microversion(response, NULL) == NULL);
  const reqtrail_trail *trail = reqtrail_response_trail(response);
  CHECK(reqtrail_trail_attempt_count(trail) == 1 && reqtrail_trail_outcome(trail) == REQTRAIL_OK);
  CHECK(reqtrail_trail_stopped(trail) == REQTRAIL_STOPPED_SUCCEEDED);
  reqtrail_trail *kept = reqtrail_trail_clone(trail);
  reqtrail_response_free(response);
  CHECK(strstr(reqtrail_trail_json(kept, &length), "reqtrail.trail/1") != NULL);
  CHECK_TEXT(reqtrail_trail_method(kept, NULL), "GET");
  CHECK_TEXT(reqtrail_trail_path(kept, NULL), "/ok");
  CHECK_TEXT(reqtrail_trail_origin(kept, NULL), server_url);
  CHECK_TEXT(reqtrail_trail_dialect(kept, NULL), "novavms");
  CHECK(reqtrail_trail_correlation_id(kept, NULL) == NULL && reqtrail_trail_service(kept, NULL) == NULL);
  CHECK(strlen(reqtrail_trail_call_id(kept, &length)) == 36 && length == 36);
  CHECK(strlen(reqtrail_trail_trace_id(kept, NULL)) == 32);
  CHECK(reqtrail_trail_started_at(kept) > 1.7e9 && reqtrail_trail_elapsed_ms(kept) > 0);
  reqtrail_trail_free(kept);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void an_error_has_every_field(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/missing/{name}");
  reqtrail_response *response;
  reqtrail_error *error;
  size_t length;
  reqtrail_request_param(request, "name", Z, "a/b", Z);
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_API);
  CHECK(response == NULL && error != NULL);
  CHECK(reqtrail_error_kind(error) == REQTRAIL_ERROR_API && reqtrail_error_status(error) == 404);
  CHECK(reqtrail_error_category(error) == REQTRAIL_CATEGORY_NOT_FOUND);
  CHECK(reqtrail_error_code_number(error) == REQTRAIL_NOVAVMS_NOT_FOUND);
  CHECK_TEXT(reqtrail_error_code(error, &length), "not_found");
  CHECK_TEXT(reqtrail_error_raw_code(error, NULL), "not_found");
  CHECK_TEXT(reqtrail_error_message(error, &length), "no such camera");
  CHECK(length == strlen("no such camera"));
  CHECK(strstr(reqtrail_error_display(error, NULL), reqtrail_error_request_id(error, NULL)) != NULL);
  CHECK(reqtrail_error_hint(error, NULL) != NULL && reqtrail_error_cause(error, NULL) == NULL);
  CHECK(reqtrail_error_title(error, NULL) == NULL && reqtrail_error_details(error, NULL) == NULL);
  CHECK(reqtrail_error_microversion(error, NULL) == NULL);
  CHECK(reqtrail_error_retry_after_ms(error) < 0 && reqtrail_error_may_have_been_sent(error));
  CHECK(reqtrail_error_body(error, &length) != NULL && length > 10);
  CHECK(reqtrail_error_header(error, "content-length", Z, NULL) != NULL);
  CHECK(reqtrail_error_headers(error, &length) != NULL && length == 2);
  const reqtrail_trail *trail = reqtrail_error_trail(error);
  const reqtrail_attempt *attempt = reqtrail_trail_attempt(trail, 0);
  CHECK(reqtrail_error_trail_count(error) == 1 && reqtrail_error_trail_at(error, 0) != NULL);
  CHECK(reqtrail_error_trail_at(error, 1) == NULL && reqtrail_trail_attempt(trail, 1) == NULL);
  CHECK(reqtrail_attempt_number(attempt) == 1 && reqtrail_attempt_status(attempt) == 404);
  CHECK(reqtrail_attempt_cause(attempt) == REQTRAIL_CAUSE_INITIAL &&
        reqtrail_attempt_sent(attempt) == REQTRAIL_SENT_YES);
  CHECK(strstr(reqtrail_attempt_url(attempt, NULL), "/missing/a%2Fb") != NULL);
  CHECK_TEXT(reqtrail_attempt_request_id_source(attempt, NULL), "header:x-request-id");
  CHECK_TEXT(reqtrail_attempt_error_code(attempt, NULL), "not_found");
  CHECK(reqtrail_attempt_category(attempt) == REQTRAIL_CATEGORY_NOT_FOUND);
  CHECK(reqtrail_attempt_processed(attempt) == 1 && reqtrail_attempt_failure_code(attempt, NULL) == NULL);
  CHECK(reqtrail_attempt_failure_reason(attempt, NULL) == NULL);
  CHECK(reqtrail_attempt_wait_ms(attempt) < 0 && reqtrail_attempt_wait_reason(attempt) == 0);
  CHECK(strlen(reqtrail_attempt_span_id(attempt, NULL)) == 16);
  CHECK(strstr(reqtrail_trail_json(trail, NULL), reqtrail_attempt_json(attempt, NULL)) != NULL);
  reqtrail_error *refused = reqtrail_trail_decode_error(trail, "no CSV", Z, "line 3", Z);
  attempt = reqtrail_trail_attempt(reqtrail_error_trail(refused), 0);
  CHECK_TEXT(reqtrail_attempt_failure_reason(attempt, NULL), "no CSV");
  CHECK(reqtrail_error_kind(refused) == REQTRAIL_ERROR_DECODE &&
        strstr(reqtrail_error_message(refused, NULL), "no CSV") != NULL);
  CHECK_TEXT(reqtrail_error_cause(refused, NULL), "line 3");
  reqtrail_error_free(refused);
  CHECK(strstr(reqtrail_trail_report(trail, NULL), "GET /missing/{name}") != NULL);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static reqtrail_error *failure_of(reqtrail_client *client, const char *path) {
  reqtrail_request *request = get(path);
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_API);
  reqtrail_request_free(request);
  return error;
}

static void an_errors_body_is_text_and_json(void) {
  reqtrail_client *client = quick_client();
  size_t length;
  reqtrail_error *error = failure_of(client, "/words");
  CHECK_TEXT(reqtrail_error_text(error, &length), "{\"error\":\"not_found\",\"message\":\"caf\xc3\xa9 \\ud800\"}");
  CHECK(length == strlen(reqtrail_error_text(error, NULL)));
  CHECK_TEXT(reqtrail_error_json(error, &length), "{\"error\":\"not_found\",\"message\":\"caf\xc3\xa9 \\ufffd\"}");
  CHECK(length == strlen(reqtrail_error_json(error, NULL)));
  CHECK_TEXT(reqtrail_error_message(error, NULL), "caf\xc3\xa9 \xef\xbf\xbd");
  reqtrail_error_free(error);
  error = failure_of(client, "/html");
  CHECK_TEXT(reqtrail_error_text(error, NULL), "<h1>");
  CHECK(reqtrail_error_json(error, &length) == NULL && length == 0);
  reqtrail_error_free(error);
  reqtrail_client_free(client);
}

static void a_response_that_has_not_changed(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/tagged");
  reqtrail_response *response;
  reqtrail_error *error;
  const char *text;
  size_t length;
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_OK);
  CHECK(!reqtrail_response_not_modified(response));
  CHECK_CODE(reqtrail_response_text(response, &text, &length, &error), REQTRAIL_OK);
  CHECK_TEXT(text, "caf\xc3\xa9");
  CHECK(length == 5);
  CHECK_CODE(reqtrail_request_if_none_match(request, reqtrail_response_header(response, "etag", Z, NULL), Z),
             REQTRAIL_OK);
  reqtrail_response_free(response);
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_OK);
  CHECK(reqtrail_response_not_modified(response) && reqtrail_response_status(response) == 304);
  CHECK(reqtrail_response_body(response, &length) != NULL && length == 0);
  reqtrail_response_free(response);
  CHECK_CODE(reqtrail_request_if_none_match(request, "", 0), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_INVALID_REQUEST);
  CHECK(strstr(reqtrail_error_message(error, NULL), "if_none_match is empty") != NULL);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void retries_are_in_the_trail(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/busy");
  reqtrail_response *response;
  reqtrail_error *error;
  reqtrail_request_max_attempts(request, 3);
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_API);
  const reqtrail_trail *trail = reqtrail_error_trail(error);
  CHECK(reqtrail_trail_attempt_count(trail) == 3 && reqtrail_trail_request_id_count(trail) == 3);
  CHECK(reqtrail_trail_stopped(trail) == REQTRAIL_STOPPED_ATTEMPTS_EXHAUSTED);
  CHECK(strcmp(reqtrail_trail_request_id_at(trail, 0, NULL), reqtrail_trail_request_id_at(trail, 2, NULL)) != 0);
  CHECK_TEXT(reqtrail_trail_request_id(trail, NULL), reqtrail_trail_request_id_at(trail, 2, NULL));
  CHECK(reqtrail_trail_request_id_at(trail, 3, NULL) == NULL);
  const reqtrail_attempt *second = reqtrail_trail_attempt(trail, 1);
  CHECK(reqtrail_attempt_cause(second) == REQTRAIL_CAUSE_RETRY && reqtrail_attempt_wait_ms(second) >= 0);
  CHECK(reqtrail_attempt_retry_after_ms(second) == 0 && reqtrail_error_retry_after_ms(error) == 0);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void bodies_and_headers_go_out(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request;
  reqtrail_response *response;
  const char *text;
  size_t length;
  reqtrail_request_new("POST", Z, "/echo", Z, &request, NULL);
  reqtrail_request_json(request, "{\"a\":1}", Z);
  reqtrail_request_idempotency_key(request, "key-1", Z);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK_TEXT(reqtrail_response_header(response, "x-type", Z, NULL), "application/json");
  CHECK_TEXT(reqtrail_response_header(response, "x-key", Z, NULL), "key-1");
  reqtrail_response_free(response);
  /* The same request with another body, NUL included. */
  reqtrail_request_body(request, (const unsigned char *)"a\0b", 3);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_response_text(response, &text, &length, NULL), REQTRAIL_OK);
  CHECK(length == 3 && memcmp(text, "a\0b", 4) == 0);
  reqtrail_response_free(response);
  reqtrail_request_body(request, NULL, 0);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK(reqtrail_response_body(response, &length) != NULL && length == 0);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  request = get("/head/x-own");
  reqtrail_request_header(request, "X-Own", Z, "value", Z);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  reqtrail_response_json(response, &text, NULL, NULL);
  CHECK(strstr(text, "\"value\": \"value\"") != NULL);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void a_body_that_is_not_text_is_an_error_with_the_trail(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/text");
  reqtrail_response *response;
  reqtrail_error *error;
  const char *text = "untouched";
  size_t length = 7;
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_response_text(response, &text, &length, &error), REQTRAIL_ERROR_DECODE);
  CHECK(text == NULL && length == 0);
  CHECK(reqtrail_trail_outcome(reqtrail_error_trail(error)) == REQTRAIL_ERROR_DECODE);
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_response_json(response, &text, NULL, &error), REQTRAIL_ERROR_DECODE);
  reqtrail_error_free(error);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void rate_limits_are_read(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/limits");
  reqtrail_response *response;
  reqtrail_rate_limit limit = {-2, -2, -2};
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK(reqtrail_response_rate_limit(response, &limit) && limit.limit == 100 && limit.remaining == 7);
  CHECK(limit.reset_at == 1900000000);
  CHECK(reqtrail_response_rate_limit(response, NULL));
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void another_api_is_described_as_json(void) {
  static const char json[] =
      "{\"name\":\"acme\",\"request_id_headers\":[\"X-Acme-Request-Id\"],"
      "\"error\":{\"code\":\"/fault/id\",\"message\":\"/fault/why\"},"
      "\"codes\":{\"TAKEN\":{\"category\":\"conflict\",\"retry\":\"never\",\"hint\":\"take another\","
      "\"documentation_url\":\"https://acme.example/errors\"}}}";
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_request *request = get("/acme");
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_client_options_dialect_json(options, json, Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  /* A name is not a description, and a description has its own name. */
  static const char *const wrong[] = {
      "openstack",
      "{\"name\":\"openstack\"}",
      "{\"name\":\"acme\",\"codes\":{\"TAKEN\":{\"documentation_url\":\"acme.example\"}}}",
  };
  for (size_t i = 0; i < 3; i++) {
    reqtrail_client_options *others = quick_options();
    reqtrail_client *none;
    CHECK_CODE(reqtrail_client_options_dialect_json(others, wrong[i], Z), REQTRAIL_ERROR_CONFIG);
    CHECK_CODE(reqtrail_client_new(others, &none, NULL), REQTRAIL_ERROR_CONFIG);
    reqtrail_client_options_free(others);
  }
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_API);
  CHECK_TEXT(reqtrail_error_code(error, NULL), "TAKEN");
  CHECK_TEXT(reqtrail_error_hint(error, NULL), "take another");
  CHECK_TEXT(reqtrail_error_documentation_url(error, NULL), "https://acme.example/errors");
  CHECK_TEXT(reqtrail_error_request_id(error, NULL), "acme-1");
  CHECK(reqtrail_error_code_number(error) == 0 && reqtrail_error_category(error) == REQTRAIL_CATEGORY_CONFLICT);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  reqtrail_client_options_free(options);
}

struct share {
  reqtrail_client *client;
  const reqtrail_request *request;
};

static void *calls(void *data) {
  struct share *share = data;
  for (int i = 0; i < 20; i++) {
    reqtrail_response *response;
    CHECK_CODE(reqtrail_call(share->client, share->request, &response, NULL), REQTRAIL_OK);
    reqtrail_response_free(response);
  }
  return NULL;
}

static void threads_share_a_client_and_a_request(void) {
  pthread_t threads[8];
  reqtrail_request *request = get("/ok");
  struct share share = {quick_client(), request};
  for (int i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, calls, &share) == 0);
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  reqtrail_request_free(request);
  reqtrail_client_free(share.client);
}

/* Calls go to the Unix socket and name the base URL. */
static void a_unix_socket_is_connected_to(void) {
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_response *response;
  reqtrail_error *error;
  const char *text;
  /* The proxy of the environment is not used. */
  setenv("HTTP_PROXY", "http://127.0.0.1:9", 1);
  CHECK_CODE(reqtrail_client_options_new("http://api.example:8080", Z, &options, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_unix_socket(options, server_socket, Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  unsetenv("HTTP_PROXY");
  reqtrail_request *request = get("/head/host");
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_response_json(response, &text, NULL, NULL), REQTRAIL_OK);
  CHECK_TEXT(text, "{\"value\": \"api.example:8080\"}");
  CHECK_TEXT(reqtrail_trail_origin(reqtrail_response_trail(response), NULL), "http://api.example:8080");
  reqtrail_response_free(response);
  reqtrail_client_free(client);
  CHECK_CODE(reqtrail_client_options_unix_socket(options, "/none/api.sock", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_max_attempts(options, 1), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_CONNECT);
  CHECK(strstr(reqtrail_error_message(error, NULL), "/none/api.sock") != NULL);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  reqtrail_client_options_free(options);
}

static void check_hidden(reqtrail_client *client, reqtrail_request *request) {
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_API);
  /* The server has received it. */
  CHECK(strcmp(reqtrail_error_message(error, NULL), "bad value [redacted]") == 0);
  CHECK(strstr(reqtrail_error_display(error, NULL), "s3cr3t") == NULL);
  CHECK(strstr(reqtrail_trail_report(reqtrail_error_trail(error), NULL), "s3cr3t") == NULL);
  CHECK(strstr(reqtrail_trail_json(reqtrail_error_trail(error), NULL), "s3cr3t") == NULL);
  reqtrail_error_free(error);
}

static void a_secret_header_is_hidden_where_the_server_repeats_it(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client, *plain = quick_client();
  reqtrail_request *request = get("/refused/X-Thing"), *copy;
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_client_options_default_secret_header(options, "X-Thing", Z, "s3cr3t-of-all", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  check_hidden(client, request);
  copy = reqtrail_request_clone(request);
  CHECK_CODE(reqtrail_request_secret_header(request, "X-Thing", Z, "s3cr3t-of-one", Z), REQTRAIL_OK);
  check_hidden(client, request);
  check_hidden(plain, request);
  /* Its name alone does not make it a secret. */
  CHECK_CODE(reqtrail_request_header(copy, "X-Thing", Z, "no-s3cr3t", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(plain, copy, &response, &error), REQTRAIL_ERROR_API);
  CHECK_TEXT(reqtrail_error_message(error, NULL), "bad value no-s3cr3t");
  reqtrail_error_free(error);
  /* What cannot be sent is not shown either. */
  CHECK_CODE(reqtrail_request_secret_header(copy, "X-Thing", Z, "s3cr3t\n", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(plain, copy, &response, &error), REQTRAIL_ERROR_INVALID_REQUEST);
  CHECK(strstr(reqtrail_error_display(error, NULL), "x-thing") != NULL);
  CHECK(strstr(reqtrail_error_display(error, NULL), "s3cr3t") == NULL);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  reqtrail_request_free(copy);
  reqtrail_client_free(client);
  reqtrail_client_free(plain);
  reqtrail_client_options_free(options);
}

const struct test call_tests[] = {
    {"a response has every field", a_response_has_every_field},
    {"an error has every field", an_error_has_every_field},
    {"an error's body is text and JSON", an_errors_body_is_text_and_json},
    {"a response that has not changed", a_response_that_has_not_changed},
    {"retries are in the trail", retries_are_in_the_trail},
    {"bodies and headers go out", bodies_and_headers_go_out},
    {"a body that is not text is an error with the trail", a_body_that_is_not_text_is_an_error_with_the_trail},
    {"rate limits are read", rate_limits_are_read},
    {"another API is described as JSON", another_api_is_described_as_json},
    {"threads share a client and a request", threads_share_a_client_and_a_request},
    {"a Unix socket is connected to", a_unix_socket_is_connected_to},
    {"a secret header is hidden where the server repeats it", a_secret_header_is_hidden_where_the_server_repeats_it},
    {NULL, NULL}};
