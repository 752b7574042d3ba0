#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void out_text(struct out *out, const char *text, size_t length) {
  if (out->length + length + 1 > out->room) {
    out->room = (out->length + length + 1) * 2;
    out->text = realloc(out->text, out->room);
    if (out->text == NULL) abort();
  }
  if (length > 0) memcpy(out->text + out->length, text, length);
  out->length += length;
  out->text[out->length] = '\0';
}

void out_plain(struct out *out, const char *text) { out_text(out, text, strlen(text)); }

static void out_string(struct out *out, const char *text, size_t length) {
  if (text == NULL) {
    out_plain(out, "null");
    return;
  }
  out_plain(out, "\"");
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    char escaped[8];
    if (c == '"' || c == '\\') {
      snprintf(escaped, sizeof escaped, "\\%c", c);
    } else if (c < 0x20) {
      snprintf(escaped, sizeof escaped, "\\u%04x", c);
    } else {
      escaped[0] = (char)c;
      escaped[1] = '\0';
    }
    out_plain(out, escaped);
  }
  out_plain(out, "\"");
}

void out_lines(struct out *out, const char *text) {
  out_plain(out, "[");
  while (text != NULL) {
    const char *end = strchr(text, '\n');
    out_string(out, text, end == NULL ? strlen(text) : (size_t)(end - text));
    if (end != NULL) out_plain(out, ",");
    text = end == NULL ? NULL : end + 1;
  }
  out_plain(out, "]");
}

static void out_field(struct out *out, const char *name, const char *text, size_t length) {
  out_plain(out, "\"");
  out_plain(out, name);
  out_plain(out, "\":");
  out_string(out, text, length);
  out_plain(out, ",");
}

static void out_name(struct out *out, const char *name, const char *text) {
  out_field(out, name, text, text == NULL ? 0 : strlen(text));
}

/* Writes the JSON of the trail unchanged. */
static void out_trail(struct out *out, const reqtrail_trail *trail) {
  size_t length;
  const char *json = reqtrail_trail_json(trail, &length);
  out_plain(out, "\"trail\":");
  if (json == NULL) {
    out_plain(out, "null");
  } else {
    out_text(out, json, length);
  }
  out_plain(out, "}}");
}

static void out_base64(struct out *out, const unsigned char *bytes, size_t length) {
  out_plain(out, "\"base64\":\"");
  for (size_t i = 0; i < length; i += 3) {
    size_t left = length - i;
    unsigned long group = (unsigned long)bytes[i] << 16;
    if (left > 1) group |= (unsigned long)bytes[i + 1] << 8;
    if (left > 2) group |= bytes[i + 2];
    char four[4] = {DIGITS[group >> 18], DIGITS[(group >> 12) & 63], left > 1 ? DIGITS[(group >> 6) & 63] : '=',
                    left > 2 ? DIGITS[group & 63] : '='};
    out_text(out, four, 4);
  }
  out_plain(out, "\",");
}

unsigned char *base64_decode(const char *text, size_t length, size_t *decoded) {
  unsigned char *bytes = malloc(length / 4 * 3 + 3);
  unsigned long group = 0;
  int bits = 0;
  *decoded = 0;
  for (size_t i = 0; bytes != NULL && i < length && text[i] != '='; i++) {
    const char *digit = strchr(DIGITS, text[i]);
    if (digit == NULL || text[i] == '\0') continue;
    group = (group << 6) | (unsigned long)(digit - DIGITS);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[(*decoded)++] = (unsigned char)(group >> bits);
      group &= (1UL << bits) - 1;
    }
  }
  return bytes;
}

void out_response(struct out *out, const reqtrail_response *response, const char *parse, bool conditional) {
  const char *text = NULL;
  size_t length = 0;
  reqtrail_error *error = NULL;
  reqtrail_code code = REQTRAIL_OK;
  /* A 304 has no body to parse. */
  bool no_json = strcmp(parse, "json") == 0 && reqtrail_response_not_modified(response);
  if (strcmp(parse, "json") == 0 && !no_json) code = reqtrail_response_json(response, &text, &length, &error);
  if (strcmp(parse, "text") == 0) code = reqtrail_response_text(response, &text, &length, &error);
  if (code != REQTRAIL_OK) {
    out_error(out, error);
    reqtrail_error_free(error);
    return;
  }
  char status[64];
  snprintf(status, sizeof status, "{\"ok\":{\"status\":%d,", (int)reqtrail_response_status(response));
  out_plain(out, status);
  size_t id_length;
  const char *id = reqtrail_response_request_id(response, &id_length);
  out_field(out, "request_id", id, id_length);
  size_t count;
  const reqtrail_header *headers = reqtrail_response_headers(response, &count);
  out_plain(out, "\"headers\":[");
  for (size_t i = 0; i < count; i++) {
    out_plain(out, i == 0 ? "[" : ",[");
    out_string(out, headers[i].name, headers[i].name_length);
    out_plain(out, ",");
    out_string(out, headers[i].value, headers[i].value_length);
    out_plain(out, "]");
  }
  out_plain(out, "],");
  if (conditional) {
    out_plain(out, reqtrail_response_not_modified(response) ? "\"not_modified\":true," : "\"not_modified\":false,");
  }
  if (no_json) {
    out_plain(out, "\"json\":null,");
  } else if (text == NULL) {
    const unsigned char *body = reqtrail_response_body(response, &length);
    out_base64(out, body, length);
  } else if (strcmp(parse, "text") == 0) {
    out_field(out, "text", text, length);
  } else {
    out_plain(out, "\"json\":");
    size_t start = out->length;
    out_text(out, text, length);
    /* A result is one line. In valid JSON, line breaks are only white space. */
    for (size_t i = start; i < out->length; i++) {
      if (out->text[i] == '\n' || out->text[i] == '\r') out->text[i] = ' ';
    }
    out_plain(out, ",");
  }
  out_trail(out, reqtrail_response_trail(response));
}

void out_error(struct out *out, const reqtrail_error *error) {
  char number[64];
  size_t length;
  const char *text;
  out_plain(out, "{\"error\":{");
  out_name(out, "kind", reqtrail_code_name(reqtrail_error_kind(error)));
  out_name(out, "category", reqtrail_category_name(reqtrail_error_category(error)));
  text = reqtrail_error_code(error, &length);
  out_field(out, "code", text, length);
  int status = (int)reqtrail_error_status(error);
  if (status == 0) {
    out_plain(out, "\"status\":null,");
  } else {
    snprintf(number, sizeof number, "\"status\":%d,", status);
    out_plain(out, number);
  }
  text = reqtrail_error_request_id(error, &length);
  out_field(out, "request_id", text, length);
  text = reqtrail_error_message(error, &length);
  out_field(out, "message", text, length);
  double wait = reqtrail_error_retry_after_ms(error);
  if (wait < 0) {
    out_plain(out, "\"retry_after_ms\":null,");
  } else {
    snprintf(number, sizeof number, "\"retry_after_ms\":%.17g,", wait);
    out_plain(out, number);
  }
  text = reqtrail_error_display(error, &length);
  out_field(out, "display", text, length);
  out_trail(out, reqtrail_error_trail(error));
}
