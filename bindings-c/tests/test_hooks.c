/* Hooks and token refreshers. */
#include <pthread.h>
#include <sched.h>

#include "check.h"

struct seen {
  int attempts, calls, freed;
  char call_id[64];
};

static void on_attempt(const reqtrail_call_info *call, const reqtrail_attempt *attempt, void *user_data) {
  struct seen *seen = user_data;
  seen->attempts++;
  CHECK(reqtrail_attempt_number(attempt) == (uint32_t)seen->attempts);
  CHECK_TEXT(reqtrail_call_info_dialect(call, NULL), "novavms");
  CHECK_TEXT(reqtrail_call_info_method(call, NULL), "GET");
  CHECK_TEXT(reqtrail_call_info_path(call, NULL), "/busy");
  CHECK(reqtrail_call_info_correlation_id(call, NULL) == NULL);
  snprintf(seen->call_id, sizeof seen->call_id, "%s", reqtrail_call_info_call_id(call, NULL));
}

static void on_call(const reqtrail_trail *trail, void *user_data) {
  struct seen *seen = user_data;
  seen->calls++;
  CHECK(reqtrail_trail_attempt_count(trail) == 4);
  CHECK_TEXT(reqtrail_trail_call_id(trail, NULL), seen->call_id);
}

static void freed(void *user_data) { ((struct seen *)user_data)->freed++; }

static void hooks_are_called(void) {
  struct seen seen = {0};
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_request *request = get("/busy");
  reqtrail_response *response;
  CHECK_CODE(reqtrail_client_options_on_attempt(options, on_attempt, &seen, freed), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_on_call(options, on_call, &seen, freed), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_API);
  CHECK(seen.attempts == 4 && seen.calls == 1);
  reqtrail_client_free(client);
  /* The options can build another client. */
  CHECK(seen.freed == 0);
  reqtrail_client_options_free(options);
  CHECK(seen.freed == 2);
  reqtrail_request_free(request);
}

struct refresher {
  pthread_mutex_t lock;
  int asked;
  int freed;
};

static void refresh(reqtrail_refresh *answer, void *user_data) {
  struct refresher *own = user_data;
  pthread_mutex_lock(&own->lock);
  int turn = own->asked++;
  pthread_mutex_unlock(&own->lock);
  if (turn == 0) {
    CHECK_CODE(reqtrail_refresh_token(answer, "stale", Z), REQTRAIL_OK);
  } else {
    CHECK_CODE(reqtrail_refresh_token(answer, "good", Z), REQTRAIL_OK);
    CHECK_CODE(reqtrail_refresh_expires_at(answer, 4e9), REQTRAIL_OK);
  }
}

static void refresher_freed(void *user_data) { ((struct refresher *)user_data)->freed++; }

static void a_refresher_is_asked_after_a_401(void) {
  struct refresher own = {PTHREAD_MUTEX_INITIALIZER, 0, 0};
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_request *request = get("/private");
  reqtrail_response *response;
  CHECK_CODE(reqtrail_client_options_token_refresher(options, refresh, &own, refresher_freed), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
  const reqtrail_trail *trail = reqtrail_response_trail(response);
  CHECK(own.asked == 2 && reqtrail_trail_attempt_count(trail) == 2);
  CHECK(reqtrail_attempt_cause(reqtrail_trail_attempt(trail, 1)) == REQTRAIL_CAUSE_REAUTH);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  CHECK(own.freed == 1);
}

static void fails(reqtrail_refresh *answer, void *user_data) {
  (void)user_data;
  reqtrail_refresh_fail(answer, "the vault is shut", Z);
}

static void says_nothing(reqtrail_refresh *answer, void *user_data) {
  (void)user_data;
  CHECK_CODE(reqtrail_refresh_expires_at(answer, -1), REQTRAIL_ERROR_BAD_VALUE);
}

static void a_failed_refresh_is_the_cause(void) {
  static const reqtrail_refresh_callback refreshers[] = {fails, says_nothing};
  static const char *const causes[] = {"the vault is shut", NULL};
  for (int i = 0; i < 2; i++) {
    reqtrail_client_options *options = quick_options();
    reqtrail_client *client;
    reqtrail_request *request = get("/private");
    reqtrail_response *response;
    reqtrail_error *error;
    reqtrail_client_options_token(options, "stale", Z);
    reqtrail_client_options_token_refresher(options, refreshers[i], NULL, NULL);
    CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
    CHECK_CODE(reqtrail_call(client, request, &response, &error), REQTRAIL_ERROR_API);
    CHECK(reqtrail_error_category(error) == REQTRAIL_CATEGORY_AUTHENTICATION);
    const char *cause = reqtrail_error_cause(error, NULL);
    CHECK(cause != NULL && (causes[i] == NULL || strcmp(cause, causes[i]) == 0));
    /* A new token works at once. */
    reqtrail_error_free(error);
    CHECK_CODE(reqtrail_client_set_token(client, "good", Z, NULL), REQTRAIL_OK);
    CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_OK);
    reqtrail_response_free(response);
    reqtrail_request_free(request);
    reqtrail_client_free(client);
    reqtrail_client_options_free(options);
  }
}

/* The refresher's own call fails. Its error is passed on as a handle and by its numbers. */
static void fails_with(reqtrail_refresh *answer, void *user_data) {
  (void)user_data;
  reqtrail_client *other = quick_client();
  reqtrail_request *request = get("/missing");
  reqtrail_response *response;
  reqtrail_error *error;
  CHECK_CODE(reqtrail_call(other, request, &response, &error), REQTRAIL_ERROR_API);
  CHECK_CODE(reqtrail_refresh_fail_with(answer, error), REQTRAIL_OK);
  reqtrail_error_free(error);
  reqtrail_request_free(request);
  reqtrail_client_free(other);
}

static void fails_as_connect(reqtrail_refresh *answer, void *user_data) {
  (void)user_data;
  CHECK_CODE(reqtrail_refresh_fail_as(answer, REQTRAIL_ERROR_CONNECT, 0, "the vault is away", Z, NULL, 0), REQTRAIL_OK);
}

static void fails_as_api(reqtrail_refresh *answer, void *user_data) {
  (void)user_data;
  CHECK_CODE(reqtrail_refresh_fail_as(answer, REQTRAIL_ERROR_API, REQTRAIL_CATEGORY_PERMISSION, "the vault is shut", Z,
                                      "req_vault", Z),
             REQTRAIL_OK);
}

static void fails_as_nothing(reqtrail_refresh *answer, void *user_data) {
  (void)user_data;
  CHECK_CODE(reqtrail_refresh_fail_as(answer, REQTRAIL_ERROR_NULL_POINTER, 0, "no kind", Z, NULL, 0),
             REQTRAIL_ERROR_BAD_VALUE);
  CHECK_CODE(reqtrail_refresh_fail_as(answer, REQTRAIL_ERROR_API, 99, "no category", Z, NULL, 0),
             REQTRAIL_ERROR_BAD_VALUE);
}

static void a_call_without_a_credential_fails_as_its_refresher_did(void) {
  static const struct {
    reqtrail_refresh_callback refresh;
    reqtrail_code kind;
    int32_t category;
    const char *said[2];
  } cases[] = {
      {fails, REQTRAIL_ERROR_API, REQTRAIL_CATEGORY_AUTHENTICATION, {"the vault is shut", ""}},
      {fails_with,
       REQTRAIL_ERROR_API,
       REQTRAIL_CATEGORY_NOT_FOUND,
       {"404 not_found: no such camera", "request ID req_"}},
      {fails_as_connect, REQTRAIL_ERROR_CONNECT, 0, {"the vault is away", ""}},
      {fails_as_api, REQTRAIL_ERROR_API, REQTRAIL_CATEGORY_PERMISSION, {"the vault is shut", "request ID req_vault"}},
      {fails_as_nothing,
       REQTRAIL_ERROR_API,
       REQTRAIL_CATEGORY_AUTHENTICATION,
       {"kind is 101; expected REQTRAIL_ERROR_API", ""}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    reqtrail_client_options *options = quick_options();
    reqtrail_client *client;
    reqtrail_request *request = get("/private");
    reqtrail_response *response;
    reqtrail_error *error;
    reqtrail_client_options_token_refresher(options, cases[i].refresh, NULL, NULL);
    CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
    CHECK_CODE(reqtrail_call(client, request, &response, &error), cases[i].kind);
    CHECK(reqtrail_error_category(error) == cases[i].category && reqtrail_error_status(error) == 0);
    for (int part = 0; part < 2; part++) {
      CHECK(strstr(reqtrail_error_display(error, NULL), cases[i].said[part]) != NULL);
    }
    reqtrail_error_free(error);
    reqtrail_request_free(request);
    reqtrail_client_free(client);
    reqtrail_client_options_free(options);
  }
}

/* What the refresher below records of its callers. */
static _Thread_local const char *here;
struct asking {
  char context[40];
  int freed;
};

static void *capture(const uint64_t *tag, void *user_data) {
  (void)user_data;
  char *context = malloc(40);
  CHECK(context != NULL);
  if (tag == NULL) {
    snprintf(context, 40, "thread %s", here);
  } else if (*tag == UINT64_MAX) {
    snprintf(context, 40, "started");
  } else {
    snprintf(context, 40, "tag %u", (unsigned)*tag);
  }
  return context;
}

static int contexts_freed;
static void free_context(void *context) {
  contexts_freed++;
  free(context);
}

static void refresh_in_context(reqtrail_refresh *answer, void *user_data) {
  struct asking *asking = user_data;
  snprintf(asking->context, sizeof asking->context, "%s", (const char *)reqtrail_refresh_context(answer));
  CHECK_CODE(reqtrail_refresh_token(answer, "stale", Z), REQTRAIL_OK);
}

static void asking_freed(void *user_data) { ((struct asking *)user_data)->freed++; }

static void a_refresher_knows_which_call_asks(void) {
  struct asking asking = {"", 0};
  reqtrail_client_options *options = quick_options();
  reqtrail_client *client;
  reqtrail_request *request = get("/private");
  reqtrail_response *response;
  CHECK_CODE(reqtrail_client_options_token(options, "stale", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_token_refresher_in_context(options, capture, free_context, refresh_in_context,
                                                                &asking, asking_freed),
             REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  here = "one";
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_API);
  CHECK_TEXT(asking.context, "thread one");
  here = "two";
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_API);
  CHECK_TEXT(asking.context, "thread two");
  CHECK_CODE(reqtrail_client_submit(client, request, 7, NULL), REQTRAIL_OK);
  reqtrail_done done;
  while (reqtrail_client_take_done(client, &done, 1) == 0) sched_yield();
  reqtrail_error_free(done.error);
  CHECK_TEXT(asking.context, "tag 7");
  reqtrail_call_handle *call;
  CHECK_CODE(reqtrail_call_start(client, request, NULL, NULL, &call, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call_wait(call, -1, NULL, NULL), REQTRAIL_ERROR_API);
  CHECK_TEXT(asking.context, "started");
  reqtrail_call_free(call);
  reqtrail_request_free(request);
  reqtrail_client_free(client);
  CHECK(contexts_freed == 4);
  CHECK(asking.freed == 1);
}

static void a_refresher_in_context_needs_both_functions(void) {
  reqtrail_client_options *options = quick_options();
  CHECK_CODE(reqtrail_client_options_token_refresher_in_context(options, NULL, NULL, refresh_in_context, NULL, NULL),
             REQTRAIL_ERROR_NULL_POINTER);
  CHECK_CODE(reqtrail_client_options_token_refresher_in_context(options, capture, NULL, NULL, NULL, NULL),
             REQTRAIL_ERROR_NULL_POINTER);
  reqtrail_client_options_free(options);
  CHECK(reqtrail_refresh_context(NULL) == NULL);
}

const struct test hook_tests[] = {
    {"hooks are called", hooks_are_called},
    {"a refresher is asked after a 401", a_refresher_is_asked_after_a_401},
    {"a failed refresh is the cause", a_failed_refresh_is_the_cause},
    {"a call without a credential fails as its refresher did", a_call_without_a_credential_fails_as_its_refresher_did},
    {"a refresher knows which call asks", a_refresher_knows_which_call_asks},
    {"a refresher in context needs both functions", a_refresher_in_context_needs_both_functions},
    {NULL, NULL}};
