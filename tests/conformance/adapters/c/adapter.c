/* The conformance adapters of the C face: adapter [--started | --queue]. The protocol is in docs/conformance.md. */
#include <reqtrail.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "output.h"
#include "scenario.h"

static void separate(struct out *out, bool *first) {
  if (!*first) out_plain(out, ",");
  *first = false;
}

/* If the client cannot be built, every call has the same error. */
static void refuse(struct out *out, const struct json *calls, const reqtrail_error *error, bool *first) {
  for (const struct json *call = calls; call != NULL; call = call->next) {
    for (long i = scenario_number(json_get(call, "request"), "repeat", 1); i > 0; i--) {
      separate(out, first);
      out_error(out, error);
    }
  }
}

static void make(struct out *out, const reqtrail_client *client, reqtrail_script *script, const struct json *given,
                 void (*drive)(struct work *), bool *first) {
  const struct json *parse = json_get(given, "parse");
  long repeat = scenario_number(given, "repeat", 1), concurrency = scenario_number(given, "concurrency", 1);
  reqtrail_request *request = scenario_request(given);
  struct work work = {client,
                      script,
                      request,
                      parse == NULL ? "bytes" : parse->text,
                      json_get(given, "if_none_match") != NULL,
                      repeat < 0 ? 0 : (size_t)repeat,
                      concurrency < 1 ? 1 : (size_t)concurrency,
                      scenario_number(given, "cancel_after_ms", -1),
                      NULL};
  work.results = calloc(work.repeat + 1, sizeof *work.results);
  if (work.results == NULL) abort();
  drive(&work);
  for (size_t i = 0; i < work.repeat; i++) {
    separate(out, first);
    out_text(out, work.results[i].text, work.results[i].length);
    free(work.results[i].text);
  }
  free(work.results);
  reqtrail_request_free(request);
}

/* Writes the requests and the problems of the script. */
static void out_script_log(struct out *out, const reqtrail_script *script) {
  size_t length;
  const char *requests = reqtrail_script_requests_json(script, &length);
  out_plain(out, ",\"requests\":");
  out_text(out, requests, length);
  out_plain(out, ",\"problems\":");
  out_lines(out, reqtrail_script_problems(script, false, NULL));
}

static void play(const struct json *line, void (*drive)(struct work *)) {
  struct out out = {0};
  bool first = true;
  const struct json *id = json_get(line, "id"), *calls = json_get(line, "calls");
  if (id == NULL || calls == NULL) give_up("missing", "id or calls");
  out_plain(&out, "{\"id\":");
  out_text(&out, id->raw, id->raw_length);
  out_plain(&out, ",\"results\":[");
  reqtrail_script *script = scenario_script(line);
  reqtrail_client_options *options = scenario_options(line, script);
  reqtrail_client *client;
  reqtrail_error *error;
  if (reqtrail_client_new(options, &client, &error) != REQTRAIL_OK) refuse(&out, calls->child, error, &first);
  reqtrail_client_options_free(options);
  reqtrail_error_free(error);
  if (client != NULL) {
    for (const struct json *call = calls->child; call != NULL; call = call->next) {
      make(&out, client, script, json_get(call, "request"), drive, &first);
    }
  }
  reqtrail_client_free(client);
  out_plain(&out, "]");
  if (script != NULL) out_script_log(&out, script);
  reqtrail_script_free(script);
  out_plain(&out, "}\n");
  fwrite(out.text, 1, out.length, stdout);
  fflush(stdout);
  free(out.text);
}

int main(int count, char **arguments) {
  void (*drive)(struct work *) = drive_blocking;
  if (count > 1 && strcmp(arguments[1], "--started") == 0) drive = drive_started;
  if (count > 1 && strcmp(arguments[1], "--queue") == 0) drive = drive_queue;
  char *text = NULL;
  size_t room = 0;
  ssize_t length;
  while ((length = getline(&text, &room, stdin)) > 0) {
    if (length == 1) continue;
    struct json *line = json_parse(text, (size_t)length);
    if (line == NULL) give_up("not JSON", text);
    play(line, drive);
    json_free(line);
  }
  free(text);
  return 0;
}
