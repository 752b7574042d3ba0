#include "scenario.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option.h"
#include "output.h"

void give_up(const char *what, const char *which) {
  fprintf(stderr, "adapter c: %s: %s\n", what, which);
  exit(1);
}

long scenario_number(const struct json *object, const char *key, long otherwise) {
  const struct json *found = json_get(object, key);
  return found == NULL ? otherwise : (long)found->number;
}

/* The tokens of a refresher, which returns the next one each time. */
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

reqtrail_script *scenario_script(const struct json *line) {
  const struct json *given = json_get(line, "script");
  reqtrail_script *script;
  reqtrail_error *error;
  if (given == NULL) return NULL;
  if (reqtrail_script_new(given->raw, given->raw_length, 0, false, &script, &error) != REQTRAIL_OK) {
    give_up("script", reqtrail_error_display(error, NULL));
  }
  return script;
}

static reqtrail_client_options *base_options(const struct json *line, const struct json *client,
                                             const reqtrail_script *script) {
  const struct json *base = json_get(line, "base_url"), *path = json_get(client, "base_path");
  struct out url = {0};
  if (base == NULL && script == NULL) give_up("missing", "base_url");
  out_plain(&url, base == NULL ? "http://api.example" : base->text);
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
  if (script != NULL) reqtrail_client_options_script(options, script);
  return options;
}

/* Sets the option of a member, or each option under `options`. */
static void client_option(reqtrail_client_options *options, const struct json *given) {
  if (strcmp(given->key, "options") == 0) {
    for (const struct json *it = given->child; it != NULL; it = it->next) client_option(options, it);
  } else if (strcmp(given->key, "tokens") == 0) {
    set_tokens(options, given);
  } else if (strcmp(given->key, "ca_pem") == 0) {
    reqtrail_client_options_extra_ca(options, (const unsigned char *)given->text, given->text_length);
  } else if (strcmp(given->key, "base_path") != 0 && !set_client_option(options, given)) {
    give_up("unknown", given->key);
  }
}

reqtrail_client_options *scenario_options(const struct json *line, const reqtrail_script *script) {
  const struct json *client = json_get(line, "client"), *pem = json_get(line, "ca_pem");
  reqtrail_client_options *options = base_options(line, client, script);
  for (const struct json *it = client == NULL ? NULL : client->child; it != NULL; it = it->next) {
    if (strcmp(it->key, "call_timeout_ms") == 0) {
      reqtrail_client_options_timeout_ms(options, (uint64_t)it->number);
    } else {
      client_option(options, it);
    }
  }
  if (pem != NULL) reqtrail_client_options_extra_ca(options, (const unsigned char *)pem->text, pem->text_length);
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

static bool is_any(const char *key, const char *const *keys) {
  while (*keys != NULL && strcmp(*keys, key) != 0) keys++;
  return *keys != NULL;
}

/* Sets the options among the members of an object. */
static void request_options(reqtrail_request *request, const struct json *given) {
  static const char *const others[] = {"method", "path",  "params", "query",       "headers",         "json", "text",
                                       "base64", "parse", "repeat", "concurrency", "cancel_after_ms", NULL};
  for (const struct json *it = given->child; it != NULL; it = it->next) {
    if (strcmp(it->key, "options") == 0) {
      request_options(request, it);
    } else if (!is_any(it->key, others) && !set_request_option(request, it)) {
      give_up("unknown", it->key);
    }
  }
}

reqtrail_request *scenario_request(const struct json *given) {
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
  request_options(request, given);
  return request;
}
