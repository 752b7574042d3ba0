#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "drive.h"
#include "output.h"
#include "scenario.h"

/* Threads that take the next repetition in turn. */
struct pool {
  struct work *work;
  pthread_mutex_t lock;
  size_t next;
  void (*make)(struct work *work, struct out *result);
};

static void *run_worker(void *data) {
  struct pool *pool = data;
  for (;;) {
    pthread_mutex_lock(&pool->lock);
    size_t turn = pool->next++;
    pthread_mutex_unlock(&pool->lock);
    if (turn >= pool->work->repeat) return NULL;
    pool->make(pool->work, &pool->work->results[turn]);
  }
}

static void sleep_ms(long milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

/* Waits until a script has this many requests, for at most about 200 ms. */
static void await_requests(const reqtrail_script *script, size_t wanted) {
  for (int turn = 0; turn < 200 && reqtrail_script_request_count(script) < wanted; turn++) sleep_ms(1);
}

/* The first call of every thread begins at the same time of the script. */
static void with_pool(struct work *work, void (*make)(struct work *, struct out *)) {
  struct pool pool = {work, PTHREAD_MUTEX_INITIALIZER, 0, make};
  size_t count = work->concurrency < work->repeat ? work->concurrency : work->repeat;
  if (count == 1) {
    run_worker(&pool);
    return;
  }
  pthread_t *threads = calloc(count + 1, sizeof *threads);
  if (threads == NULL) abort();
  size_t before = reqtrail_script_request_count(work->script);
  reqtrail_script_hold(work->script);
  for (size_t i = 0; i < count; i++) {
    if (pthread_create(&threads[i], NULL, run_worker, &pool) != 0) give_up("threads", "cannot be made");
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

static void *cancel_later(void *data) {
  struct timer *timer = data;
  sleep_ms(timer->after_ms);
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
    if (pthread_create(&thread, NULL, cancel_later, &timer) != 0) give_up("threads", "cannot be made");
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

void drive_blocking(struct work *work) { with_pool(work, blocking); }

struct callback_data {
  struct work *work;
  struct out *result;
};

static void ended(reqtrail_call_handle *call, reqtrail_code code, reqtrail_response *response, reqtrail_error *error,
                  void *user_data) {
  struct callback_data *data = user_data;
  (void)call;
  if (code == REQTRAIL_OK) {
    out_response(data->result, response, data->work->parse, data->work->conditional);
  } else {
    out_error(data->result, error);
  }
  reqtrail_response_free(response);
  reqtrail_error_free(error);
}

static void started(struct work *work, struct out *result) {
  struct callback_data data = {work, result};
  reqtrail_call_handle *call;
  reqtrail_error *error;
  if (reqtrail_call_start(work->client, work->request, ended, &data, &call, &error) != REQTRAIL_OK) {
    out_error(result, error);
    reqtrail_error_free(error);
    return;
  }
  /* The callback gets the error, so this call takes none. */
  reqtrail_code code = reqtrail_call_wait(call, work->cancel_after_ms, NULL, NULL);
  if (code == REQTRAIL_ERROR_STILL_RUNNING) {
    reqtrail_call_cancel(call);
    reqtrail_call_wait(call, -1, NULL, NULL);
  }
  reqtrail_call_free(call);
}

void drive_started(struct work *work) { with_pool(work, started); }
