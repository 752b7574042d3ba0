/* The recorder: finding calls afterwards, and calls under way. */
#include <signal.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static const reqtrail_recorder *recorder_of(const reqtrail_client *client) {
  const reqtrail_recorder *recorder = reqtrail_client_recorder(client);
  CHECK(recorder != NULL && reqtrail_client_recorder(client) == recorder);
  return recorder;
}

/* Makes a call with any result, and returns its trail, which the caller frees. */
static reqtrail_trail *call(reqtrail_client *client, const char *method, const char *path) {
  reqtrail_request *request;
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_request_new(method, Z, path, Z, &request, NULL), REQTRAIL_OK);
  reqtrail_call(client, request, &response, &error);
  reqtrail_trail *trail =
      reqtrail_trail_clone(response == NULL ? reqtrail_error_trail(error) : reqtrail_response_trail(response));
  CHECK(trail != NULL);
  reqtrail_response_free(response);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  return trail;
}

static reqtrail_trails *find(const reqtrail_client *client, const char *id, size_t length) {
  reqtrail_trails *found = NULL;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_recorder_find(recorder_of(client), id, length, &found, &error), REQTRAIL_OK);
  CHECK(found != NULL && error == NULL);
  CHECK(reqtrail_trails_at(found, reqtrail_trails_count(found)) == NULL);
  return found;
}

static size_t count_of(const reqtrail_client *client, const char *id, size_t length) {
  reqtrail_trails *found = find(client, id, length);
  size_t count = reqtrail_trails_count(found);
  reqtrail_trails_free(found);
  return count;
}

/* Frees the filter. */
static reqtrail_trails *recent(const reqtrail_client *client, reqtrail_recent_filter *filter) {
  reqtrail_trails *found;
  CHECK_CODE(reqtrail_recorder_recent(recorder_of(client), filter, &found, NULL), REQTRAIL_OK);
  reqtrail_recent_filter_free(filter);
  return found;
}

static bool is_call(const reqtrail_trail *one, const reqtrail_trail *other) {
  return strcmp(reqtrail_trail_call_id(one, NULL), reqtrail_trail_call_id(other, NULL)) == 0;
}

/* Checks that an ID finds only the call of the trail. */
static void check_found(const reqtrail_client *client, const char *id, const reqtrail_trail *trail) {
  reqtrail_trails *found = find(client, id, Z);
  CHECK(reqtrail_trails_count(found) == 1);
  CHECK_TEXT(reqtrail_trail_json(reqtrail_trails_at(found, 0), NULL), reqtrail_trail_json(trail, NULL));
  CHECK_TEXT(reqtrail_trail_report(reqtrail_trails_at(found, 0), NULL), reqtrail_trail_report(trail, NULL));
  reqtrail_trails_free(found);
}

/* Checks whether a text contains another, and frees it. */
static void check_holds(reqtrail_text *text, const char *wanted, bool is_held) {
  size_t length = 0;
  const char *data = reqtrail_text_data(text, &length);
  CHECK(data != NULL && strlen(data) == length);
  if ((strstr(data, wanted) != NULL) != is_held) {
    fprintf(stderr, "%s is %s:\n%s\n", wanted, is_held ? "not in" : "in", data);
    exit(1);
  }
  reqtrail_text_free(text);
}

static void a_call_is_found_by_each_of_its_ids(void) {
  reqtrail_client *client = quick_client();
  reqtrail_trail *other = call(client, "GET", "/ok"), *failed = call(client, "GET", "/busy");
  CHECK(reqtrail_trail_attempt_count(failed) == 4);
  for (size_t i = 0; i < 4; i++) {
    const reqtrail_attempt *attempt = reqtrail_trail_attempt(failed, i);
    check_found(client, reqtrail_attempt_request_id(attempt, NULL), failed);
    check_found(client, reqtrail_attempt_span_id(attempt, NULL), failed);
  }
  check_found(client, reqtrail_trail_call_id(failed, NULL), failed);
  check_found(client, reqtrail_trail_trace_id(failed, NULL), failed);
  check_found(client, reqtrail_trail_request_id(other, NULL), other);
  /* The digits of a UUID in any case, and the first characters of an ID, at least 6. */
  char id[37];
  strcpy(id, reqtrail_trail_call_id(failed, NULL));
  for (char *c = id; *c != '\0'; c++)
    if (*c >= 'a' && *c <= 'f') *c -= 'a' - 'A';
  check_found(client, id, failed);
  CHECK(count_of(client, id, 13) == 1 && count_of(client, id, 5) == 0);
  /* Both IDs begin with it, and the newer call comes first. */
  reqtrail_trails *found = find(client, "req_000", Z);
  CHECK(reqtrail_trails_count(found) == 2);
  CHECK(is_call(reqtrail_trails_at(found, 0), failed) && is_call(reqtrail_trails_at(found, 1), other));
  reqtrail_trails_free(found);
  CHECK(count_of(client, "req_nobody_has", Z) == 0 && count_of(client, NULL, 0) == 0);
  reqtrail_trail_free(other);
  reqtrail_trail_free(failed);
  reqtrail_client_free(client);
}

static void a_correlation_id_finds_a_call_of_openstack(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  CHECK_CODE(reqtrail_client_options_dialect(options, "openstack", Z), REQTRAIL_OK);
  reqtrail_client_options_token(options, "gAAAAA-token", Z);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  reqtrail_trail *trail = call(client, "GET", "/servers/none");
  CHECK(strncmp(reqtrail_trail_correlation_id(trail, NULL), "req-", 4) == 0);
  check_found(client, reqtrail_trail_correlation_id(trail, NULL), trail);
  /* The reads of an operation are calls like others. */
  reqtrail_operation *operation;
  reqtrail_report *report;
  CHECK_CODE(reqtrail_operation_server("c76a7603-95be-4368-87e9-7b9b89fb1d7e", Z, &operation, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_operation_run(client, operation, &report, NULL), REQTRAIL_OK);
  const reqtrail_trail *read = reqtrail_report_trail(report, 0);
  check_found(client, reqtrail_trail_request_id(read, NULL), read);
  reqtrail_operation_free(operation);
  reqtrail_report_free(report);
  reqtrail_trail_free(trail);
  reqtrail_client_free(client);
}

static void recent_calls_are_filtered(void) {
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_recent_filter *filter;
  reqtrail_client_options_timeout_ms(options, 60000);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  reqtrail_request *request = get("/stall");
  reqtrail_response *response;
  CHECK_CODE(reqtrail_request_timeout_ms(request, 40), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_TIMEOUT);
  reqtrail_request_free(request);
  reqtrail_trail *missing = call(client, "GET", "/missing"), *busy = call(client, "GET", "/busy"),
                 *ok = call(client, "GET", "/ok");

  reqtrail_trails *found = recent(client, NULL);
  CHECK(reqtrail_trails_count(found) == 4);
  CHECK(is_call(reqtrail_trails_at(found, 0), ok) && is_call(reqtrail_trails_at(found, 1), busy));
  CHECK(is_call(reqtrail_trails_at(found, 2), missing));
  reqtrail_trails_free(found);

  filter = reqtrail_recent_filter_new();
  CHECK_CODE(reqtrail_recent_filter_failed(filter, true), REQTRAIL_OK);
  found = recent(client, filter);
  CHECK(reqtrail_trails_count(found) == 3);
  CHECK(is_call(reqtrail_trails_at(found, 0), busy) && is_call(reqtrail_trails_at(found, 1), missing));
  reqtrail_trails_free(found);

  filter = reqtrail_recent_filter_new();
  CHECK_CODE(reqtrail_recent_filter_slower_than_ms(filter, 40), REQTRAIL_OK);
  found = recent(client, filter);
  /* The others are usually faster, but that is not certain. */
  size_t slow = reqtrail_trails_count(found);
  CHECK(slow > 0);
  CHECK_TEXT(reqtrail_trail_path(reqtrail_trails_at(found, slow - 1), NULL), "/stall");
  for (size_t i = 0; i < slow; i++) CHECK(reqtrail_trail_elapsed_ms(reqtrail_trails_at(found, i)) >= 40);
  reqtrail_trails_free(found);
  filter = reqtrail_recent_filter_new();
  CHECK_CODE(reqtrail_recent_filter_slower_than_ms(filter, UINT64_MAX), REQTRAIL_OK);
  found = recent(client, filter);
  CHECK(reqtrail_trails_count(found) == 0);
  reqtrail_trails_free(found);

  filter = reqtrail_recent_filter_new();
  CHECK_CODE(reqtrail_recent_filter_code(filter, "not_found", Z), REQTRAIL_OK);
  found = recent(client, filter);
  CHECK(reqtrail_trails_count(found) == 1 && is_call(reqtrail_trails_at(found, 0), missing));
  reqtrail_trails_free(found);

  filter = reqtrail_recent_filter_new();
  CHECK_CODE(reqtrail_recent_filter_path(filter, "/ok and more", 3), REQTRAIL_OK);
  found = recent(client, filter);
  CHECK(reqtrail_trails_count(found) == 1 && is_call(reqtrail_trails_at(found, 0), ok));
  reqtrail_trails_free(found);

  filter = reqtrail_recent_filter_new();
  CHECK_CODE(reqtrail_recent_filter_status(filter, 503), REQTRAIL_OK);
  found = recent(client, filter);
  CHECK(reqtrail_trails_count(found) == 1 && is_call(reqtrail_trails_at(found, 0), busy));
  reqtrail_trails_free(found);

  filter = reqtrail_recent_filter_new();
  CHECK_CODE(reqtrail_recent_filter_limit(filter, 2), REQTRAIL_OK);
  found = recent(client, filter);
  CHECK(reqtrail_trails_count(found) == 2 && is_call(reqtrail_trails_at(found, 1), busy));
  reqtrail_trails_free(found);

  /* All options count together. */
  filter = reqtrail_recent_filter_new();
  reqtrail_recent_filter_failed(filter, true);
  reqtrail_recent_filter_status(filter, 200);
  found = recent(client, filter);
  CHECK(reqtrail_trails_count(found) == 0);
  reqtrail_trails_free(found);
  reqtrail_trail_free(missing);
  reqtrail_trail_free(busy);
  reqtrail_trail_free(ok);
  reqtrail_client_free(client);
}

static void a_filters_mistake_is_kept(void) {
  reqtrail_client *client = quick_client();
  reqtrail_recent_filter *filter = reqtrail_recent_filter_new();
  reqtrail_trails *found = (reqtrail_trails *)1;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_recent_filter_status(filter, 70000), REQTRAIL_ERROR_BAD_VALUE);
  CHECK_CODE(reqtrail_recent_filter_code(filter, "\xff", 1), REQTRAIL_ERROR_NOT_UTF8);
  CHECK_CODE(reqtrail_recorder_recent(recorder_of(client), filter, &found, &error), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(found == NULL);
  CHECK_TEXT(reqtrail_error_message(error, NULL),
             "reqtrail_recent_filter_status: expected a whole number from 0 to 65535, got 70000");
  reqtrail_error_free(error);
  reqtrail_recent_filter_free(filter);
  CHECK_CODE(reqtrail_recorder_find(recorder_of(client), "\xff", 1, &found, &error), REQTRAIL_ERROR_NOT_UTF8);
  CHECK_TEXT(reqtrail_error_message(error, NULL), "id is not UTF-8 text");
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_recorder_find(recorder_of(client), "req_1", Z, NULL, NULL), REQTRAIL_ERROR_NULL_POINTER);
  reqtrail_client_free(client);
}

/* A server that answers when the test says so. */
static int listen_here(char *url, size_t size) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(listener >= 0 && bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 16) == 0);
  CHECK(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
  snprintf(url, size, "http://127.0.0.1:%d", ntohs(address.sin_port));
  return listener;
}

/* Accepts a connection, and reads the head of its request. */
static int request_at(int listener) {
  int connection = accept(listener, NULL, NULL);
  char head[4096];
  size_t length = 0;
  CHECK(connection >= 0);
  do {
    ssize_t count = read(connection, head + length, sizeof head - 1 - length);
    CHECK(count > 0);
    length += (size_t)count;
    head[length] = '\0';
  } while (strstr(head, "\r\n\r\n") == NULL);
  return connection;
}

static void answer(int connection, const char *text) {
  CHECK(write(connection, text, strlen(text)) == (ssize_t)strlen(text));
  close(connection);
}

static reqtrail_client *client_of(const char *url, bool recorder) {
  reqtrail_client_options *options;
  reqtrail_client *client;
  CHECK_CODE(reqtrail_client_options_new(url, Z, &options, NULL), REQTRAIL_OK);
  reqtrail_client_options_dialect(options, "novavms", Z);
  reqtrail_client_options_no_proxy(options);
  reqtrail_client_options_recorder(options, recorder);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  return client;
}

/* Waits until a call is in this phase. */
static void await_phase(const reqtrail_recorder *recorder, const char *phase) {
  for (bool is_there = false; !is_there; sched_yield()) {
    CHECK(reqtrail_recorder_in_flight_count(recorder) > 0);
    reqtrail_text *calls = reqtrail_recorder_in_flight(recorder);
    is_there = strstr(reqtrail_text_data(calls, NULL), phase) != NULL;
    reqtrail_text_free(calls);
  }
}

static void a_call_under_way_is_listed(void) {
  char url[64], id[64];
  int listener = listen_here(url, sizeof url);
  reqtrail_client *client = client_of(url, true);
  const reqtrail_recorder *recorder = recorder_of(client);
  reqtrail_request *request;
  reqtrail_call_handle *started;
  reqtrail_response *response;
  check_holds(reqtrail_recorder_in_flight(recorder), "[]", true);
  CHECK_CODE(reqtrail_request_new("POST", Z, "/cameras/{id}", Z, &request, NULL), REQTRAIL_OK);
  reqtrail_request_param(request, "id", Z, "7", Z);
  CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &started, NULL), REQTRAIL_OK);
  reqtrail_request_free(request);
  int connection = request_at(listener);
  await_phase(recorder, "\"phase\":\"waiting\"");
  CHECK(reqtrail_recorder_in_flight_count(recorder) == 1);
  reqtrail_text *calls = reqtrail_recorder_in_flight(recorder);
  const char *json = reqtrail_text_data(calls, NULL), *at = strstr(json, "\"call_id\":\"");
  CHECK(json[0] == '[' && at != NULL);
  snprintf(id, sizeof id, "%.36s", at + strlen("\"call_id\":\""));
  CHECK(strstr(json, "\"method\":\"POST\"") != NULL && strstr(json, "\"path\":\"/cameras/{id}\"") != NULL);
  CHECK(strstr(json, "\"attempt\":1") != NULL && strstr(json, "\"may_have_been_sent\":true") != NULL);
  CHECK(strstr(json, "\"dialect\":\"novavms\"") != NULL && strstr(json, "\"age_ms\":") != NULL);
  reqtrail_text_free(calls);
  check_holds(reqtrail_recorder_stats(recorder), "\"in_flight\":1", true);
  /* The dump says that it may have been sent. It cannot be found before it has ended. */
  check_holds(reqtrail_recorder_dump(recorder), "\"record\":\"opened\"", true);
  check_holds(reqtrail_recorder_dump(recorder), id, true);
  CHECK(count_of(client, id, Z) == 0);
  answer(connection,
         "HTTP/1.1 201 Created\r\nX-Request-Id: req_01JD8Z\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
  CHECK_CODE(reqtrail_call_wait(started, -1, &response, NULL), REQTRAIL_OK);
  check_found(client, id, reqtrail_response_trail(response));
  check_found(client, "req_01JD8Z", reqtrail_response_trail(response));
  check_holds(reqtrail_recorder_in_flight(recorder), "[]", true);
  CHECK(reqtrail_recorder_in_flight_count(recorder) == 0);
  reqtrail_response_free(response);
  reqtrail_call_free(started);
  reqtrail_client_free(client);
  close(listener);
}

static void the_stats_count(void) {
  reqtrail_client *client = quick_client();
  const reqtrail_recorder *recorder = recorder_of(client);
  check_holds(reqtrail_recorder_stats(recorder), "\"bytes\":0,", true);
  CHECK(reqtrail_recorder_failed_count(recorder) == 0);
  reqtrail_trail_free(call(client, "GET", "/missing"));
  reqtrail_trail_free(call(client, "GET", "/busy"));
  /* The server may have seen another run of these tests. */
  char once[64];
  snprintf(once, sizeof once, "/once/stats-%ld", (long)getpid());
  reqtrail_trail_free(call(client, "GET", once));
  CHECK(reqtrail_recorder_failed_count(recorder) == 2 && reqtrail_recorder_lost_count(recorder) == 0);
  check_holds(reqtrail_recorder_stats(recorder), "\"failed\":2,\"notable\":1,", true);
  check_holds(reqtrail_recorder_stats(recorder), "\"bytes\":0,", false);
  check_holds(reqtrail_recorder_stats(recorder), "\"journal\":null", true);
  reqtrail_client_free(client);
}

static void the_dump_has_a_line_for_each_call(void) {
  reqtrail_client *client = quick_client();
  check_holds(reqtrail_recorder_dump(recorder_of(client)), "{", false);
  reqtrail_trail *trails[] = {call(client, "GET", "/ok"), call(client, "GET", "/busy"),
                              call(client, "GET", "/missing")};
  reqtrail_text *dump = reqtrail_recorder_dump(recorder_of(client));
  size_t length;
  const char *line = reqtrail_text_data(dump, &length), *end = line + length;
  /* The oldest comes first, with its trail. */
  for (size_t i = 0; i < 3; i++) {
    const char *next = memchr(line, '\n', (size_t)(end - line));
    CHECK(next != NULL && line[0] == '{' && next[-1] == '}');
    const char *trail = strstr(line, reqtrail_trail_json(trails[i], NULL));
    CHECK(trail != NULL && trail < next);
    line = next + 1;
    reqtrail_trail_free(trails[i]);
  }
  CHECK(line == end);
  reqtrail_text_free(dump);
  reqtrail_client_free(client);
}

static void a_recorder_that_is_off_holds_nothing(void) {
  reqtrail_client *client = client_of(server_url, false);
  const reqtrail_recorder *recorder = recorder_of(client);
  reqtrail_trail *failed = call(client, "GET", "/missing");
  CHECK(count_of(client, reqtrail_trail_call_id(failed, NULL), Z) == 0);
  reqtrail_trails *found = recent(client, NULL);
  CHECK(reqtrail_trails_count(found) == 0 && reqtrail_trails_at(found, 0) == NULL);
  reqtrail_trails_free(found);
  check_holds(reqtrail_recorder_in_flight(recorder), "[]", true);
  check_holds(reqtrail_recorder_stats(recorder), "\"failed\":0,", true);
  check_holds(reqtrail_recorder_dump(recorder), "{", false);
  reqtrail_trail_free(failed);
  reqtrail_client_free(client);
}

static void a_clone_outlives_its_client(void) {
  reqtrail_client *client = quick_client();
  reqtrail_recorder *kept = reqtrail_recorder_clone(recorder_of(client));
  reqtrail_trail *failed = call(client, "GET", "/missing");
  reqtrail_trails *found;
  reqtrail_client_free(client);
  CHECK_CODE(reqtrail_recorder_find(kept, reqtrail_trail_request_id(failed, NULL), Z, &found, NULL), REQTRAIL_OK);
  CHECK(reqtrail_trails_count(found) == 1);
  check_holds(reqtrail_recorder_in_flight(kept), "[]", true);
  reqtrail_recorder_free(kept);
  /* The list has its own trails. */
  CHECK(is_call(reqtrail_trails_at(found, 0), failed));
  reqtrail_trails_free(found);
  reqtrail_trail_free(failed);
}

/* State that several threads share. */
struct shared {
  reqtrail_client *client;
  atomic_int callers;
  atomic_bool is_over;
};

static void *make_calls(void *given) {
  struct shared *shared = given;
  for (int i = 0; i < 25; i++) {
    reqtrail_trail *trail = call(shared->client, "GET", i % 2 == 0 ? "/ok" : "/missing");
    /* Failed calls are kept whatever others do; at most 64 of them. */
    if (i % 2 == 1) check_found(shared->client, reqtrail_trail_call_id(trail, NULL), trail);
    reqtrail_trail_free(trail);
  }
  atomic_fetch_sub(&shared->callers, 1);
  return NULL;
}

static void look(const reqtrail_client *client) {
  const reqtrail_recorder *recorder = recorder_of(client);
  reqtrail_trails *found = recent(client, NULL);
  for (size_t i = 0; i < reqtrail_trails_count(found); i++)
    CHECK(strlen(reqtrail_trail_call_id(reqtrail_trails_at(found, i), NULL)) == 36);
  reqtrail_trails_free(found);
  check_holds(reqtrail_recorder_in_flight(recorder), "[", true);
  check_holds(reqtrail_recorder_stats(recorder), "\"in_flight\"", true);
  reqtrail_text_free(reqtrail_recorder_dump(recorder));
  CHECK(reqtrail_recorder_failed_count(recorder) <= 64);
}

static void *keep_looking(void *given) {
  struct shared *shared = given;
  while (atomic_load(&shared->callers) > 0 && !atomic_load(&shared->is_over)) {
    look(shared->client);
    sched_yield();
  }
  return NULL;
}

static void many_threads_ask_while_others_call(void) {
  pthread_t threads[6];
  struct shared shared = {quick_client(), 4, false};
  for (int i = 0; i < 6; i++) CHECK(pthread_create(&threads[i], NULL, i < 4 ? make_calls : keep_looking, &shared) == 0);
  for (int i = 0; i < 6; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(reqtrail_recorder_failed_count(recorder_of(shared.client)) == 48);
  reqtrail_client_free(shared.client);
}

static void the_child_of_a_fork_finds_nothing(void) {
  char url[64];
  int listener = listen_here(url, sizeof url), status;
  pthread_t looking;
  struct shared shared = {client_of(url, true), 1, false};
  reqtrail_request *request = get("/cameras");
  reqtrail_call_handle *started;
  CHECK_CODE(reqtrail_call_start(shared.client, request, NULL, NULL, &started, NULL), REQTRAIL_OK);
  reqtrail_request_free(request);
  int connection = request_at(listener);
  /* Another thread may hold any lock of the recorder when this one forks. */
  CHECK(pthread_create(&looking, NULL, keep_looking, &shared) == 0);
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      alarm(60);
      look(shared.client);
      check_holds(reqtrail_recorder_in_flight(recorder_of(shared.client)), "[]", true);
      check_holds(reqtrail_recorder_dump(recorder_of(shared.client)), "{", false);
      CHECK(reqtrail_recorder_in_flight_count(recorder_of(shared.client)) == 0);
      /* The test has passed. At a normal exit a memory checker would report the memory of the parent's threads. */
      raise(SIGKILL);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
  atomic_store(&shared.is_over, true);
  CHECK(pthread_join(looking, NULL) == 0);
  /* The parent's recorder is unchanged. */
  CHECK(reqtrail_recorder_in_flight_count(recorder_of(shared.client)) == 1);
  answer(connection, "HTTP/1.1 200 OK\r\nX-Request-Id: req_fork01\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  CHECK_CODE(reqtrail_call_wait(started, -1, NULL, NULL), REQTRAIL_OK);
  CHECK(count_of(shared.client, "req_fork01", Z) == 1);
  reqtrail_call_free(started);
  reqtrail_client_free(shared.client);
  close(listener);
}

const struct test recorder_tests[] = {
    {"a call is found by each of its IDs", a_call_is_found_by_each_of_its_ids},
    {"a correlation ID finds a call of OpenStack", a_correlation_id_finds_a_call_of_openstack},
    {"recent calls are filtered", recent_calls_are_filtered},
    {"a filter's mistake is kept", a_filters_mistake_is_kept},
    {"a call under way is listed", a_call_under_way_is_listed},
    {"the stats count", the_stats_count},
    {"the dump has a line for each call", the_dump_has_a_line_for_each_call},
    {"a recorder that is off holds nothing", a_recorder_that_is_off_holds_nothing},
    {"a clone outlives its client", a_clone_outlives_its_client},
    {"many threads ask while others call", many_threads_ask_while_others_call},
    {"the child of a fork finds nothing", the_child_of_a_fork_finds_nothing},
    {NULL, NULL}};
