/* Explains resources of a cloud with the C library, and prints the stories.
 *
 * explain WHAT…: the cloud is that of the environment. Two lines a story go to standard output: the story as JSON, and how
 * many calls the hook of the client saw. */
#include <reqtrail.h>

#include <stdio.h>
#include <stdlib.h>

#define Z REQTRAIL_ZERO_TERMINATED

static void demand(reqtrail_code code, const reqtrail_error *error) {
  if (code == REQTRAIL_OK) return;
  fprintf(stderr, "%d: %s\n", (int)code, error == NULL ? "no word of why" : reqtrail_error_display(error, NULL));
  exit(1);
}

static void on_call(const reqtrail_trail *trail, void *user_data) {
  (void)trail;
  ++*(int *)user_data;
}

int main(int count, char **arguments) {
  int calls = 0;
  reqtrail_cloud *cloud;
  reqtrail_connection *connection;
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_error *error = NULL;
  demand(reqtrail_cloud_from_env(&cloud, &error), error);
  demand(reqtrail_cloud_connect(cloud, NULL, &connection, &error), error);
  demand(reqtrail_client_options_from_connection(connection, &options, &error), error);
  demand(reqtrail_client_options_on_call(options, on_call, &calls, NULL), NULL);
  demand(reqtrail_client_new(options, &client, &error), error);
  for (int i = 1; i < count; i++) {
    reqtrail_operation *story;
    reqtrail_report *report;
    calls = 0;
    demand(reqtrail_operation_explain_resource(connection, arguments[i], Z, &story, &error), error);
    reqtrail_operation_timeout_ms(story, 120000);
    demand(reqtrail_operation_run(client, story, &report, &error), error);
    printf("%s\n%d\n", reqtrail_report_json(report, NULL), calls);
    reqtrail_report_free(report);
    reqtrail_operation_free(story);
  }
  reqtrail_client_free(client);
  reqtrail_client_options_free(options);
  reqtrail_connection_free(connection);
  reqtrail_cloud_free(cloud);
  return 0;
}
