#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "drive.h"
#include "output.h"
#include "scenario.h"

/* Threads that take the repetitions one after the other. */
struct crew {
  struct work *work;
  pthread_mutex_t lock;
  size_t next;
  void (*make)(struct work *work, struct out *result);
};

static void *member(void *data) {
  struct crew *crew = data;
  for (;;) {
    pthread_mutex_lock(&crew->lock);
    size_t turn = crew->next++;
    pthread_mutex_unlock(&crew->lock);
    if (turn >= crew->work->repeat) return NULL;
    crew->make(crew->work, &crew->work->results[turn]);
  }
}

static void rest(long milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

/* Waits until so many requests have come to a script, or until none that is missing will. */
static void await_requests(const reqtrail_script *script, size_t wanted) {
  for (int turn = 0; turn < 200 && reqtrail_script_request_count(script) < wanted; turn++) rest(1);
}

/* The first calls of all begin at the same time of a script. */
static void with_crew(struct work *work, void (*make)(struct work *, struct out *)) {
  struct crew crew = {work, PTHREAD_MUTEX_INITIALIZER, 0, make};
  size_t count = work->concurrency < work->repeat ? work->concurrency : work->repeat;
  if (count == 1) {
    member(&crew);
    return;
  }
  pthread_t *threads = calloc(count + 1, sizeof *threads);
  if (threads == NULL) abort();
  size_t before = reqtrail_script_request_count(work->script);
  reqtrail_script_hold(work->script);
  for (size_t i = 0; i < count; i++) {
    if (pthread_create(&threads[i], NULL, member, &crew) != 0) give_up("threads", "cannot be made");
  }
  if (work->script != NULL) await_requests(work->script, before + count);
  reqtrail_script_release(work->script);
  for (size_t i = 0; i < count; i++) pthread_join(threads[i], NULL);
  free(threads);
}

struct timer {
  long after_ms;
  reqtrail_cancel_token *token;
};

static void *ring(void *data) {
  struct timer *timer = data;
  rest(timer->after_ms);
  reqtrail_cancel_token_cancel(timer->token);
  return NULL;
}

static void blocking(struct work *work, struct out *result) {
  reqtrail_request *request = reqtrail_request_clone(work->request);
  reqtrail_response *response;
  reqtrail_error *error;
  struct timer timer = {work->cancel_after_ms, NULL};
  pthread_t thread;
  if (work->cancel_after_ms >= 0) {
    timer.token = reqtrail_cancel_token_new();
    reqtrail_request_cancel_token(request, timer.token);
    if (pthread_create(&thread, NULL, ring, &timer) != 0) give_up("threads", "cannot be made");
  }
  if (reqtrail_call(work->client, request, &response, &error) == REQTRAIL_OK) {
    out_response(result, response, work->parse, work->conditional);
  } else {
    out_error(result, error);
  }
  if (timer.token != NULL) pthread_join(thread, NULL);
  reqtrail_cancel_token_free(timer.token);
  reqtrail_response_free(response);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
}

void drive_blocking(struct work *work) { with_crew(work, blocking); }

struct told {
  struct work *work;
  struct out *result;
};

static void ended(reqtrail_call_handle *call, reqtrail_code code, reqtrail_response *response, reqtrail_error *error,
                  void *user_data) {
  struct told *told = user_data;
  (void)call;
  if (code == REQTRAIL_OK) {
    out_response(told->result, response, told->work->parse, told->work->conditional);
  } else {
    out_error(told->result, error);
  }
  reqtrail_response_free(response);
  reqtrail_error_free(error);
}

static void started(struct work *work, struct out *result) {
  struct told told = {work, result};
  reqtrail_call_handle *call;
  reqtrail_error *error;
  if (reqtrail_call_start(work->client, work->request, ended, &told, &call, &error) != REQTRAIL_OK) {
    out_error(result, error);
    reqtrail_error_free(error);
    return;
  }
  /* NULL: the error is the callback's. */
  reqtrail_code code = reqtrail_call_wait(call, work->cancel_after_ms, NULL, NULL);
  if (code == REQTRAIL_ERROR_STILL_RUNNING) {
    reqtrail_call_cancel(call);
    reqtrail_call_wait(call, -1, NULL, NULL);
  }
  reqtrail_call_free(call);
}

void drive_started(struct work *work) { with_crew(work, started); }
