/* Calls that are started, with and without callbacks. */
#include <pthread.h>
#include <stdatomic.h>

#include "check.h"

/* What a callback has received. */
struct outcome {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int times;
  reqtrail_code code;
  reqtrail_client *client; /* for callbacks that start another, or free it */
  reqtrail_request *request;
};

static struct outcome fresh(void) {
  struct outcome outcome = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, -1, NULL, NULL};
  return outcome;
}

static void note(struct outcome *outcome, reqtrail_code code) {
  pthread_mutex_lock(&outcome->lock);
  outcome->times++;
  outcome->code = code;
  pthread_cond_broadcast(&outcome->changed);
  pthread_mutex_unlock(&outcome->lock);
}

static void await(struct outcome *outcome, int times) {
  pthread_mutex_lock(&outcome->lock);
  while (outcome->times < times) pthread_cond_wait(&outcome->changed, &outcome->lock);
  pthread_mutex_unlock(&outcome->lock);
}

static void plain(reqtrail_call_handle *call, reqtrail_code code, reqtrail_response *response, reqtrail_error *error,
                  void *user_data) {
  (void)call;
  CHECK((code == REQTRAIL_OK) == (response != NULL) && (code == REQTRAIL_OK) == (error == NULL));
  if (error != NULL) CHECK(reqtrail_error_kind(error) == code);
  reqtrail_response_free(response);
  reqtrail_error_free(error);
  note(user_data, code);
}

static void a_callback_comes_once(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/ok");
  reqtrail_call_handle *call;
  struct outcome outcome = fresh();
  CHECK_CODE(reqtrail_call_start(client, request, plain, &outcome, &call, NULL), REQTRAIL_OK);
  reqtrail_request_free(request);
  CHECK_CODE(reqtrail_call_wait(call, -1, NULL, NULL), REQTRAIL_OK);
  CHECK(outcome.times == 1 && outcome.code == REQTRAIL_OK && reqtrail_call_is_done(call));
  /* Cancelling a call that has ended does nothing, however often. */
  reqtrail_call_cancel(call);
  reqtrail_call_cancel(call);
  CHECK_CODE(reqtrail_call_wait(call, 0, NULL, NULL), REQTRAIL_OK);
  reqtrail_call_free(call);
  CHECK(outcome.times == 1);
  reqtrail_client_free(client);
}

static void a_cancelled_call_calls_back(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/stall");
  reqtrail_call_handle *call;
  reqtrail_error *error;
  struct outcome outcome = fresh();
  CHECK_CODE(reqtrail_call_start(client, request, plain, &outcome, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait(call, 0, NULL, &error), REQTRAIL_ERROR_STILL_RUNNING);
  reqtrail_error_free(error);
  CHECK(!reqtrail_call_is_done(call));
  reqtrail_call_cancel(call);
  CHECK_CODE(reqtrail_call_wait(call, -1, NULL, NULL), REQTRAIL_ERROR_CANCELLED);
  CHECK(outcome.times == 1 && outcome.code == REQTRAIL_ERROR_CANCELLED);
  reqtrail_call_free(call);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void a_call_and_a_token_expire(void) {
  for (int by_token = 0; by_token < 2; by_token++) {
    reqtrail_client *client = quick_client();
    reqtrail_request *request = get("/stall");
    reqtrail_cancel_token *token = reqtrail_cancel_token_new();
    reqtrail_call_handle *call;
    reqtrail_error *error;
    CHECK_CODE(reqtrail_request_cancel_token(request, token), REQTRAIL_OK);
    CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &call, NULL), REQTRAIL_OK);
    if (by_token) {
      reqtrail_cancel_token_expire(token);
    } else {
      reqtrail_call_expire(call);
    }
    /* The first reason counts. */
    reqtrail_cancel_token_cancel(token);
    reqtrail_call_cancel(call);
    CHECK_CODE(reqtrail_call_wait(call, -1, NULL, &error), REQTRAIL_ERROR_TIMEOUT);
    CHECK(reqtrail_trail_stopped(reqtrail_error_trail(error)) == REQTRAIL_STOPPED_DEADLINE);
    reqtrail_error_free(error);
    reqtrail_call_free(call);
    reqtrail_cancel_token_free(token);
    reqtrail_request_free(request);
    reqtrail_client_free(client);
  }
}

static void a_token_cancels_several(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/stall");
  reqtrail_cancel_token *token = reqtrail_cancel_token_new();
  reqtrail_call_handle *calls[3];
  reqtrail_response *response;
  reqtrail_error *error;
  struct outcome outcome = fresh();
  reqtrail_request_cancel_token(request, token);
  for (int i = 0; i < 3; i++)
    CHECK_CODE(reqtrail_call_start(client, request, plain, &outcome, &calls[i], NULL), REQTRAIL_OK);
  /* The handle of a call ends only that call. */
  reqtrail_call_cancel(calls[0]);
  CHECK_CODE(reqtrail_call_wait(calls[0], -1, NULL, NULL), REQTRAIL_ERROR_CANCELLED);
  CHECK(!reqtrail_cancel_token_is_cancelled(token) && !reqtrail_call_is_done(calls[1]));
  reqtrail_cancel_token_cancel(token);
  CHECK(reqtrail_cancel_token_is_cancelled(token));
  for (int i = 0; i < 3; i++) {
    CHECK_CODE(reqtrail_call_wait(calls[i], -1, NULL, NULL), REQTRAIL_ERROR_CANCELLED);
    reqtrail_call_free(calls[i]);
  }
  /* Later calls end before anything is sent. */
  CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_CANCELLED);
  CHECK(!reqtrail_error_may_have_been_sent(error));
  reqtrail_error_free(error);
  reqtrail_cancel_token_free(token);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void a_wait_returns_the_result_without_a_callback(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/ok"), *missing = get("/missing");
  reqtrail_call_handle *call;
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait(call, 60000, &response, &error), REQTRAIL_OK);
  CHECK(response != NULL && error == NULL);
  reqtrail_response_free(response);
  /* The result was taken. */
  CHECK_CODE(reqtrail_call_wait(call, -1, &response, &error), REQTRAIL_OK);
  CHECK(response == NULL);
  reqtrail_call_free(call);
  CHECK_CODE(reqtrail_call_start(client, missing, NULL, NULL, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait(call, -1, &response, &error), REQTRAIL_ERROR_API);
  CHECK(reqtrail_error_status(error) == 404);
  reqtrail_error_free(error);
  CHECK_CODE(reqtrail_call_wait(call, -1, &response, &error), REQTRAIL_ERROR_API);
  CHECK(reqtrail_error_trail(error) == NULL);
  reqtrail_error_free(error);
  reqtrail_call_free(call);
  /* Nobody takes this result; it is freed with the handle. */
  CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &call, NULL), REQTRAIL_OK);
  reqtrail_call_free(call);
  reqtrail_request_free(request);
  reqtrail_request_free(missing);
  reqtrail_client_free(client);
}

static void frees_its_call(reqtrail_call_handle *call, reqtrail_code code, reqtrail_response *response,
                           reqtrail_error *error, void *user_data) {
  reqtrail_error *own;
  CHECK(call != NULL);
  /* Waiting for its own call is refused instead of a deadlock. */
  CHECK_CODE(reqtrail_call_wait(call, -1, NULL, &own), REQTRAIL_ERROR_IN_CALLBACK);
  reqtrail_error_free(own);
  reqtrail_call_free(call);
  plain(NULL, code, response, error, user_data);
}

static void a_callback_may_free_its_call(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/ok");
  struct outcome outcome = fresh();
  for (int i = 0; i < 20; i++) {
    reqtrail_call_handle *call;
    CHECK_CODE(reqtrail_call_start(client, request, frees_its_call, &outcome, &call, NULL), REQTRAIL_OK);
  }
  await(&outcome, 20);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

static void starts_another(reqtrail_call_handle *call, reqtrail_code code, reqtrail_response *response,
                           reqtrail_error *error, void *user_data) {
  struct outcome *outcome = user_data;
  CHECK(call == NULL);
  CHECK_CODE(reqtrail_call_start(outcome->client, outcome->request, plain, outcome, NULL, NULL), REQTRAIL_OK);
  plain(NULL, code, response, error, outcome);
}

static void a_callback_may_start_another(void) {
  struct outcome outcome = fresh();
  outcome.client = quick_client();
  outcome.request = get("/ok");
  CHECK_CODE(reqtrail_call_start(outcome.client, outcome.request, starts_another, &outcome, NULL, NULL), REQTRAIL_OK);
  await(&outcome, 2);
  reqtrail_request_free(outcome.request);
  reqtrail_client_free(outcome.client);
}

static void calls_itself(reqtrail_call_handle *call, reqtrail_code code, reqtrail_response *response,
                         reqtrail_error *error, void *user_data) {
  struct outcome *outcome = user_data;
  reqtrail_response *other;
  (void)call;
  CHECK_CODE(reqtrail_call(outcome->client, outcome->request, &other, NULL), REQTRAIL_OK);
  reqtrail_response_free(other);
  plain(NULL, code, response, error, outcome);
}

static void a_callback_may_block_though_it_should_not(void) {
  struct outcome outcome = fresh();
  outcome.client = quick_client();
  outcome.request = get("/ok");
  CHECK_CODE(reqtrail_call_start(outcome.client, outcome.request, calls_itself, &outcome, NULL, NULL), REQTRAIL_OK);
  await(&outcome, 1);
  reqtrail_request_free(outcome.request);
  reqtrail_client_free(outcome.client);
}

static void a_client_may_go_before_its_calls(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/stall");
  reqtrail_call_handle *call;
  struct outcome outcome = fresh();
  CHECK_CODE(reqtrail_call_start(client, request, plain, &outcome, &call, NULL), REQTRAIL_OK);
  reqtrail_client_free(client);
  reqtrail_request_free(request);
  CHECK(outcome.times == 0);
  reqtrail_call_cancel(call);
  CHECK_CODE(reqtrail_call_wait(call, -1, NULL, NULL), REQTRAIL_ERROR_CANCELLED);
  CHECK(outcome.times == 1);
  reqtrail_call_free(call);
}

static void a_wrong_request_goes_to_the_callback(void) {
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/a/../b");
  reqtrail_call_handle *call;
  struct outcome outcome = fresh();
  CHECK_CODE(reqtrail_call_start(client, request, plain, &outcome, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait(call, -1, NULL, NULL), REQTRAIL_ERROR_INVALID_REQUEST);
  CHECK(outcome.times == 1);
  reqtrail_call_free(call);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

/* Cancels race with ends, and each callback still runs once. */
static void a_storm_of_cancels(void) {
  enum { CALLS = 200 };
  reqtrail_client *client = quick_client();
  reqtrail_request *request = get("/ok");
  reqtrail_call_handle *calls[CALLS];
  struct outcome outcome = fresh();
  for (int i = 0; i < CALLS; i++) {
    CHECK_CODE(reqtrail_call_start(client, request, plain, &outcome, &calls[i], NULL), REQTRAIL_OK);
    reqtrail_call_cancel(calls[i / 2]);
  }
  for (int i = 0; i < CALLS; i++) {
    reqtrail_code code = reqtrail_call_wait(calls[i], -1, NULL, NULL);
    CHECK(code == REQTRAIL_OK || code == REQTRAIL_ERROR_CANCELLED);
    reqtrail_call_free(calls[i]);
  }
  CHECK(outcome.times == CALLS);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
}

const struct test started_tests[] = {
    {"a callback comes once", a_callback_comes_once},
    {"a cancelled call calls back", a_cancelled_call_calls_back},
    {"a token cancels several", a_token_cancels_several},
    {"a call and a token expire", a_call_and_a_token_expire},
    {"a wait returns the result without a callback", a_wait_returns_the_result_without_a_callback},
    {"a callback may free its call", a_callback_may_free_its_call},
    {"a callback may start another", a_callback_may_start_another},
    {"a callback may block, though it should not", a_callback_may_block_though_it_should_not},
    {"a client may go before its calls", a_client_may_go_before_its_calls},
    {"a wrong request goes to the callback", a_wrong_request_goes_to_the_callback},
    {"a storm of cancels", a_storm_of_cancels},
    {NULL, NULL}};
