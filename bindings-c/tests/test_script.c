/* Scripts that answer calls, and their clock. */
#include <pthread.h>
#include <stdatomic.h>

#include "check.h"

#define JSON(...) #__VA_ARGS__, Z
#define LATER "{\"path\":\"/a\",\"reply\":{\"status\":503,\"retry_after\":30}}", Z
#define OK "{\"path\":\"/a\",\"reply\":{\"json\":{\"ok\":true}}}", Z

static reqtrail_script *script_with(bool manual_clock) {
  reqtrail_script *script;
  CHECK_CODE(reqtrail_script_new(NULL, 0, 7, manual_clock, &script, NULL), REQTRAIL_OK);
  return script;
}

static void add(reqtrail_script *script, const char *exchange, size_t length) {
  CHECK_CODE(reqtrail_script_add(script, exchange, length, NULL), REQTRAIL_OK);
}

static reqtrail_client_options *options_with(const reqtrail_script *script) {
  reqtrail_client_options *options;
  CHECK_CODE(reqtrail_client_options_new(NULL, 0, &options, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_script(options, script), REQTRAIL_OK);
  return options;
}

static reqtrail_client *build(reqtrail_client_options *options) {
  reqtrail_client *client;
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  return client;
}

static reqtrail_client *client_with(const reqtrail_script *script) { return build(options_with(script)); }

/* Makes a call, and returns its trail. */
static reqtrail_trail *trail_of(const reqtrail_client *client, const char *path, reqtrail_code wanted) {
  reqtrail_request *request = get(path);
  reqtrail_response *response;
  reqtrail_error *error;
  reqtrail_code code = reqtrail_call(client, request, &response, &error);
  if (code != wanted && error != NULL) fprintf(stderr, "%s\n", reqtrail_error_display(error, NULL));
  CHECK_CODE(code, wanted);
  reqtrail_request_free(request);
  reqtrail_trail *trail =
      reqtrail_trail_clone(response != NULL ? reqtrail_response_trail(response) : reqtrail_error_trail(error));
  reqtrail_response_free(response);
  reqtrail_error_free(error);
  return trail;
}

static void expect(const reqtrail_client *client, const char *path, reqtrail_code wanted) {
  reqtrail_trail_free(trail_of(client, path, wanted));
}

/* Ends a test in which everything happened as in the script. */
static void finish(reqtrail_script *script, reqtrail_client *client) {
  CHECK_TEXT(reqtrail_script_problems(script, false, NULL), NULL);
  CHECK_CODE(reqtrail_script_verify(script, false, NULL), REQTRAIL_OK);
  reqtrail_client_free(client);
  reqtrail_script_free(script);
}

static bool has(const char *text, const char *part) { return text != NULL && strstr(text, part) != NULL; }

static void a_script_answers_and_time_is_virtual(void) {
  reqtrail_script *script = script_with(false);
  add(script, LATER);
  add(script, OK);
  reqtrail_client *client = client_with(script);
  reqtrail_trail *trail = trail_of(client, "/a", REQTRAIL_OK);
  CHECK(reqtrail_trail_attempt_count(trail) == 2);
  double wait = reqtrail_attempt_wait_ms(reqtrail_trail_attempt(trail, 0));
  CHECK(wait >= 30000);
  CHECK(reqtrail_trail_elapsed_ms(trail) == wait && reqtrail_script_elapsed_ms(script) == wait);
  CHECK(reqtrail_trail_note_count(trail) == 1 && reqtrail_trail_note(trail, 0) == REQTRAIL_TRAIL_NOTE_SCRIPTED);
  CHECK(has(reqtrail_trail_json(trail, NULL), "\"started_at\":\"2026-01-01T00:00:00"));
  reqtrail_trail_free(trail);
  finish(script, client);
}

static void requests_can_be_read(void) {
  reqtrail_script *script = script_with(false);
  size_t length;
  CHECK_TEXT(reqtrail_script_requests_json(script, &length), "[]");
  CHECK(length == 2);
  const char *before = reqtrail_script_requests_json(script, NULL);
  add(script, JSON({"method": "POST", "path": "/cameras/{id}?on=1", "reply": {"status": 201}}));
  reqtrail_client *client = client_with(script);
  reqtrail_request *request;
  reqtrail_response *response;
  CHECK_CODE(reqtrail_request_new("POST", Z, "/cameras/7", Z, &request, NULL), REQTRAIL_OK);
  reqtrail_request_query(request, "on", Z, "1", Z);
  reqtrail_request_json(request, JSON({"name": "Lobby"}));
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  const char *json = reqtrail_script_requests_json(script, &length);
  CHECK(strlen(json) == length && reqtrail_script_request_count(script) == 1);
  CHECK(has(json, "\"method\":\"POST\"") && has(json, "\"path\":\"/cameras/7\"") && has(json, "[\"on\",\"1\"]"));
  CHECK(has(json, "{\"name\":\"Lobby\"}") && has(json, "\"at_ms\":0.0") && has(json, "[\"host\",\"api.example\"]"));
  /* The earlier text is still valid. */
  CHECK_TEXT(before, "[]");
  finish(script, client);
}

static void verify_reports_a_request_that_no_exchange_takes(void) {
  reqtrail_script *script = script_with(false);
  add(script, JSON({"path": "/cameras/{id}", "optional": true, "reply": {"status": 204}}));
  reqtrail_client *client = client_with(script);
  reqtrail_request *request = get("/camera/7");
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_CONNECT);
  CHECK(!reqtrail_error_may_have_been_sent(error));
  CHECK(has(reqtrail_error_display(error, NULL), "/cameras/{id}"));
  /* The request was never sent. */
  CHECK(reqtrail_script_request_count(script) == 0);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  CHECK_CODE(reqtrail_script_verify(script, true, &error), REQTRAIL_ERROR_SCRIPT_MISMATCH);
  CHECK(has(reqtrail_error_message(error, NULL), "GET /camera/7"));
  CHECK(has(reqtrail_error_message(error, NULL), "/cameras/{id}"));
  CHECK(has(reqtrail_error_display(error, NULL), "script_mismatch: "));
  CHECK_TEXT(reqtrail_script_problems(script, true, NULL), reqtrail_error_message(error, NULL));
  reqtrail_error_free(error);
  reqtrail_client_free(client);
  reqtrail_script_free(script);
}

static void verify_reports_a_request_that_is_not_as_wanted(void) {
  reqtrail_script *script = script_with(false);
  add(script, JSON({"path": "/a", "want": {"headers": {"x-tenant": "7"}}, "reply": {"status": 204}}));
  reqtrail_client *client = client_with(script);
  expect(client, "/a", REQTRAIL_OK);
  CHECK(has(reqtrail_script_problems(script, false, NULL), "x-tenant"));
  reqtrail_client_free(client);
  reqtrail_script_free(script);
}

static void verify_reports_an_unused_exchange_unless_allowed(void) {
  reqtrail_script *script = script_with(false);
  reqtrail_error *error;
  add(script, OK);
  add(script, JSON({"path": "/b", "times": 2, "reply": {"status": 204}}));
  reqtrail_client *client = client_with(script);
  expect(client, "/b", REQTRAIL_OK);
  CHECK_CODE(reqtrail_script_verify(script, false, &error), REQTRAIL_ERROR_SCRIPT_MISMATCH);
  /* Two lines, and one in the one-line text. */
  CHECK(has(reqtrail_error_message(error, NULL), "/a") && has(reqtrail_error_message(error, NULL), "\n"));
  CHECK(!has(reqtrail_error_display(error, NULL), "\n"));
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_script_verify(script, true, &error), REQTRAIL_OK);
  CHECK(error == NULL);
  reqtrail_client_free(client);
  reqtrail_script_free(script);
}

static void verify_reports_mistakes_that_were_reported_at_once(void) {
  reqtrail_script *script;
  reqtrail_client *client;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_script_new(JSON({"schema": "reqtrail.script/9"}), 0, false, &script, &error),
                                 REQTRAIL_ERROR_BAD_VALUE);
  CHECK(script == NULL && has(reqtrail_error_display(error, NULL), "reqtrail.script/1"));
  reqtrail_error_free(error);
  script = script_with(false);
  reqtrail_client_options *options = options_with(script);
  CHECK_CODE(reqtrail_script_load(script, JSON([]), &error), REQTRAIL_ERROR_BAD_VALUE);
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_script_add(script, JSON({"path": "/a", "reply": {"state": 204}}), &error), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(has(reqtrail_error_display(error, NULL), "state") && has(reqtrail_error_display(error, NULL), "reply"));
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_script_add(script, "\xff", 1, NULL), REQTRAIL_ERROR_NOT_UTF8);
  /* The form of a whole script would take every request here. */
  CHECK_CODE(reqtrail_script_add(script, JSON({"match": {"path": "/a"}, "reply": {}}), &error), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(has(reqtrail_error_display(error, NULL), "match"));
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_client_new(options, &client, &error), REQTRAIL_ERROR_BAD_VALUE);
  /* The first mistake, with its function. */
  CHECK(client == NULL && has(reqtrail_error_display(error, NULL), "reqtrail_script_load: "));
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_script_verify(script, false, &error), REQTRAIL_ERROR_SCRIPT_MISMATCH);
  CHECK(has(reqtrail_error_message(error, NULL), "reqtrail_script_load: "));
  reqtrail_error_free(error);
  reqtrail_client_options_free(options);
  reqtrail_script_free(script);
}

static void the_options_of_a_program_stay(void) {
  reqtrail_script *script;
  reqtrail_client_options *options;
  CHECK_CODE(reqtrail_script_new(
      JSON({"schema": "reqtrail.script/1",
                                       "exchanges": [{"match": {"target": "/nova/a"}, "reply": {"status": 204}}]}), 0,
            false, &script, NULL),
           REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_new("https://cloud.example/nova", Z, &options, NULL), REQTRAIL_OK);
  reqtrail_client_options_dialect(options, "openstack", Z);
  CHECK_CODE(reqtrail_client_options_script(options, script), REQTRAIL_OK);
  reqtrail_client *client = build(options);
  reqtrail_trail *trail = trail_of(client, "/a", REQTRAIL_OK);
  CHECK_TEXT(reqtrail_trail_dialect(trail, NULL), "openstack");
  reqtrail_trail_free(trail);
  CHECK(has(reqtrail_script_requests_json(script, NULL), "[\"host\",\"cloud.example\"]"));
  finish(script, client);
  /* A dialect that was set replaces the default of a script. */
  script = script_with(false);
  options = options_with(script);
  reqtrail_client_options_dialect(options, "openstack", Z);
  client = build(options);
  add(script, JSON({"reply": {"code": "itemNotFound"}}));
  trail = trail_of(client, "/a", REQTRAIL_ERROR_API);
  CHECK_TEXT(reqtrail_trail_dialect(trail, NULL), "openstack");
  CHECK(has(reqtrail_trail_request_id(trail, NULL), "req-"));
  reqtrail_trail_free(trail);
  finish(script, client);
  /* Without a network, its options are not used. */
  CHECK_CODE(reqtrail_client_options_new(NULL, 0, &options, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_ERROR_CONFIG);
  reqtrail_client_options_free(options);
}

static void clients_keep_the_script(void) {
  reqtrail_script *script = script_with(false);
  add(script, OK);
  reqtrail_client *client = client_with(script);
  reqtrail_script_free(script);
  expect(client, "/a", REQTRAIL_OK);
  /* The script's handle is freed, so no `verify` reports the problem, but the call still fails. */
  expect(client, "/a", REQTRAIL_ERROR_CONNECT);
  reqtrail_client_free(client);
}

static char *trail_with(uint64_t seed) {
  reqtrail_script *script;
  CHECK_CODE(reqtrail_script_new(NULL, 0, seed, false, &script, NULL), REQTRAIL_OK);
  add(script, JSON({"path": "/a", "times": 2, "reply": {"code": "service_unavailable"}}));
  add(script, OK);
  reqtrail_client *client = client_with(script);
  reqtrail_trail *trail = trail_of(client, "/a", REQTRAIL_OK);
  char *json = strdup(reqtrail_trail_json(trail, NULL));
  reqtrail_trail_free(trail);
  finish(script, client);
  return json;
}

static void trails_of_one_seed_are_equal(void) {
  char *one = trail_with(3), *same = trail_with(3), *other = trail_with(4);
  CHECK_TEXT(one, same);
  CHECK(strcmp(one, other) != 0);
  free(one);
  free(same);
  free(other);
}

static void a_manual_clock_moves_by_advance_alone(void) {
  reqtrail_script *script = script_with(true);
  reqtrail_call_handle *call;
  add(script, LATER);
  add(script, OK);
  reqtrail_client *client = client_with(script);
  reqtrail_request *request = get("/a");
  CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_script_wait_until_waiting(script, NULL), REQTRAIL_OK);
  CHECK(reqtrail_script_elapsed_ms(script) == 0 && reqtrail_script_request_count(script) == 1);
  CHECK_CODE(reqtrail_script_advance_ms(script, 29999, NULL), REQTRAIL_OK);
  CHECK(reqtrail_script_elapsed_ms(script) == 29999 && reqtrail_script_request_count(script) == 1);
  CHECK(!reqtrail_call_is_done(call));
  /* A wait is longer than the server says by a small random time. */
  CHECK_CODE(reqtrail_script_advance_ms(script, 10000, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait(call, -1, NULL, NULL), REQTRAIL_OK);
  CHECK(reqtrail_script_request_count(script) == 2);
  reqtrail_call_free(call);
  reqtrail_request_free(request);
  finish(script, client);
}

static void a_call_is_cancelled_in_its_wait(void) {
  reqtrail_script *script = script_with(true);
  reqtrail_call_handle *call;
  reqtrail_error *error;
  add(script, LATER);
  reqtrail_client *client = client_with(script);
  reqtrail_request *request = get("/a");
  CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_script_wait_until_waiting(script, NULL), REQTRAIL_OK);
  reqtrail_call_cancel(call);
  CHECK_CODE(reqtrail_call_wait(call, -1, NULL, &error), REQTRAIL_ERROR_CANCELLED);
  CHECK(reqtrail_trail_elapsed_ms(reqtrail_error_trail(error)) == 0);
  reqtrail_error_free(error);
  reqtrail_call_free(call);
  reqtrail_request_free(request);
  finish(script, client);
}

static void held_calls_begin_at_one_time(void) {
  enum { CALLS = 5 };
  reqtrail_script *script = script_with(false);
  reqtrail_call_handle *calls[CALLS];
  add(script, JSON({"path": "/a", "times": 5, "reply": {"delay_ms": 1000, "status": 204}}));
  reqtrail_client *client = client_with(script);
  reqtrail_request *request = get("/a");
  /* As often as hold was called. */
  reqtrail_script_hold(script);
  reqtrail_script_hold(script);
  for (int i = 0; i < CALLS; i++) {
    CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &calls[i], NULL), REQTRAIL_OK);
  }
  reqtrail_script_release(script);
  CHECK_CODE(reqtrail_call_wait(calls[0], 0, NULL, NULL), REQTRAIL_ERROR_STILL_RUNNING);
  reqtrail_script_release(script);
  for (int i = 0; i < CALLS; i++) {
    CHECK_CODE(reqtrail_call_wait(calls[i], -1, NULL, NULL), REQTRAIL_OK);
    reqtrail_call_free(calls[i]);
  }
  reqtrail_script_release(script);
  CHECK(reqtrail_script_elapsed_ms(script) == 1000);
  reqtrail_request_free(request);
  finish(script, client);
}

struct canceller {
  const reqtrail_script *script;
  reqtrail_cancel_token *token;
  int attempts, calls;
};

static void cancel_in_a_hook(const reqtrail_call_info *call, const reqtrail_attempt *attempt, void *user_data) {
  struct canceller *own = user_data;
  (void)call;
  own->attempts++;
  CHECK(reqtrail_attempt_wait_ms(attempt) >= 30000);
  CHECK_CODE(reqtrail_script_advance_ms(own->script, 1, NULL), REQTRAIL_ERROR_IN_CALLBACK);
  CHECK_CODE(reqtrail_script_wait_until_waiting(own->script, NULL), REQTRAIL_ERROR_IN_CALLBACK);
  reqtrail_cancel_token_cancel(own->token);
}

static void count_calls(const reqtrail_trail *trail, void *user_data) {
  struct canceller *own = user_data;
  own->calls += reqtrail_trail_attempt_count(trail) == 1;
}

static void a_hook_acts_before_the_time_moves(void) {
  reqtrail_script *script = script_with(false);
  struct canceller own = {script, reqtrail_cancel_token_new(), 0, 0};
  add(script, LATER);
  reqtrail_client_options *options = options_with(script);
  reqtrail_client_options_on_attempt(options, cancel_in_a_hook, &own, NULL);
  reqtrail_client_options_on_call(options, count_calls, &own, NULL);
  reqtrail_client *client = build(options);
  reqtrail_request *request = get("/a");
  reqtrail_response *response;
  reqtrail_request_cancel_token(request, own.token);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_CANCELLED);
  CHECK(own.attempts == 1 && own.calls == 1 && reqtrail_script_elapsed_ms(script) == 0);
  reqtrail_cancel_token_free(own.token);
  reqtrail_request_free(request);
  finish(script, client);
}

/* Asks another API for a token, through a client of the same script. */
static void ask_the_other(reqtrail_refresh *answer, void *user_data) {
  expect(user_data, "/token", REQTRAIL_OK);
  reqtrail_refresh_token(answer, "new", Z);
}

static void a_refresher_may_call_through_the_script(void) {
  reqtrail_script *script = script_with(false);
  reqtrail_client *other = client_with(script);
  add(script, JSON({"path": "/a", "want": {"headers": {"authorization": "Bearer old"}},
                    "reply": {"code": "invalid_token"}}));
  add(script, JSON({"path": "/token", "reply": {"status": 503, "retry_after": 2}}));
  add(script, JSON({"path": "/token", "reply": {"delay_ms": 500, "status": 204}}));
  add(script, JSON({"path": "/a", "want": {"headers": {"authorization": "Bearer new"}}, "reply": {"status": 204}}));
  reqtrail_client_options *options = options_with(script);
  reqtrail_client_options_token(options, "old", Z);
  reqtrail_client_options_token_refresher(options, ask_the_other, other, NULL);
  reqtrail_client *client = build(options);
  expect(client, "/a", REQTRAIL_OK);
  CHECK(reqtrail_script_elapsed_ms(script) >= 2500 && reqtrail_script_request_count(script) == 4);
  reqtrail_client_free(other);
  finish(script, client);
}

static void *call_in_a_thread(void *client) {
  for (int i = 0; i < 3; i++) expect(client, "/a", REQTRAIL_OK);
  return NULL;
}

static void threads_share_the_time(void) {
  enum { THREADS = 6 };
  reqtrail_script *script = script_with(false);
  pthread_t threads[THREADS];
  add(script, JSON({"path": "/a", "times": 18, "reply": {"delay_ms": 1000, "status": 204}}));
  reqtrail_client *client = client_with(script);
  for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, call_in_a_thread, client) == 0);
  for (int i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  /* The number of calls that wait at one time is random. */
  CHECK(reqtrail_script_elapsed_ms(script) >= 3000 && reqtrail_script_elapsed_ms(script) <= 18000);
  finish(script, client);
}

static void bump(void *user_data) { atomic_fetch_add((atomic_int *)user_data, 1); }

static void the_queue_uses_the_script(void) {
  enum { CALLS = 3 };
  reqtrail_script *script = script_with(true);
  reqtrail_done done[CALLS];
  size_t taken = 0;
  atomic_int notified = 0;
  add(script, JSON({"path": "/a", "times": 3, "reply": {"delay_ms": 2000, "status": 204}}));
  reqtrail_client *client = client_with(script);
  reqtrail_request *request = get("/a");
  CHECK_CODE(reqtrail_client_set_notify(client, bump, &notified, NULL, NULL), REQTRAIL_OK);
  for (uint64_t tag = 0; tag < CALLS; tag++) {
    CHECK_CODE(reqtrail_client_submit(client, request, tag, NULL), REQTRAIL_OK);
  }
  CHECK_CODE(reqtrail_script_advance_ms(script, 2000, NULL), REQTRAIL_OK);
  /* All calls have ended, so all results are there. */
  taken = reqtrail_client_take_done(client, done, CALLS);
  CHECK(taken == CALLS && notified >= 1);
  for (size_t i = 0; i < taken; i++) {
    CHECK(done[i].code == REQTRAIL_OK);
    reqtrail_response_free(done[i].response);
  }
  reqtrail_request_free(request);
  finish(script, client);
}

static void an_operation_uses_the_script(void) {
  static const char SERVER[] = "c76a7603-95be-4368-87e9-7b9b89fb1d7e";
  reqtrail_script *script = script_with(false);
  reqtrail_operation *operation;
  reqtrail_report *report;
  add(script, JSON({"path": "/servers/{id}", "times": 2, "reply": {"status": 503, "retry_after": 20}}));
  add(script, JSON({"path": "/servers/{id}", "reply": {"json": {"server": {"id": "c76a7603", "status": "ACTIVE"}}}}));
  reqtrail_client_options *options = options_with(script);
  reqtrail_client_options_dialect(options, "openstack", Z);
  reqtrail_client *client = build(options);
  CHECK_CODE(reqtrail_operation_server(SERVER, Z, &operation, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  CHECK(has(reqtrail_report_json(report, NULL), "ACTIVE") && reqtrail_script_elapsed_ms(script) >= 40000);
  reqtrail_report_free(report);
  reqtrail_operation_free(operation);
  finish(script, client);
}

static void results_are_made_by_hand(void) {
  reqtrail_response *response;
  reqtrail_error *error;
  const char *json;
  CHECK_CODE(reqtrail_call_by_hand(JSON({"response": {"json": {"id": 7}, "request_id": "req_1"}}), &response, &error),
                                   REQTRAIL_OK);
  CHECK(error == NULL && reqtrail_response_status(response) == 200);
  CHECK_TEXT(reqtrail_response_request_id(response, NULL), "req_1");
  CHECK_CODE(reqtrail_response_json(response, &json, NULL, NULL), REQTRAIL_OK);
  CHECK_TEXT(json, "{\"id\":7}");
  reqtrail_response_free(response);
  CHECK_CODE(reqtrail_call_by_hand(
      JSON({"path": "/cameras", "attempts": [{"status": 503, "retry_after": 2},
                                                                          {"code": "not_found", "request_id": "req_2"}]}),
            &response, &error),
           REQTRAIL_ERROR_API);
  CHECK(response == NULL && reqtrail_error_category(error) == REQTRAIL_CATEGORY_NOT_FOUND);
  CHECK_TEXT(reqtrail_error_request_id(error, NULL), "req_2");
  const reqtrail_trail *trail = reqtrail_error_trail(error);
  CHECK(reqtrail_trail_attempt_count(trail) == 2 && reqtrail_trail_elapsed_ms(trail) >= 2000);
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_call_by_hand(JSON({"error": {"kind": "timeout"}}), &response, &error), REQTRAIL_ERROR_TIMEOUT);
  CHECK(reqtrail_error_may_have_been_sent(error));
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_call_by_hand(JSON({"error": {"kind": "late"}}), &response, &error), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(has(reqtrail_error_display(error, NULL), "late") && reqtrail_error_trail(error) == NULL);
  reqtrail_error_free(error);
}

const struct test script_tests[] = {
    {"a script answers, and time is virtual", a_script_answers_and_time_is_virtual},
    {"requests can be read", requests_can_be_read},
    {"verify reports a request that no exchange takes", verify_reports_a_request_that_no_exchange_takes},
    {"verify reports a request that is not as wanted", verify_reports_a_request_that_is_not_as_wanted},
    {"verify reports an unused exchange unless allowed", verify_reports_an_unused_exchange_unless_allowed},
    {"verify reports mistakes that were reported at once", verify_reports_mistakes_that_were_reported_at_once},
    {"the options of a program stay", the_options_of_a_program_stay},
    {"clients keep the script", clients_keep_the_script},
    {"trails of one seed are equal", trails_of_one_seed_are_equal},
    {"a manual clock moves by advance alone", a_manual_clock_moves_by_advance_alone},
    {"a call is cancelled in its wait", a_call_is_cancelled_in_its_wait},
    {"held calls begin at one time", held_calls_begin_at_one_time},
    {"a hook acts before the time moves", a_hook_acts_before_the_time_moves},
    {"a refresher may call through the script", a_refresher_may_call_through_the_script},
    {"threads share the time", threads_share_the_time},
    {"the queue uses the script", the_queue_uses_the_script},
    {"an operation uses the script", an_operation_uses_the_script},
    {"results are made by hand", results_are_made_by_hand},
    {NULL, NULL}};
