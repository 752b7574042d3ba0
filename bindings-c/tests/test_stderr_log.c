/* REQTRAIL_LOG: what a program's own process writes to standard error. Each test starts this program again. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void call(const reqtrail_client *client, const char *path, reqtrail_code wanted) {
  reqtrail_request *request = get(path);
  reqtrail_response *response;
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), wanted);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
}

/* Makes `count` calls that succeed, and one that fails. */
int call_and_log(int count) {
  reqtrail_client *client = quick_client();
  for (int i = 0; i < count; i++) call(client, "/ok", REQTRAIL_OK);
  call(client, "/missing", REQTRAIL_ERROR_API);
  reqtrail_client_free(client);
  return 0;
}

/* Starts this program with a pipe as its standard error, and returns the end to read. */
static int start(const char *level, const char *format, const char *calls, pid_t *child) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  *child = fork();
  CHECK(*child >= 0);
  if (*child == 0) {
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    setenv("REQTRAIL_LOG", level, 1);
    setenv("REQTRAIL_LOG_FORMAT", format, 1);
    execl(program, program, server_url, server_socket, calls, (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  return ends[0];
}

static void ends_well(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) CHECK(errno == EINTR);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

/* Reads until the end, and keeps what fits. */
static void read_all(int from, char *text, size_t size) {
  size_t length = 0;
  for (;;) {
    ssize_t count = read(from, text + length, size - 1 - length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    length += (size_t)count;
  }
  text[length] = '\0';
  close(from);
}

static int lines_of(const char *text) {
  int count = 0;
  for (; *text != '\0'; text++) count += *text == '\n';
  return count;
}

static void attempts_and_failed_calls_are_lines(void) {
  static char text[65536];
  pid_t child;
  int from = start("info", "", "1", &child);
  read_all(from, text, sizeof text);
  ends_well(child);
  CHECK(lines_of(text) == 3);
  CHECK(strstr(text, " INFO reqtrail GET /ok attempt 1: 200, request ID req_") != NULL);
  CHECK(strstr(text, " INFO reqtrail GET /missing attempt 1: 404, request ID req_") != NULL);
  CHECK(strstr(text, " WARN reqtrail GET /missing failed: 404 not_found, request ID req_") != NULL);
}

static void lines_may_be_json(void) {
  static char text[65536];
  pid_t child;
  int from = start("WARN", "json", "1", &child);
  read_all(from, text, sizeof text);
  ends_well(child);
  CHECK(lines_of(text) == 1);
  CHECK(text[0] == '{' && strstr(text, "}\n") != NULL);
  CHECK(strstr(text, "\"error\":{\"code\":\"not_found\",\"type\":\"api\"}") != NULL);
  CHECK(strstr(text, "\"url\":{\"domain\":\"127.0.0.1\",\"path\":\"/missing\"}") != NULL);
}

static void nothing_is_written_without_a_level(void) {
  static char text[65536];
  pid_t child;
  int from = start("", "json", "1", &child);
  read_all(from, text, sizeof text);
  ends_well(child);
  CHECK_TEXT(text, "");
}

static void a_pipe_that_nobody_reads_holds_up_no_call(void) {
  static char text[1 << 21];
  pid_t child;
  /* More lines than fit into a pipe. */
  int from = start("debug", "json", "300", &child);
  ends_well(child);
  read_all(from, text, sizeof text);
  CHECK(lines_of(text) > 0);
  CHECK(lines_of(text) < 900);
}

static void a_pipe_that_is_gone_ends_no_process(void) {
  pid_t child;
  int from = start("debug", "", "1", &child);
  close(from);
  ends_well(child);
}

const struct test stderr_log_tests[] = {
    {"attempts and failed calls are lines", attempts_and_failed_calls_are_lines},
    {"lines may be JSON", lines_may_be_json},
    {"nothing is written without a level", nothing_is_written_without_a_level},
    {"a pipe that nobody reads holds up no call", a_pipe_that_nobody_reads_holds_up_no_call},
    {"a pipe that is gone ends no process", a_pipe_that_is_gone_ends_no_process},
    {NULL, NULL}};
