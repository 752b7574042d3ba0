/* Creates a volume that fits nowhere with the C library, and prints the results.
 *
 * volume SIZE NAME: the cloud is that of the environment. Three lines go to standard output: the report as JSON, the error
 * in one line, and how often was looked. */
#include <reqtrail.h>

#include <stdio.h>
#include <stdlib.h>

#define Z REQTRAIL_ZERO_TERMINATED

static void demand(reqtrail_code code, const reqtrail_error *error) {
  if (code == REQTRAIL_OK) return;
  fprintf(stderr, "%d: %s\n", (int)code, error == NULL ? "no word of why" : reqtrail_error_display(error, NULL));
  exit(1);
}

static reqtrail_client *connect_to_volumes(void) {
  reqtrail_cloud *cloud;
  reqtrail_connection *connection;
  reqtrail_connection *volumes;
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_error *error = NULL;
  demand(reqtrail_cloud_from_env(&cloud, &error), error);
  demand(reqtrail_cloud_connect(cloud, NULL, &connection, &error), error);
  demand(
      reqtrail_openstack_connection_service(connection, "volume", Z, NULL, 0, NULL, 0, NULL, 0, NULL, &volumes, &error),
      error);
  demand(reqtrail_client_options_from_connection(volumes, &options, &error), error);
  demand(reqtrail_client_new(options, &client, &error), error);
  reqtrail_client_options_free(options);
  reqtrail_connection_free(volumes);
  reqtrail_connection_free(connection);
  reqtrail_cloud_free(cloud);
  return client;
}

static void progress(const char *json, size_t length, void *user_data) {
  (void)json;
  (void)length;
  ++*(int *)user_data;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  char body[256];
  int polls = 0;
  reqtrail_request *request;
  reqtrail_response *accepted;
  reqtrail_operation *follow;
  reqtrail_report *report;
  reqtrail_error *error = NULL;
  reqtrail_client *client = connect_to_volumes();
  snprintf(body, sizeof body, "{\"volume\":{\"size\":%s,\"name\":\"%s\"}}", arguments[1], arguments[2]);
  demand(reqtrail_request_new("POST", Z, "/volumes", Z, &request, &error), error);
  reqtrail_request_json(request, body, Z);
  demand(reqtrail_call(client, request, &accepted, &error), error);
  demand(reqtrail_operation_follow_resource_response(accepted, &follow, &error), error);
  reqtrail_operation_poll_interval_ms(follow, 200, 1000);
  reqtrail_operation_on_progress(follow, progress, &polls, NULL);
  reqtrail_code code = reqtrail_operation_run(client, follow, &report, &error);
  if (code != REQTRAIL_ERROR_ACTION_FAILED) demand(code, error);
  if (code == REQTRAIL_OK) return 1;
  printf("%s\n%s\n%d\n", reqtrail_report_json(report, NULL), reqtrail_error_display(error, NULL), polls);
  reqtrail_error_free(error);
  reqtrail_report_free(report);
  reqtrail_operation_free(follow);
  reqtrail_response_free(accepted);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  return 0;
}
