/* A first call: first_call BASE_URL TOKEN
 *
 * Reads the cameras, then a camera that does not exist, and shows what support needs of the failure. */
#include <reqtrail.h>

#include <stdio.h>
#include <stdlib.h>

/* One line with all that support needs, and the report for a ticket. */
static void complain(const reqtrail_error *error) {
  const reqtrail_trail *trail = reqtrail_error_trail(error);
  fprintf(stderr, "%s\n", reqtrail_error_display(error, NULL));
  if (trail != NULL) fprintf(stderr, "\n%s\n", reqtrail_trail_report(trail, NULL));
}

static reqtrail_client *connect(const char *base_url, const char *token) {
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_error *error;
  if (reqtrail_client_options_new(base_url, REQTRAIL_ZERO_TERMINATED, &options, &error) != REQTRAIL_OK) {
    complain(error);
    exit(1);
  }
  /* The options keep a setter's mistake, and reqtrail_client_new reports it. */
  reqtrail_client_options_dialect(options, "novavms", REQTRAIL_ZERO_TERMINATED);
  reqtrail_client_options_token(options, token, REQTRAIL_ZERO_TERMINATED);
  reqtrail_client_options_user_agent(options, "first-call/1.0", REQTRAIL_ZERO_TERMINATED);
  if (reqtrail_client_new(options, &client, &error) != REQTRAIL_OK) {
    complain(error);
    exit(1);
  }
  reqtrail_client_options_free(options);
  return client;
}

static int read_camera(const reqtrail_client *client, const char *id) {
  reqtrail_request *request;
  reqtrail_response *response;
  reqtrail_error *error;
  reqtrail_request_new("GET", REQTRAIL_ZERO_TERMINATED, "/cameras/{id}", REQTRAIL_ZERO_TERMINATED, &request, NULL);
  reqtrail_request_param(request, "id", REQTRAIL_ZERO_TERMINATED, id, REQTRAIL_ZERO_TERMINATED);
  reqtrail_code code = reqtrail_call(client, request, &response, &error);
  if (code == REQTRAIL_OK) {
    const char *request_id = reqtrail_response_request_id(response, NULL); /* NULL if the server sent none */
    printf("camera %s: %s\n", id, request_id ? request_id : "no request ID");
  } else if (reqtrail_error_code_number(error) == REQTRAIL_NOVAVMS_NOT_FOUND) {
    const char *request_id = reqtrail_error_request_id(error, NULL);
    printf("camera %s is not there; the request ID is %s\n", id, request_id ? request_id : "unknown");
    complain(error);
  } else {
    complain(error);
  }
  reqtrail_response_free(response); /* freeing NULL does nothing */
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  return code == REQTRAIL_OK ? 0 : 1;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: first_call BASE_URL TOKEN\n");
    return 2;
  }
  reqtrail_client *client = connect(arguments[1], arguments[2]);
  reqtrail_request *request;
  reqtrail_response *response;
  reqtrail_error *error;
  const char *json;
  reqtrail_request_new("GET", REQTRAIL_ZERO_TERMINATED, "/cameras", REQTRAIL_ZERO_TERMINATED, &request, NULL);
  reqtrail_request_query(request, "limit", REQTRAIL_ZERO_TERMINATED, "2", REQTRAIL_ZERO_TERMINATED);
  if (reqtrail_call(client, request, &response, &error) != REQTRAIL_OK) {
    complain(error);
    return 1;
  }
  if (reqtrail_response_json(response, &json, NULL, &error) == REQTRAIL_OK) {
    printf("%d %.60s...\n", (int)reqtrail_response_status(response), json);
  }
  printf("%s", reqtrail_trail_report(reqtrail_response_trail(response), NULL));
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  int missing = read_camera(client, "none");
  reqtrail_client_free(client);
  return missing == 1 ? 0 : 1;
}
