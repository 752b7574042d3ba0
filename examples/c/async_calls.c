/* Calls with a callback: async_calls BASE_URL TOKEN
 *
 * Starts several calls at once, cancels one, and waits for all. */
#include <reqtrail.h>

#include <stdio.h>

#define CALLS 4

/* Runs on the library's thread, once for each call, even for the cancelled one. */
static void on_done(reqtrail_call_handle *call, reqtrail_code code, reqtrail_response *response, reqtrail_error *error,
                    void *user_data) {
  (void)call;
  const char *what = user_data;
  if (code == REQTRAIL_OK) {
    const char *id = reqtrail_response_request_id(response, NULL); /* NULL if the server sent none */
    printf("%s: %d, request ID %s\n", what, (int)reqtrail_response_status(response), id ? id : "unknown");
  } else {
    printf("%s: %s\n", what, reqtrail_error_display(error, NULL));
  }
  reqtrail_response_free(response);
  reqtrail_error_free(error);
}

int main(int count, char **arguments) {
  static const char *const paths[CALLS] = {"/cameras", "/events", "/sites", "/cameras/none"};
  reqtrail_client_options *options;
  reqtrail_client *client;
  reqtrail_error *error;
  reqtrail_call_handle *calls[CALLS] = {NULL};
  if (count != 3) {
    fprintf(stderr, "usage: async_calls BASE_URL TOKEN\n");
    return 2;
  }
  reqtrail_client_options_new(arguments[1], REQTRAIL_ZERO_TERMINATED, &options, NULL);
  reqtrail_client_options_dialect(options, "novavms", REQTRAIL_ZERO_TERMINATED);
  reqtrail_client_options_token(options, arguments[2], REQTRAIL_ZERO_TERMINATED);
  if (reqtrail_client_new(options, &client, &error) != REQTRAIL_OK) {
    fprintf(stderr, "%s\n", reqtrail_error_display(error, NULL));
    return 1;
  }
  reqtrail_client_options_free(options);
  for (int i = 0; i < CALLS; i++) {
    reqtrail_request *request;
    reqtrail_request_new("GET", REQTRAIL_ZERO_TERMINATED, paths[i], REQTRAIL_ZERO_TERMINATED, &request, NULL);
    if (reqtrail_call_start(client, request, on_done, (void *)paths[i], &calls[i], &error) != REQTRAIL_OK) {
      fprintf(stderr, "%s\n", reqtrail_error_display(error, NULL));
      return 1;
    }
    reqtrail_request_free(request); /* the call keeps what it needs */
  }
  /* Its callback still runs, with the result that it already had or with REQTRAIL_ERROR_CANCELLED. */
  reqtrail_call_cancel(calls[1]);
  for (int i = 0; i < CALLS; i++) {
    reqtrail_call_wait(calls[i], -1, NULL, NULL); /* until its callback has returned */
    reqtrail_call_free(calls[i]);
  }
  reqtrail_client_free(client);
  return 0;
}
