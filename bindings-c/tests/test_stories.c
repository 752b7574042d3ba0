/* Stories of resources over the services of a cloud. */
#include <stdatomic.h>

#include "check.h"

#define BROKEN "86a92e20-c6ef-44cc-9712-5a931ec997ff"
#define TWIN "86a92e20-c6ef-44cc-9712-5a931ec99800"
#define RESIZE "req-11111111-1111-4111-8111-111111111111"

static reqtrail_connection *signed_in(void) {
  reqtrail_cloud *made = cloud("right");
  reqtrail_connection *connection;
  CHECK_CODE(reqtrail_cloud_connect(made, NULL, &connection, NULL), REQTRAIL_OK);
  reqtrail_cloud_free(made);
  return connection;
}

static reqtrail_operation *story_of(reqtrail_connection *connection, const char *what) {
  reqtrail_operation *operation;
  CHECK_CODE(reqtrail_operation_explain_resource(connection, what, Z, &operation, NULL), REQTRAIL_OK);
  return operation;
}

/* Runs and frees an operation that cannot be read, and returns its error. */
static reqtrail_error *no_story(reqtrail_client *client, reqtrail_operation *operation, reqtrail_code code) {
  reqtrail_report *report;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, &error), code);
  CHECK(report == NULL && error != NULL);
  reqtrail_operation_free(operation);
  return error;
}

static void a_failed_volume_is_explained(void) {
  reqtrail_connection *connection = signed_in();
  reqtrail_client *client = nova();
  reqtrail_operation *operation;
  reqtrail_report *report;
  reqtrail_error *error;
  operation = story_of(connection, "volume/data");
  CHECK_CODE(reqtrail_operation_limit(operation, 5), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_timeout_ms(operation, 20000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  CHECK(strstr(reqtrail_report_json(report, NULL), "reqtrail.story/2") != NULL);
  CHECK(strstr(reqtrail_report_json(report, NULL), "\"request_ids\":[\"" RESIZE "\"]") != NULL);
  CHECK(strstr(reqtrail_report_text(report, NULL), "no space") != NULL);
  CHECK(strstr(reqtrail_report_text(report, NULL), RESIZE) != NULL);
  CHECK(reqtrail_report_trail_count(report) > 1 && reqtrail_report_verdict(report) == 0);
  reqtrail_report_free(report);
  /* An option that it does not have. */
  CHECK_CODE(reqtrail_operation_deadline_ms(operation, 1), REQTRAIL_ERROR_BAD_VALUE);
  error = no_story(client, operation, REQTRAIL_ERROR_BAD_VALUE);
  CHECK(strstr(reqtrail_error_display(error, NULL), "deadline_ms") != NULL);
  reqtrail_error_free(error);
  error = no_story(client, story_of(connection, "volume/nothing"), REQTRAIL_ERROR_API);
  CHECK(reqtrail_error_category(error) == REQTRAIL_CATEGORY_NOT_FOUND && reqtrail_error_trail_count(error) > 0);
  reqtrail_error_free(error);
  error = no_story(client, story_of(connection, "camera/data"), REQTRAIL_ERROR_INVALID_REQUEST);
  CHECK(strstr(reqtrail_error_display(error, NULL), "camera") != NULL);
  reqtrail_error_free(error);
  /* It keeps what it needs of the connection. */
  operation = story_of(connection, BROKEN);
  reqtrail_connection_free(connection);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  CHECK(strstr(reqtrail_report_json(report, NULL), BROKEN) != NULL);
  reqtrail_report_free(report);
  reqtrail_operation_free(operation);
  reqtrail_client_free(client);
}

static void an_ambiguous_name_is_refused(void) {
  reqtrail_connection *connection = signed_in();
  reqtrail_client *client = nova();
  reqtrail_error *error = no_story(client, story_of(connection, "volume/twins"), REQTRAIL_ERROR_API);
  CHECK(reqtrail_error_category(error) == REQTRAIL_CATEGORY_INVALID && reqtrail_error_trail_count(error) > 0);
  CHECK(strstr(reqtrail_error_display(error, NULL), BROKEN) != NULL);
  CHECK(strstr(reqtrail_error_display(error, NULL), TWIN) != NULL);
  reqtrail_error_free(error);
  reqtrail_connection_free(connection);
  reqtrail_client_free(client);
}

/* The attempts and calls that hooks see of a story. */
struct seen {
  _Atomic int attempts, calls, with_id;
  /* Is cancelled by the first attempt. */
  reqtrail_cancel_token *token;
};

static void on_attempt(const reqtrail_call_info *call, const reqtrail_attempt *attempt, void *user_data) {
  struct seen *seen = user_data;
  CHECK_TEXT(reqtrail_call_info_service(call, NULL), "volume");
  CHECK(strstr(reqtrail_attempt_url(attempt, NULL), "/volume/v3/p1/") != NULL);
  seen->attempts++;
  if (seen->token != NULL) reqtrail_cancel_token_cancel(seen->token);
}

static void on_call(const reqtrail_trail *trail, void *user_data) {
  struct seen *seen = user_data;
  seen->calls++;
  if (reqtrail_trail_request_id(trail, NULL) != NULL) seen->with_id++;
}

static reqtrail_client *watched(reqtrail_connection *connection, struct seen *seen) {
  reqtrail_client_options *options;
  reqtrail_client *client;
  CHECK_CODE(reqtrail_client_options_from_connection(connection, &options, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_on_attempt(options, on_attempt, seen, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_on_call(options, on_call, seen, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  return client;
}

static void note(int level, const char *line, size_t length, void *user_data) {
  CHECK(strlen(line) == length && level <= REQTRAIL_LOG_DEBUG);
  if (strstr(line, "call to volume for ") != NULL) ++*(_Atomic int *)user_data;
}

static void hooks_and_the_log_see_each_call(void) {
  struct seen seen = {0};
  _Atomic int lines = 0;
  reqtrail_connection *connection = signed_in();
  reqtrail_client *client = watched(connection, &seen);
  reqtrail_operation *operation = story_of(connection, "volume/data");
  reqtrail_report *report;
  reqtrail_connection_free(connection);
  CHECK_CODE(reqtrail_set_log(REQTRAIL_LOG_DEBUG, note, (void *)&lines, NULL, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_set_log(REQTRAIL_LOG_OFF, NULL, NULL, NULL, NULL), REQTRAIL_OK);
  int count = (int)reqtrail_report_trail_count(report);
  CHECK(count > 1 && seen.calls == count && seen.attempts == count && seen.with_id == count);
  CHECK(lines >= count);
  reqtrail_report_free(report);
  /* Its hooks see the calls of each run once. */
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  CHECK(seen.calls == 2 * count && seen.attempts == 2 * count);
  reqtrail_report_free(report);
  reqtrail_operation_free(operation);
  reqtrail_client_free(client);
}

static void a_timeout_ends_it(void) {
  struct seen seen = {0};
  reqtrail_connection *connection = signed_in();
  reqtrail_client *client = watched(connection, &seen);
  reqtrail_operation *operation = story_of(connection, "volume/stalls");
  CHECK_CODE(reqtrail_operation_timeout_ms(operation, 1000), REQTRAIL_OK);
  reqtrail_error *error = no_story(client, operation, REQTRAIL_ERROR_TIMEOUT);
  /* The trail of the call that was under way. */
  CHECK(reqtrail_error_trail_count(error) == 1 && seen.calls == 1);
  reqtrail_error_free(error);
  reqtrail_connection_free(connection);
  reqtrail_client_free(client);
}

static void a_cancellation_ends_it_in_the_middle(void) {
  struct seen seen = {0};
  reqtrail_connection *connection = signed_in();
  reqtrail_client *client = watched(connection, &seen);
  reqtrail_operation *operation = story_of(connection, "volume/data");
  seen.token = reqtrail_cancel_token_new();
  CHECK_CODE(reqtrail_operation_cancel_token(operation, seen.token), REQTRAIL_OK);
  reqtrail_error *error = no_story(client, operation, REQTRAIL_ERROR_CANCELLED);
  CHECK(seen.attempts == 1 && seen.calls >= 1 && reqtrail_error_trail_count(error) >= 1);
  reqtrail_error_free(error);
  reqtrail_cancel_token_free(seen.token);
  reqtrail_connection_free(connection);
  reqtrail_client_free(client);
}

static void told(reqtrail_call_handle *call, reqtrail_code code, reqtrail_report *report, reqtrail_error *error,
                 void *user_data) {
  CHECK(call != NULL && code == REQTRAIL_OK && error == NULL);
  CHECK(strstr(reqtrail_report_text(report, NULL), "no space") != NULL);
  reqtrail_report_free(report);
  ++*(int *)user_data;
}

static void stories_are_started_and_submitted(void) {
  struct seen seen = {0};
  int calls = 0;
  reqtrail_connection *connection = signed_in();
  reqtrail_client *client = watched(connection, &seen);
  reqtrail_operation *operation = story_of(connection, "volume/data");
  reqtrail_operation *stalling = story_of(connection, "volume/stalls");
  reqtrail_call_handle *call;
  reqtrail_report *report;
  reqtrail_error *error;
  reqtrail_done done;
  reqtrail_connection_free(connection);
  CHECK_CODE(reqtrail_operation_start(client, operation, told, &calls, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait_report(call, -1, NULL, NULL), REQTRAIL_OK);
  CHECK(calls == 1 && seen.calls > 1);
  reqtrail_call_free(call);
  CHECK_CODE(reqtrail_operation_start(client, operation, NULL, NULL, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait_report(call, -1, &report, NULL), REQTRAIL_OK);
  CHECK((int)reqtrail_report_trail_count(report) * 2 == seen.calls);
  reqtrail_report_free(report);
  reqtrail_call_free(call);
  /* One that waits for a service is cancelled. */
  CHECK_CODE(reqtrail_operation_start(client, stalling, NULL, NULL, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait_report(call, 100, &report, NULL), REQTRAIL_ERROR_STILL_RUNNING);
  reqtrail_call_cancel(call);
  CHECK_CODE(reqtrail_call_wait_report(call, -1, &report, &error), REQTRAIL_ERROR_CANCELLED);
  CHECK(report == NULL);
  reqtrail_error_free(error);
  reqtrail_call_free(call);
  CHECK_CODE(reqtrail_client_submit_operation(client, operation, 5, NULL), REQTRAIL_OK);
  while (reqtrail_client_take_done(client, &done, 1) == 0) continue;
  CHECK(done.tag == 5 && done.kind == 2 && done.code == REQTRAIL_OK && done.error == NULL);
  CHECK(strstr(reqtrail_report_json(done.report, NULL), "reqtrail.story/2") != NULL);
  reqtrail_report_free(done.report);
  reqtrail_operation_free(operation);
  reqtrail_operation_free(stalling);
  reqtrail_client_free(client);
}

const struct test story_tests[] = {{"a failed volume is explained", a_failed_volume_is_explained},
                                   {"an ambiguous name is refused", an_ambiguous_name_is_refused},
                                   {"hooks and the log see each call", hooks_and_the_log_see_each_call},
                                   {"a timeout ends it", a_timeout_ends_it},
                                   {"a cancellation ends it in the middle", a_cancellation_ends_it_in_the_middle},
                                   {"stories are started and submitted", stories_are_started_and_submitted},
                                   {NULL, NULL}};
