/* The completion queue. */
#include <poll.h>
#include <unistd.h>

#include "check.h"

static void signal_pipe(void *user_data) {
  const int *end = user_data;
  CHECK(write(*end, "", 1) == 1);
}

static void await_signal(int end) {
  struct pollfd readable = {end, POLLIN, 0};
  char signals[8];
  CHECK(poll(&readable, 1, -1) == 1);
  CHECK(read(end, signals, sizeof signals) > 0);
}

static void close_end(void *user_data) { close(*(int *)user_data); }

static void results_come_under_their_tags(void) {
  enum { CALLS = 50 };
  reqtrail_client *client = quick_client();
  reqtrail_request *ok = get("/ok"), *missing = get("/missing");
  reqtrail_done done[7];
  int ends[2], taken = 0, seen[CALLS] = {0};
  CHECK(pipe(ends) == 0);
  CHECK_CODE(reqtrail_client_set_notify(client, signal_pipe, &ends[1], close_end, NULL), REQTRAIL_OK);
  for (uint64_t tag = 0; tag < CALLS; tag++) {
    CHECK_CODE(reqtrail_client_submit(client, tag % 2 == 0 ? ok : missing, tag, NULL), REQTRAIL_OK);
  }
  while (taken < CALLS) {
    size_t count;
    await_signal(ends[0]);
    do {
      count = reqtrail_client_take_done(client, done, 7);
      for (size_t i = 0; i < count; i++, taken++) {
        CHECK(done[i].kind == 1 && done[i].tag < CALLS && seen[done[i].tag]++ == 0);
        CHECK(done[i].code == (done[i].tag % 2 == 0 ? REQTRAIL_OK : REQTRAIL_ERROR_API));
        CHECK((done[i].response != NULL) == (done[i].code == REQTRAIL_OK) && done[i].report == NULL);
        reqtrail_response_free(done[i].response);
        reqtrail_error_free(done[i].error);
      }
    } while (count == 7);
  }
  CHECK(reqtrail_client_take_done(client, done, 7) == 0);
  reqtrail_request_free(ok);
  reqtrail_request_free(missing);
  /* Closes the writing end. */
  reqtrail_client_free(client);
  char rest;
  CHECK(read(ends[0], &rest, 1) == 0);
  close(ends[0]);
}

static void a_tag_is_in_use_until_its_result_is_taken(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *ok = get("/ok");
  reqtrail_error *error = NULL;
  reqtrail_done done;
  int ends[2];
  CHECK(pipe(ends) == 0);
  CHECK_CODE(reqtrail_client_set_notify(client, signal_pipe, &ends[1], close_end, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_submit(client, ok, 3, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_submit(client, ok, 3, &error), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(error != NULL);
  reqtrail_error_free(error);
  await_signal(ends[0]);
  /* It has ended, but its result has not been taken. */
  CHECK(!reqtrail_client_cancel(client, 3));
  CHECK_CODE(reqtrail_client_submit(client, ok, 3, NULL), REQTRAIL_ERROR_BAD_VALUE);
  CHECK(reqtrail_client_take_done(client, &done, 1) == 1 && done.tag == 3 && done.code == REQTRAIL_OK);
  reqtrail_response_free(done.response);
  CHECK_CODE(reqtrail_client_submit(client, ok, 3, NULL), REQTRAIL_OK);
  await_signal(ends[0]);
  CHECK(reqtrail_client_take_done(client, &done, 1) == 1 && done.tag == 3);
  reqtrail_response_free(done.response);
  reqtrail_request_free(ok);
  reqtrail_client_free(client);
  close(ends[0]);
}

static void a_tag_is_cancelled(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *stall = get("/stall");
  reqtrail_done done;
  int ends[2];
  CHECK(pipe(ends) == 0);
  CHECK_CODE(reqtrail_client_set_notify(client, signal_pipe, &ends[1], close_end, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_submit(client, stall, 7, NULL), REQTRAIL_OK);
  CHECK(!reqtrail_client_cancel(client, 8) && reqtrail_client_cancel(client, 7));
  await_signal(ends[0]);
  CHECK(reqtrail_client_take_done(client, &done, 1) == 1);
  CHECK(done.tag == 7 && done.code == REQTRAIL_ERROR_CANCELLED && reqtrail_error_trail(done.error) != NULL);
  CHECK(!reqtrail_client_cancel(client, 7));
  reqtrail_error_free(done.error);
  /* Calls under way and results that were not taken are freed with the client. */
  CHECK_CODE(reqtrail_client_submit(client, stall, 7, NULL), REQTRAIL_OK);
  reqtrail_client_free(client);
  reqtrail_request_free(stall);
  close(ends[0]);
}

static void count_call(const reqtrail_trail *trail, void *user_data) {
  CHECK(reqtrail_trail_outcome(trail) == REQTRAIL_ERROR_CANCELLED);
  CHECK(reqtrail_trail_stopped(trail) == REQTRAIL_STOPPED_CANCELLED);
  ++*(int *)user_data;
}

/* Also those that the library's thread has not started yet. */
static void freeing_the_client_ends_every_call(void) {
  enum { CALLS = 300 };
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_request *stall = get("/stall");
  int count = 0;
  CHECK_CODE(reqtrail_client_options_on_call(options, count_call, &count, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  for (uint64_t tag = 0; tag < CALLS; tag++) CHECK_CODE(reqtrail_client_submit(client, stall, tag, NULL), REQTRAIL_OK);
  reqtrail_client_free(client);
  CHECK(count == CALLS);
  reqtrail_request_free(stall);
}

/* A deadline of the program is a timeout everywhere. */
static void a_tag_expires(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *stall = get("/stall");
  reqtrail_done done;
  int ends[2];
  CHECK(pipe(ends) == 0);
  CHECK_CODE(reqtrail_client_set_notify(client, signal_pipe, &ends[1], close_end, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_submit(client, stall, 7, NULL), REQTRAIL_OK);
  CHECK(!reqtrail_client_expire(client, 8) && reqtrail_client_expire(client, 7));
  await_signal(ends[0]);
  CHECK(reqtrail_client_take_done(client, &done, 1) == 1);
  CHECK(done.tag == 7 && done.code == REQTRAIL_ERROR_TIMEOUT);
  const reqtrail_trail *trail = reqtrail_error_trail(done.error);
  CHECK(reqtrail_trail_outcome(trail) == REQTRAIL_ERROR_TIMEOUT);
  CHECK(reqtrail_trail_stopped(trail) == REQTRAIL_STOPPED_DEADLINE);
  CHECK(strstr(reqtrail_trail_report(trail, NULL), "cancel") == NULL);
  CHECK(!reqtrail_client_expire(client, 7));
  reqtrail_error_free(done.error);
  reqtrail_client_free(client);
  reqtrail_request_free(stall);
  close(ends[0]);
}

static void quiet(reqtrail_call_handle *call, reqtrail_code code, reqtrail_response *response, reqtrail_error *error,
                  void *user_data) {
  (void)call, (void)user_data;
  CHECK_CODE(code, REQTRAIL_OK);
  reqtrail_response_free(response);
  reqtrail_error_free(error);
}

/* On one client: callbacks take nothing from the queue. */
static void callbacks_and_the_queue_work_together(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *ok = get("/ok");
  reqtrail_done done[10];
  reqtrail_call_handle *call;
  int ends[2], taken = 0;
  CHECK(pipe(ends) == 0);
  for (uint64_t tag = 0; tag < 10; tag++) {
    CHECK_CODE(reqtrail_client_submit(client, ok, tag, NULL), REQTRAIL_OK);
    CHECK_CODE(reqtrail_call_start(client, ok, quiet, NULL, &call, NULL), REQTRAIL_OK);
    CHECK_CODE(reqtrail_call_wait(call, -1, NULL, NULL), REQTRAIL_OK);
    reqtrail_call_free(call);
  }
  /* A function that is set late is called at once for results that already wait. */
  CHECK_CODE(reqtrail_client_set_notify(client, signal_pipe, &ends[1], close_end, NULL), REQTRAIL_OK);
  while (taken < 10) {
    await_signal(ends[0]);
    size_t count = reqtrail_client_take_done(client, done, 10);
    for (size_t i = 0; i < count; i++, taken++) {
      CHECK_CODE(done[i].code, REQTRAIL_OK);
      reqtrail_response_free(done[i].response);
    }
  }
  CHECK_CODE(reqtrail_client_set_notify(client, NULL, NULL, NULL, NULL), REQTRAIL_OK);
  reqtrail_request_free(ok);
  reqtrail_client_free(client);
  close(ends[0]);
}

const struct test queue_tests[] = {
    {"results come under their tags", results_come_under_their_tags},
    {"a tag is in use until its result is taken", a_tag_is_in_use_until_its_result_is_taken},
    {"a tag is cancelled", a_tag_is_cancelled},
    {"a tag expires", a_tag_expires},
    {"freeing the client ends every call", freeing_the_client_ends_every_call},
    {"callbacks and the queue work together", callbacks_and_the_queue_work_together},
    {NULL, NULL}};
