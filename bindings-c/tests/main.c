/* Runs the tests: c-tests URL SOCKET. With a count, c-tests URL SOCKET COUNT, it makes that many calls and one that
 * fails; with the word `journal`, one that fails and one that is never answered. */
#include <unistd.h>

#include "check.h"

const char *program, *server_url, *server_socket;

void check_text(const char *file, int line, const char *what, const char *given, const char *wanted) {
  if (given == NULL ? wanted != NULL : wanted == NULL || strcmp(given, wanted) != 0) {
    fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, given == NULL ? "(NULL)" : given,
            wanted == NULL ? "(NULL)" : wanted);
    exit(1);
  }
}

void check_code(const char *file, int line, const char *what, reqtrail_code given, reqtrail_code wanted) {
  if (given != wanted) {
    fprintf(stderr, "%s:%d: %s is %s, not %s\n", file, line, what, reqtrail_code_name(given),
            reqtrail_code_name(wanted));
    exit(1);
  }
}

reqtrail_client_options *quick_options(void) {
  reqtrail_client_options *options;
  CHECK_CODE(reqtrail_client_options_new(server_url, Z, &options, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_dialect(options, "novavms", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_base_delay_ms(options, 1), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_max_delay_ms(options, 1), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_no_proxy(options), REQTRAIL_OK);
  return options;
}

reqtrail_client *quick_client(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  return client;
}

reqtrail_request *get(const char *path) {
  reqtrail_request *request;
  CHECK_CODE(reqtrail_request_new("GET", 3, path, Z, &request, NULL), REQTRAIL_OK);
  return request;
}

int main(int count, char **arguments) {
  static const struct test *const all[] = {value_tests,      call_tests,    started_tests,  queue_tests,  hook_tests,
                                           openstack_tests,  story_tests,   recorder_tests, script_tests, misuse_tests,
                                           stderr_log_tests, journal_tests, null_tests};
  int passed = 0;
  if (count != 3 && count != 4) {
    fprintf(stderr, "usage: c-tests URL SOCKET [COUNT]\n");
    return 2;
  }
  program = arguments[0];
  server_url = arguments[1];
  server_socket = arguments[2];
  if (count == 4 && strcmp(arguments[3], "journal") == 0) return fail_and_wait();
  if (count == 4) return call_and_log(atoi(arguments[3]));
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    for (const struct test *test = all[i]; test->name != NULL; test++) {
      fprintf(stderr, "%s\n", test->name);
      /* A test that hangs ends the program, which has just printed its name. */
      alarm(300);
      test->run();
      passed++;
    }
  }
  printf("%d passed\n", passed);
  return 0;
}
