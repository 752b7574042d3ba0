/* Tests of a program's own handling of failures, without a network and without waiting. */
#include <assert.h>
#include <reqtrail.h>
#include <string.h>

#define Z REQTRAIL_ZERO_TERMINATED
/* A JSON text without escapes, and its length. */
#define JSON(...) #__VA_ARGS__, Z

struct test {
  reqtrail_script *script;
  reqtrail_client *client;
  reqtrail_response *response;
  reqtrail_error *error;
};

/* The token refresher of the program that is tested. */
static void refresh(reqtrail_refresh *answer, void *user_data) {
  (void)user_data;
  reqtrail_refresh_token(answer, "new", Z);
}

/* Makes a client that a script answers: of NovaVMS's API, at https://api.example. */
static struct test begin(reqtrail_refresh_callback refresh) {
  struct test test = {NULL, NULL, NULL, NULL};
  reqtrail_client_options *options;
  reqtrail_script_new(NULL, 0, 0, false, &test.script, NULL);
  reqtrail_client_options_new(NULL, 0, &options, NULL);
  reqtrail_client_options_script(options, test.script);
  reqtrail_client_options_token(options, "old", Z);
  if (refresh != NULL) reqtrail_client_options_token_refresher(options, refresh, NULL, NULL);
  assert(reqtrail_client_new(options, &test.client, NULL) == REQTRAIL_OK);
  reqtrail_client_options_free(options);
  return test;
}

/* Makes a call, as the program that is tested does. */
static reqtrail_code call(struct test *test, const char *method, const char *path) {
  reqtrail_request *request;
  reqtrail_request_new(method, Z, path, Z, &request, NULL);
  reqtrail_code code = reqtrail_call(test->client, request, &test->response, &test->error);
  reqtrail_request_free(request);
  return code;
}

/* Everything has to have been as the script has it. */
static void end(struct test *test) {
  assert(reqtrail_script_verify(test->script, false, NULL) == REQTRAIL_OK);
  reqtrail_response_free(test->response);
  reqtrail_error_free(test->error);
  reqtrail_client_free(test->client);
  reqtrail_script_free(test->script);
}

// test: success
static void success(void) {
  struct test t = begin(NULL);
  reqtrail_script_add(t.script, JSON({"path": "/cameras/{id}", "reply": {"json": {"name": "Lobby"}}}), NULL);
  assert(call(&t, "GET", "/cameras/7") == REQTRAIL_OK);
  const char *json;
  assert(reqtrail_response_json(t.response, &json, NULL, NULL) == REQTRAIL_OK && strstr(json, "Lobby"));
  end(&t);
}
// end

// test: rate_limit_then_success
static void rate_limit_then_success(void) {
  struct test t = begin(NULL);
  reqtrail_script_add(t.script, JSON({"path": "/events", "reply": {"code": "rate_limited", "retry_after": 30}}), NULL);
  reqtrail_script_add(t.script, JSON({"path": "/events", "reply": {"json": []}}), NULL);
  assert(call(&t, "GET", "/events") == REQTRAIL_OK);
  assert(reqtrail_script_elapsed_ms(t.script) >= 30000); /* which took no time */
  end(&t);
}
// end

// test: failure_shows_the_id
static void failure_shows_the_id(void) {
  struct test t = begin(NULL);
  reqtrail_script_add(t.script, JSON({"reply": {"code": "not_found", "request_id": "req_42"}}), NULL);
  assert(call(&t, "GET", "/cameras/7") == REQTRAIL_ERROR_API);
  assert(reqtrail_error_category(t.error) == REQTRAIL_CATEGORY_NOT_FOUND);
  assert(strstr(reqtrail_error_display(t.error, NULL), "req_42")); /* what the user is shown */
  end(&t);
}
// end

// test: timeout_is_not_repeated
static void timeout_is_not_repeated(void) {
  struct test t = begin(NULL);
  reqtrail_script_add(t.script, JSON({"method": "POST", "path": "/sites", "reply": {"fails": "timeout"}}), NULL);
  assert(call(&t, "POST", "/sites") == REQTRAIL_ERROR_TIMEOUT);
  assert(reqtrail_error_may_have_been_sent(t.error));
  assert(reqtrail_script_request_count(t.script) == 1);
  end(&t);
}
// end

// test: refresh_after_a_401
static void refresh_after_a_401(void) {
  struct test t = begin(refresh);
  reqtrail_script_add(t.script, JSON({"reply": {"code": "invalid_token"}}), NULL);
  reqtrail_script_add(t.script, JSON({"want": {"headers": {"authorization": "Bearer new"}}, "reply": {"status": 204}}), NULL);
  assert(call(&t, "GET", "/cameras") == REQTRAIL_OK);
  assert(reqtrail_script_request_count(t.script) == 2);
  end(&t);
}
// end

int main(void) {
  success();
  rate_limit_then_success();
  failure_shows_the_id();
  timeout_is_not_repeated();
  refresh_after_a_401();
  return 0;
}
