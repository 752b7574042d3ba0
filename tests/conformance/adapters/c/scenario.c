#include "scenario.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

void give_up(const char *what, const char *which) {
  fprintf(stderr, "adapter c: %s: %s\n", what, which);
  exit(1);
}

static void known(const struct json *object, const char *const *keys) {
  for (const struct json *it = object == NULL ? NULL : object->child; it != NULL; it = it->next) {
    const char *const *key = keys;
    while (*key != NULL && strcmp(*key, it->key) != 0) key++;
    if (*key == NULL) give_up("unknown", it->key);
  }
}

long scenario_number(const struct json *object, const char *key, long otherwise) {
  const struct json *found = json_get(object, key);
  return found == NULL ? otherwise : (long)found->number;
}

/* The tokens that a refresher hands out, one each time it is asked. */
struct tokens {
  pthread_mutex_t lock;
  size_t count;
  size_t next;
  char **texts;
};

static void refresh(reqtrail_refresh *answer, void *user_data) {
  struct tokens *tokens = user_data;
  pthread_mutex_lock(&tokens->lock);
  const char *token = tokens->next < tokens->count ? tokens->texts[tokens->next++] : NULL;
  pthread_mutex_unlock(&tokens->lock);
  if (token == NULL) {
    reqtrail_refresh_fail(answer, "no token is left", REQTRAIL_ZERO_TERMINATED);
  } else {
    reqtrail_refresh_token(answer, token, REQTRAIL_ZERO_TERMINATED);
  }
}

static void free_tokens(void *user_data) {
  struct tokens *tokens = user_data;
  for (size_t i = 0; i < tokens->count; i++) free(tokens->texts[i]);
  free(tokens->texts);
  pthread_mutex_destroy(&tokens->lock);
  free(tokens);
}

static void set_tokens(reqtrail_client_options *options, const struct json *given) {
  struct tokens *tokens = calloc(1, sizeof *tokens);
  if (tokens == NULL) abort();
  pthread_mutex_init(&tokens->lock, NULL);
  for (const struct json *it = given->child; it != NULL; it = it->next) {
    tokens->texts = realloc(tokens->texts, (tokens->count + 1) * sizeof *tokens->texts);
    if (tokens->texts == NULL) abort();
    tokens->texts[tokens->count++] = strdup(it->text);
  }
  reqtrail_client_options_token_refresher(options, refresh, tokens, free_tokens);
}

static reqtrail_client_options *base_options(const struct json *line, const struct json *client) {
  const struct json *base = json_get(line, "base_url"), *path = json_get(client, "base_path");
  struct out url = {0};
  if (base == NULL) give_up("missing", "base_url");
  out_text(&url, base->text, base->text_length);
  if (path != NULL) {
    while (url.length > 0 && url.text[url.length - 1] == '/') url.length--;
    const char *rest = path->text;
    while (*rest == '/') rest++;
    out_plain(&url, "/");
    out_plain(&url, rest);
  }
  reqtrail_client_options *options;
  if (reqtrail_client_options_new(url.text, url.length, &options, NULL) != REQTRAIL_OK) give_up("options", url.text);
  free(url.text);
  return options;
}

/* The options that the format names nowhere else. */
static void other_options(reqtrail_client_options *options, const struct json *others) {
  static const char *const keys[] = {"http1_only",
                                     "decompress",
                                     "pool_max_idle",
                                     "user_agent",
                                     "pool_idle_timeout_ms",
                                     "danger_accept_invalid_certs",
                                     "unix_socket",
                                     "http2_ping_timeout_ms",
                                     "http2_ping_interval_ms",
                                     NULL};
  const struct json *given;
  known(others, keys);
  if ((given = json_get(others, "http1_only")) != NULL) reqtrail_client_options_http1_only(options, given->truth);
  if ((given = json_get(others, "decompress")) != NULL) reqtrail_client_options_decompress(options, given->truth);
  if ((given = json_get(others, "pool_max_idle")) != NULL) {
    reqtrail_client_options_pool_max_idle(options, (size_t)given->number);
  }
  if ((given = json_get(others, "pool_idle_timeout_ms")) != NULL) {
    reqtrail_client_options_pool_idle_timeout_ms(options, (uint64_t)given->number);
  }
  if ((given = json_member(others, "http2_ping_interval_ms")) != NULL) {
    if (given->type == JSON_NULL) {
      reqtrail_client_options_no_http2_pings(options);
    } else {
      reqtrail_client_options_http2_ping_interval_ms(options, (uint64_t)given->number);
    }
  }
  if ((given = json_get(others, "http2_ping_timeout_ms")) != NULL) {
    reqtrail_client_options_http2_ping_timeout_ms(options, (uint64_t)given->number);
  }
  if ((given = json_get(others, "unix_socket")) != NULL) {
    reqtrail_client_options_unix_socket(options, given->text, given->text_length);
  }
  if ((given = json_get(others, "user_agent")) != NULL) {
    reqtrail_client_options_user_agent(options, given->text, given->text_length);
  }
  if ((given = json_get(others, "danger_accept_invalid_certs")) != NULL) {
    reqtrail_client_options_danger_accept_invalid_certs(options, given->truth);
  }
}

reqtrail_client_options *scenario_options(const struct json *line) {
  static const char *const keys[] = {"dialect",
                                     "token",
                                     "tokens",
                                     "max_attempts",
                                     "base_delay_ms",
                                     "max_delay_ms",
                                     "max_retry_after_ms",
                                     "attempt_timeout_ms",
                                     "call_timeout_ms",
                                     "connect_timeout_ms",
                                     "retry_budget",
                                     "max_body_bytes",
                                     "max_redirects",
                                     "microversion",
                                     "traceparent",
                                     "base_path",
                                     "ca_pem",
                                     "service",
                                     "options",
                                     NULL};
  static const struct {
    const char *key;
    reqtrail_code (*set)(reqtrail_client_options *, uint64_t);
  } times[] = {{"base_delay_ms", reqtrail_client_options_base_delay_ms},
               {"max_delay_ms", reqtrail_client_options_max_delay_ms},
               {"max_retry_after_ms", reqtrail_client_options_max_retry_after_ms},
               {"attempt_timeout_ms", reqtrail_client_options_attempt_timeout_ms},
               {"call_timeout_ms", reqtrail_client_options_timeout_ms},
               {"connect_timeout_ms", reqtrail_client_options_connect_timeout_ms},
               {"max_body_bytes", reqtrail_client_options_max_body_bytes}};
  const struct json *client = json_get(line, "client");
  known(client, keys);
  reqtrail_client_options *options = base_options(line, client);
  /* No setter's code is looked at: what is wrong comes out when the client is built. */
  const struct json *given = json_get(client, "dialect");
  if (given != NULL && given->type == JSON_STRING) {
    reqtrail_client_options_dialect(options, given->text, given->text_length);
  } else if (given != NULL) {
    reqtrail_client_options_dialect_json(options, given->raw, given->raw_length);
  }
  if ((given = json_get(client, "token")) != NULL)
    reqtrail_client_options_token(options, given->text, given->text_length);
  if ((given = json_get(client, "tokens")) != NULL) set_tokens(options, given);
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    if ((given = json_get(client, times[i].key)) != NULL) times[i].set(options, (uint64_t)given->number);
  }
  if ((given = json_get(client, "max_attempts")) != NULL) {
    reqtrail_client_options_max_attempts(options, (uint32_t)given->number);
  }
  if ((given = json_get(client, "max_redirects")) != NULL) {
    reqtrail_client_options_max_redirects(options, (uint32_t)given->number);
  }
  if ((given = json_member(client, "retry_budget")) != NULL) {
    static const char *const budget[] = {"capacity", "retry_cost", NULL};
    if (given->type == JSON_NULL) {
      reqtrail_client_options_no_retry_budget(options);
    } else {
      known(given, budget);
      reqtrail_client_options_retry_budget(options, (uint32_t)scenario_number(given, "capacity", 500),
                                           (uint32_t)scenario_number(given, "retry_cost", 5));
    }
  }
  if ((given = json_get(client, "microversion")) != NULL) {
    reqtrail_client_options_microversion(options, given->text, given->text_length);
  }
  if ((given = json_get(client, "service")) != NULL && strcmp(given->text, "compute") != 0) {
    give_up("not an option of this release", "service");
  }
  other_options(options, json_get(client, "options"));
  if ((given = json_get(client, "traceparent")) != NULL) reqtrail_client_options_traceparent(options, given->truth);
  given = json_get(line, "ca_pem");
  if (given == NULL) given = json_get(client, "ca_pem");
  if (given != NULL) {
    reqtrail_client_options_extra_ca(options, (const unsigned char *)given->text, given->text_length);
  }
  return options;
}

static void body(reqtrail_request *request, const struct json *given) {
  const struct json *json = json_member(given, "json"), *text = json_get(given, "text"),
                    *base64 = json_get(given, "base64");
  if (json != NULL) reqtrail_request_json(request, json->raw, json->raw_length);
  if (text != NULL) reqtrail_request_body(request, (const unsigned char *)text->text, text->text_length);
  if (base64 != NULL) {
    size_t length;
    unsigned char *bytes = base64_decode(base64->text, base64->text_length, &length);
    reqtrail_request_body(request, bytes, length);
    free(bytes);
  }
}

reqtrail_request *scenario_request(const struct json *given) {
  static const char *const keys[] = {"method",
                                     "path",
                                     "params",
                                     "query",
                                     "headers",
                                     "json",
                                     "text",
                                     "base64",
                                     "idempotent",
                                     "idempotency_key",
                                     "timeout_ms",
                                     "cancel_after_ms",
                                     "attempt_timeout_ms",
                                     "max_attempts",
                                     "parse",
                                     "repeat",
                                     "concurrency",
                                     "options",
                                     "if_none_match",
                                     NULL};
  static const char *const others[] = {"connect_timeout_ms", "correlation_id", "microversion", NULL};
  known(given, keys);
  known(json_get(given, "options"), others);
  const struct json *method = json_get(given, "method"), *path = json_get(given, "path"), *it;
  reqtrail_request *request;
  if (path == NULL) give_up("missing", "path");
  const char *verb = method == NULL ? "GET" : method->text;
  if (reqtrail_request_new(verb, REQTRAIL_ZERO_TERMINATED, path->text, path->text_length, &request, NULL) !=
      REQTRAIL_OK) {
    give_up("request", path->text);
  }
  const struct json *params = json_get(given, "params"), *query = json_get(given, "query");
  for (it = params == NULL ? NULL : params->child; it != NULL; it = it->next) {
    const char *value = it->type == JSON_STRING ? it->text : it->raw;
    size_t length = it->type == JSON_STRING ? it->text_length : it->raw_length;
    reqtrail_request_param(request, it->key, REQTRAIL_ZERO_TERMINATED, value, length);
  }
  for (it = query == NULL ? NULL : query->child; it != NULL; it = it->next) {
    const struct json *name = it->child, *value = name->next;
    reqtrail_request_query(request, name->text, name->text_length, value->text, value->text_length);
  }
  const struct json *headers = json_get(given, "headers");
  for (it = headers == NULL ? NULL : headers->child; it != NULL; it = it->next) {
    const struct json *name = it->child, *value = name->next;
    reqtrail_request_header(request, name->text, name->text_length, value->text, value->text_length);
  }
  body(request, given);
  if ((it = json_get(given, "idempotent")) != NULL) reqtrail_request_idempotent(request, it->truth);
  if ((it = json_get(given, "idempotency_key")) != NULL) {
    reqtrail_request_idempotency_key(request, it->text, it->text_length);
  }
  if ((it = json_get(given, "timeout_ms")) != NULL) reqtrail_request_timeout_ms(request, (uint64_t)it->number);
  if ((it = json_get(given, "attempt_timeout_ms")) != NULL) {
    reqtrail_request_attempt_timeout_ms(request, (uint64_t)it->number);
  }
  const struct json *options = json_get(given, "options");
  if ((it = json_get(options, "connect_timeout_ms")) != NULL) {
    reqtrail_request_connect_timeout_ms(request, (uint64_t)it->number);
  }
  if ((it = json_get(options, "correlation_id")) != NULL) {
    reqtrail_request_correlation_id(request, it->text, it->text_length);
  }
  if ((it = json_get(options, "microversion")) != NULL) {
    reqtrail_request_microversion(request, it->text, it->text_length);
  }
  if ((it = json_get(given, "if_none_match")) != NULL) {
    reqtrail_request_if_none_match(request, it->text, it->text_length);
  }
  if ((it = json_get(given, "max_attempts")) != NULL) reqtrail_request_max_attempts(request, (uint32_t)it->number);
  return request;
}
