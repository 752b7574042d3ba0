/* Clouds, reads, followed actions and resources, and the history of servers. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

#define SERVER "c76a7603-95be-4368-87e9-7b9b89fb1d7e"
#define MOVING "c76a7603-95be-4368-87e9-7b9b89fb1d7f"
#define REBOOTED "c76a7603-95be-4368-87e9-7b9b89fb1d80"
#define VOLUME "86a92e20-c6ef-44cc-9712-5a931ec997fe"
#define RESIZE "req-11111111-1111-4111-8111-111111111111"

reqtrail_client *nova(void) {
  reqtrail_client_options *options;
  reqtrail_client *client;
  CHECK_CODE(reqtrail_client_options_new(server_url, Z, &options, NULL), REQTRAIL_OK);
  reqtrail_client_options_dialect(options, "openstack", Z);
  reqtrail_client_options_token(options, "gAAAAA-token", Z);
  reqtrail_client_options_no_proxy(options);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  return client;
}

reqtrail_cloud *cloud(const char *password) {
  char json[512];
  reqtrail_cloud *made;
  snprintf(json, sizeof json,
           "{\"auth\":{\"auth_url\":\"%s/v3\",\"username\":\"demo\",\"password\":\"%s\",\"project_name\":\"prod\","
           "\"user_domain_id\":\"default\",\"project_domain_id\":\"default\"},\"region_name\":\"One\"}",
           server_url, password);
  CHECK_CODE(reqtrail_cloud_from_json(json, Z, &made, NULL), REQTRAIL_OK);
  return made;
}

static void a_cloud_is_signed_in_to(void) {
  reqtrail_cloud *made = cloud("right");
  reqtrail_connection *connection;
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_operation *operation;
  reqtrail_report *report;
  char endpoint[256];
  CHECK_CODE(reqtrail_cloud_connect(made, NULL, &connection, NULL), REQTRAIL_OK);
  reqtrail_cloud_free(made);
  snprintf(endpoint, sizeof endpoint, "%s/compute/v2.1", server_url);
  CHECK_TEXT(reqtrail_connection_endpoint(connection, NULL), endpoint);
  CHECK_TEXT(reqtrail_connection_project_id(connection, NULL), "p1");
  CHECK_TEXT(reqtrail_connection_project_name(connection, NULL), "prod");
  CHECK_TEXT(reqtrail_connection_user_id(connection, NULL), "u1");
  CHECK_TEXT(reqtrail_connection_user_name(connection, NULL), "demo");
  CHECK(reqtrail_connection_expires_at(connection) == 4070908800.0);
  CHECK_TEXT(reqtrail_trail_request_id(reqtrail_connection_trail(connection), NULL), "req-signed-in");
  CHECK_CODE(reqtrail_client_options_from_connection(connection, &options, NULL), REQTRAIL_OK);
  reqtrail_connection_free(connection);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  CHECK_CODE(reqtrail_operation_server(SERVER, Z, &operation, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  CHECK(strstr(reqtrail_report_json(report, NULL), "\"status\":\"ACTIVE\"") != NULL);
  reqtrail_report_free(report);
  reqtrail_operation_free(operation);
  reqtrail_client_free(client);
}

static void a_sign_in_fails_with_its_trail(void) {
  reqtrail_cloud *made = cloud("wrong");
  reqtrail_connection *connection;
  reqtrail_error *error;
  reqtrail_cancel_token *token = reqtrail_cancel_token_new();
  CHECK_CODE(reqtrail_cloud_connect(made, token, &connection, &error), REQTRAIL_ERROR_API);
  CHECK(connection == NULL);
  CHECK_TEXT(reqtrail_error_request_id(error, NULL), "req-refused");
  reqtrail_error_free(error);
  reqtrail_cancel_token_cancel(token);
  CHECK_CODE(reqtrail_cloud_connect(made, token, &connection, &error), REQTRAIL_ERROR_CANCELLED);
  reqtrail_error_free(error);
  reqtrail_cancel_token_free(token);
  reqtrail_cloud_free(made);
  CHECK_CODE(reqtrail_cloud_from_json("{}", Z, &made, &error), REQTRAIL_ERROR_CONFIG);
  CHECK(made == NULL && reqtrail_error_trail(error) == NULL);
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_cloud_named("this name does not exist", Z, &made, NULL), REQTRAIL_ERROR_CONFIG);
  CHECK_CODE(reqtrail_cloud_find("this name does not exist", Z, "One", Z, &made, NULL), REQTRAIL_ERROR_CONFIG);
}

static void progress(const char *json, size_t length, void *user_data) {
  CHECK(strlen(json) == length && strstr(json, "\"elapsed_ms\"") != NULL);
  ++*(int *)user_data;
}

static void freed(void *user_data) { *(int *)user_data += 1000; }

static reqtrail_operation *follow_of(reqtrail_client *client, const char *server, int *polls) {
  reqtrail_request *request;
  reqtrail_response *accepted;
  reqtrail_operation *follow;
  reqtrail_request_new("POST", Z, "/servers/{id}/action", Z, &request, NULL);
  reqtrail_request_param(request, "id", Z, server, Z);
  reqtrail_request_json(request, "{\"resize\":{\"flavorRef\":\"2\"}}", Z);
  CHECK_CODE(reqtrail_call(client, request, &accepted, NULL), REQTRAIL_OK);
  CHECK(reqtrail_response_status(accepted) == 202);
  CHECK_CODE(reqtrail_operation_follow_response(server, Z, accepted, &follow, NULL), REQTRAIL_OK);
  reqtrail_response_free(accepted);
  reqtrail_request_free(request);
  CHECK_CODE(reqtrail_operation_poll_interval_ms(follow, 20, 20), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_settle_time_ms(follow, 10), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_on_progress(follow, progress, polls, freed), REQTRAIL_OK);
  return follow;
}

static void check_failed(reqtrail_code code, reqtrail_report *report, reqtrail_error *error) {
  CHECK_CODE(code, REQTRAIL_ERROR_ACTION_FAILED);
  CHECK(reqtrail_report_verdict(report) == REQTRAIL_VERDICT_FAILED);
  CHECK_TEXT(reqtrail_report_request_id(report, NULL), RESIZE);
  CHECK_TEXT(reqtrail_error_request_id(error, NULL), RESIZE);
  /* The request that started it was sent, and so were the polls. */
  CHECK(reqtrail_error_may_have_been_sent(error));
  CHECK(strstr(reqtrail_report_text(report, NULL), "FAILED") != NULL);
  CHECK(strstr(reqtrail_error_display(error, NULL), "No valid host was found.") != NULL);
  CHECK(strstr(reqtrail_report_json(report, NULL), "reqtrail.action/1") != NULL);
  CHECK(reqtrail_report_trail_count(report) > 1 && reqtrail_error_trail_count(error) > 1);
  CHECK_TEXT(reqtrail_trail_method(reqtrail_report_trail(report, 0), NULL), "POST");
  CHECK(reqtrail_report_trail(report, 1000) == NULL && reqtrail_error_trail(error) == NULL);
  reqtrail_report_free(report);
  reqtrail_error_free(error);
}

static void a_failed_action_is_followed(void) {
  int polls = 0;
  reqtrail_client *client = nova();
  reqtrail_operation *follow = follow_of(client, SERVER, &polls);
  reqtrail_report *report;
  reqtrail_error *error;
  reqtrail_code code = reqtrail_operation_run(client, follow, &report, &error);
  check_failed(code, report, error);
  CHECK(polls > 0 && polls < 1000);
  reqtrail_operation_free(follow);
  CHECK(polls > 1000);
  reqtrail_client_free(client);
}

static void note(reqtrail_call_handle *call, reqtrail_code code, reqtrail_report *report, reqtrail_error *error,
                 void *user_data) {
  CHECK(call != NULL);
  check_failed(code, report, error);
  ++*(int *)user_data;
}

static void operations_are_started_and_submitted(void) {
  int polls = 0, calls = 0;
  reqtrail_client *client = nova();
  reqtrail_operation *follow = follow_of(client, SERVER, &polls), *moving = follow_of(client, MOVING, &polls);
  reqtrail_call_handle *call;
  reqtrail_report *report;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_operation_start(client, follow, note, &calls, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait_report(call, -1, NULL, NULL), REQTRAIL_ERROR_ACTION_FAILED);
  CHECK(calls == 1);
  reqtrail_call_free(call);
  CHECK_CODE(reqtrail_operation_start(client, follow, NULL, NULL, &call, NULL), REQTRAIL_OK);
  reqtrail_code code = reqtrail_call_wait_report(call, -1, &report, &error);
  check_failed(code, report, error);
  reqtrail_call_free(call);
  /* A follow under way is cancelled, with a report of what was seen. */
  CHECK_CODE(reqtrail_operation_start(client, moving, NULL, NULL, &call, NULL), REQTRAIL_OK);
  reqtrail_call_cancel(call);
  CHECK_CODE(reqtrail_call_wait_report(call, -1, &report, &error), REQTRAIL_ERROR_CANCELLED);
  CHECK(reqtrail_report_verdict(report) == REQTRAIL_VERDICT_UNKNOWN);
  reqtrail_report_free(report);
  reqtrail_error_free(error);
  reqtrail_call_free(call);
  reqtrail_done done;
  CHECK_CODE(reqtrail_client_submit_operation(client, moving, 5, NULL), REQTRAIL_OK);
  CHECK(reqtrail_client_cancel(client, 5));
  while (reqtrail_client_take_done(client, &done, 1) == 0) continue;
  CHECK(done.tag == 5 && done.kind == 2 && done.code == REQTRAIL_ERROR_CANCELLED && done.report != NULL);
  reqtrail_report_free(done.report);
  reqtrail_error_free(done.error);
  reqtrail_operation_free(follow);
  reqtrail_operation_free(moving);
  reqtrail_client_free(client);
}

/* Runs and frees the follow of an extend that failed. */
static void check_extend(reqtrail_client *client, reqtrail_operation *follow) {
  reqtrail_report *report;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_operation_run(client, follow, &report, &error), REQTRAIL_ERROR_ACTION_FAILED);
  CHECK(reqtrail_report_verdict(report) == REQTRAIL_VERDICT_FAILED);
  CHECK_TEXT(reqtrail_report_request_id(report, NULL), RESIZE);
  CHECK(strstr(reqtrail_error_display(error, NULL),
               "extend of volume " VOLUME " failed: the volume is available with 1 GiB, "
               "not 2: no space") != NULL);
  CHECK(strstr(reqtrail_report_json(report, NULL), "another's") == NULL);
  reqtrail_report_free(report);
  reqtrail_error_free(error);
  reqtrail_operation_free(follow);
}

static void volumes_are_followed(void) {
  reqtrail_client *client = nova();
  reqtrail_request *request;
  reqtrail_response *accepted;
  reqtrail_operation *follow;
  reqtrail_report *report;
  reqtrail_error *error;
  reqtrail_request_new("POST", Z, "/volumes/{id}/action", Z, &request, NULL);
  reqtrail_request_param(request, "id", Z, VOLUME, Z);
  reqtrail_request_json(request, "{\"os-extend\":{\"new_size\":2}}", Z);
  CHECK_CODE(reqtrail_call(client, request, &accepted, NULL), REQTRAIL_OK);
  reqtrail_request_free(request);
  CHECK_CODE(reqtrail_operation_follow_resource_response(accepted, &follow, NULL), REQTRAIL_OK);
  check_extend(client, follow);
  CHECK_CODE(reqtrail_operation_follow_resource_trail(reqtrail_response_trail(accepted), &follow, NULL), REQTRAIL_OK);
  check_extend(client, follow);
  reqtrail_response_free(accepted);
  CHECK_CODE(reqtrail_operation_follow_resource("volume.extend", Z, VOLUME, Z, RESIZE, Z, &follow, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_size(follow, 2), REQTRAIL_OK);
  check_extend(client, follow);
  /* The answer names what was created. */
  reqtrail_request_new("POST", Z, "/volumes", Z, &request, NULL);
  reqtrail_request_json(request, "{}", Z);
  CHECK_CODE(reqtrail_call(client, request, &accepted, NULL), REQTRAIL_OK);
  reqtrail_request_free(request);
  CHECK_CODE(reqtrail_operation_follow_resource_response(accepted, &follow, NULL), REQTRAIL_OK);
  reqtrail_response_free(accepted);
  CHECK_CODE(reqtrail_operation_run(client, follow, &report, NULL), REQTRAIL_OK);
  CHECK(reqtrail_report_verdict(report) == REQTRAIL_VERDICT_SUCCEEDED);
  reqtrail_report_free(report);
  reqtrail_operation_free(follow);
  /* Work that cannot be followed is refused, with what is right. */
  CHECK_CODE(reqtrail_operation_follow_resource("volume", Z, VOLUME, Z, RESIZE, Z, &follow, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, follow, &report, &error), REQTRAIL_ERROR_INVALID_REQUEST);
  CHECK(reqtrail_report_verdict(report) == REQTRAIL_VERDICT_UNKNOWN);
  reqtrail_report_free(report);
  CHECK(strstr(reqtrail_error_display(error, NULL), "expected `volume.create`") != NULL);
  reqtrail_error_free(error);
  reqtrail_operation_free(follow);
  reqtrail_client_free(client);
}

static void reads_and_a_story(void) {
  reqtrail_client *client = nova();
  reqtrail_operation *operation;
  reqtrail_report *report;
  reqtrail_error *error;
  reqtrail_operation_action(SERVER, Z, RESIZE, Z, &operation, NULL);
  CHECK_CODE(reqtrail_operation_timeout_ms(operation, 20000), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  CHECK(strstr(reqtrail_report_json(report, NULL), "cold_migrate") != NULL &&
        reqtrail_report_text(report, NULL) == NULL);
  CHECK(reqtrail_report_verdict(report) == 0 && reqtrail_report_request_id(report, NULL) == NULL);
  reqtrail_report_free(report);
  reqtrail_operation_free(operation);
  reqtrail_operation_actions(SERVER, Z, &operation, NULL);
  CHECK_CODE(reqtrail_operation_limit(operation, 5), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_marker(operation, RESIZE, Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_changes_since(operation, 1e9), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_changes_before(operation, 2e9), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_microversion(operation, "2.90", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  const char *url = reqtrail_attempt_url(reqtrail_trail_attempt(reqtrail_report_trail(report, 0), 0), NULL);
  CHECK(strstr(url, "limit=5") != NULL && strstr(url, "changes-since") != NULL);
  reqtrail_report_free(report);
  reqtrail_operation_free(operation);
  reqtrail_operation_explain(SERVER, Z, &operation, NULL);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  CHECK(strstr(reqtrail_report_text(report, NULL), RESIZE) != NULL && reqtrail_report_trail_count(report) == 3);
  reqtrail_report_free(report);
  reqtrail_operation_free(operation);
  reqtrail_operation_server("other", Z, &operation, NULL);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, &error), REQTRAIL_ERROR_API);
  CHECK(report == NULL && reqtrail_error_code_number(error) == REQTRAIL_OPENSTACK_ITEM_NOT_FOUND);
  reqtrail_error_free(error);
  /* An option that it does not have is reported at the latest when it runs. */
  CHECK_CODE(reqtrail_operation_deadline_ms(operation, 1), REQTRAIL_ERROR_BAD_VALUE);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, &error), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(strstr(reqtrail_error_display(error, NULL), "deadline_ms") != NULL);
  reqtrail_error_free(error);
  reqtrail_operation_free(operation);
  reqtrail_client_free(client);
}

static void an_apparent_success_is_reported(void) {
  reqtrail_client *client = nova();
  reqtrail_operation *follow;
  reqtrail_report *report;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_operation_follow(REBOOTED, Z, RESIZE, Z, &follow, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, follow, &report, NULL), REQTRAIL_OK);
  CHECK(reqtrail_report_verdict(report) == REQTRAIL_VERDICT_UNKNOWN);
  CHECK(reqtrail_report_apparent(report) == REQTRAIL_VERDICT_SUCCEEDED);
  reqtrail_report_free(report);
  reqtrail_operation_free(follow);
  /* A name is looked up. An unknown name is not found. */
  CHECK_CODE(reqtrail_operation_explain("web", Z, &follow, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, follow, &report, NULL), REQTRAIL_OK);
  CHECK(strstr(reqtrail_report_json(report, NULL), "\"server_id\":\"" SERVER "\"") != NULL);
  CHECK(reqtrail_report_apparent(report) == 0 && reqtrail_report_trail_count(report) == 4);
  reqtrail_report_free(report);
  reqtrail_operation_free(follow);
  CHECK_CODE(reqtrail_operation_server_by_name("web", Z, &follow, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, follow, &report, NULL), REQTRAIL_OK);
  CHECK(strstr(reqtrail_report_json(report, NULL), "\"id\":\"" SERVER "\"") != NULL);
  CHECK(reqtrail_report_trail_count(report) == 2);
  reqtrail_report_free(report);
  reqtrail_operation_free(follow);
  CHECK_CODE(reqtrail_operation_follow("nobody", Z, RESIZE, Z, &follow, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, follow, &report, &error), REQTRAIL_ERROR_API);
  CHECK(reqtrail_error_category(error) == REQTRAIL_CATEGORY_NOT_FOUND && reqtrail_error_status(error) == 0);
  CHECK(report != NULL && reqtrail_report_trail_count(report) == 1);
  reqtrail_report_free(report);
  reqtrail_error_free(error);
  reqtrail_operation_free(follow);
  reqtrail_client_free(client);
}

static void on_attempt(const reqtrail_call_info *call, const reqtrail_attempt *attempt, void *user_data) {
  char line[256];
  snprintf(line, sizeof line, "GET call to compute for %s used request id %s", reqtrail_attempt_url(attempt, NULL),
           reqtrail_attempt_request_id(attempt, NULL));
  CHECK_TEXT(reqtrail_call_info_service(call, NULL), "compute");
  CHECK_TEXT(reqtrail_call_info_log_line(call, NULL), line);
  ++*(int *)user_data;
}

static void log_lines_are_the_operators(void) {
  int calls = 0;
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_request *request = get("/servers/" SERVER);
  reqtrail_response *response;
  CHECK_CODE(reqtrail_client_options_new(server_url, Z, &options, NULL), REQTRAIL_OK);
  reqtrail_client_options_dialect(options, "openstack", Z);
  reqtrail_client_options_no_proxy(options);
  reqtrail_client_options_on_attempt(options, on_attempt, &calls, NULL);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK(calls == 1);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  reqtrail_client_options_free(options);
}

static void on_call(const reqtrail_trail *trail, void *user_data) {
  char *paths = user_data;
  strcat(strcat(paths, " "), reqtrail_trail_path(trail, NULL));
}

static void hooks_see_a_client_sign_in_again(void) {
  char paths[256] = "";
  reqtrail_cloud *made = cloud("right");
  reqtrail_connection *connection;
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_request *request = get("/expired");
  reqtrail_response *response;
  CHECK_CODE(reqtrail_cloud_connect(made, NULL, &connection, NULL), REQTRAIL_OK);
  reqtrail_cloud_free(made);
  CHECK_CODE(reqtrail_client_options_from_connection(connection, &options, NULL), REQTRAIL_OK);
  reqtrail_connection_free(connection);
  CHECK_CODE(reqtrail_client_options_on_call(options, on_call, paths, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK_TEXT(paths, " /v3/auth/tokens /expired");
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void unused_variables_are_noted(void) {
  char path[] = "/tmp/reqtrail-clouds-XXXXXX";
  int file = mkstemp(path);
  const char text[] = "clouds: {one: {auth_type: none, endpoint: 'https://one.example', region_name: One}}";
  reqtrail_cloud *made;
  CHECK(file >= 0 && write(file, text, sizeof text - 1) == (ssize_t)(sizeof text - 1) && close(file) == 0);
  setenv("OS_CLIENT_CONFIG_FILE", path, 1);
  setenv("OS_CLOUD", "one", 1);
  setenv("OS_REGION_NAME", "Two", 1);
  CHECK_CODE(reqtrail_cloud_from_env(&made, NULL), REQTRAIL_OK);
  const char *notes = reqtrail_cloud_notes(made, NULL);
  CHECK(notes != NULL && strstr(notes, "OS_REGION_NAME is `Two`") != NULL);
  reqtrail_cloud_free(made);
  CHECK_CODE(reqtrail_cloud_named("one", Z, &made, NULL), REQTRAIL_OK);
  CHECK(reqtrail_cloud_notes(made, NULL) == NULL);
  reqtrail_cloud_free(made);
  unsetenv("OS_CLIENT_CONFIG_FILE");
  unsetenv("OS_CLOUD");
  unsetenv("OS_REGION_NAME");
  unlink(path);
}

static void a_client_of_a_service_calls_its_endpoint(void) {
  reqtrail_cloud *made = cloud("right");
  reqtrail_connection *connection, *found;
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_request *request;
  reqtrail_response *response;
  reqtrail_error *error;
  char endpoint[256];
  CHECK_CODE(reqtrail_cloud_connect(made, NULL, &connection, NULL), REQTRAIL_OK);
  reqtrail_cloud_free(made);
  CHECK(strstr(reqtrail_connection_services(connection, NULL), "\"service_type\":\"volumev3\"") != NULL);
  CHECK_CODE(
      reqtrail_openstack_connection_service(connection, "volume", Z, "", Z, "One", Z, "3.50", Z, NULL, &found, NULL),
      REQTRAIL_OK);
  snprintf(endpoint, sizeof endpoint, "%s/volume/v3/p1", server_url);
  CHECK_TEXT(reqtrail_connection_endpoint(found, NULL), endpoint);
  CHECK_TEXT(reqtrail_connection_project_id(found, NULL), "p1");
  CHECK_CODE(reqtrail_client_options_from_connection(found, &options, NULL), REQTRAIL_OK);
  reqtrail_connection_free(found);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  CHECK_CODE(reqtrail_request_new("GET", Z, "/head/openstack-api-version", Z, &request, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  CHECK(strstr((const char *)reqtrail_response_body(response, NULL), "volume 3.50") != NULL);
  CHECK_TEXT(reqtrail_trail_service(reqtrail_response_trail(response), NULL), "volume");
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  /* Its version comes from its version document. */
  CHECK_CODE(reqtrail_openstack_connection_service(connection, "image", Z, "", Z, "", Z, "", Z, NULL, &found, NULL),
             REQTRAIL_OK);
  snprintf(endpoint, sizeof endpoint, "%s/image/v2", server_url);
  CHECK_TEXT(reqtrail_connection_endpoint(found, NULL), endpoint);
  reqtrail_connection_free(found);
  CHECK_CODE(reqtrail_openstack_connection_service(connection, "network", Z, "", Z, "", Z, "", Z, NULL, &found, &error),
             REQTRAIL_ERROR_CONFIG);
  CHECK(found == NULL && strstr(reqtrail_error_message(error, NULL), "no service of the type `network`") != NULL);
  reqtrail_error_free(error);
  reqtrail_connection_free(connection);
}

const struct test openstack_tests[] = {
    {"a cloud is signed in to", a_cloud_is_signed_in_to},
    {"a client of a service calls its endpoint", a_client_of_a_service_calls_its_endpoint},
    {"a sign-in fails with its trail", a_sign_in_fails_with_its_trail},
    {"a failed action is followed", a_failed_action_is_followed},
    {"operations are started and submitted", operations_are_started_and_submitted},
    {"volumes are followed", volumes_are_followed},
    {"reads and a story", reads_and_a_story},
    {"an apparent success is reported", an_apparent_success_is_reported},
    {"log lines are the operators'", log_lines_are_the_operators},
    {"hooks see a client sign in again", hooks_see_a_client_sign_in_again},
    {"unused variables are noted", unused_variables_are_noted},
    {NULL, NULL}};
