#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reader {
  const char *at;
  const char *end;
};

static struct json *value(struct reader *in, int depth);

static void space(struct reader *in) {
  while (in->at < in->end && (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r')) in->at++;
}

static bool word(struct reader *in, const char *text) {
  size_t length = strlen(text);
  if ((size_t)(in->end - in->at) < length || memcmp(in->at, text, length) != 0) return false;
  in->at += length;
  return true;
}

static int hex(const char *at) {
  int code = 0;
  for (int i = 0; i < 4; i++) {
    char c = at[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

static size_t put_utf8(char *out, uint32_t code) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
  out[0] = (char)(lead[more] | (code >> (6 * more)));
  for (size_t i = 1; i <= more; i++) out[i] = (char)(0x80 | ((code >> (6 * (more - i))) & 0x3F));
  return more + 1;
}

static bool escape(struct reader *in, char *out, size_t *length) {
  if (in->at >= in->end) return false;
  char c = *in->at++;
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *simple = c == '\0' ? NULL : strchr(from, c);
  if (simple != NULL) {
    out[(*length)++] = to[simple - from];
    return true;
  }
  if (c != 'u' || in->end - in->at < 4) return false;
  int code = hex(in->at);
  if (code < 0) return false;
  in->at += 4;
  uint32_t point = (uint32_t)code;
  if (point >= 0xD800 && point < 0xDC00 && in->end - in->at >= 6 && in->at[0] == '\\' && in->at[1] == 'u') {
    int low = hex(in->at + 2);
    if (low >= 0xDC00 && low < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
      in->at += 6;
    }
  }
  *length += put_utf8(out + *length, point);
  return true;
}

static char *string(struct reader *in, size_t *length) {
  if (in->at >= in->end || *in->at != '"') return NULL;
  in->at++;
  char *out = malloc((size_t)(in->end - in->at) + 1); /* decoding makes no escape longer */
  *length = 0;
  while (out != NULL && in->at < in->end) {
    char c = *in->at++;
    if (c == '"') {
      out[*length] = '\0';
      return out;
    }
    if (c != '\\') {
      out[(*length)++] = c;
    } else if (!escape(in, out, length)) {
      break;
    }
  }
  free(out);
  return NULL;
}

static bool members(struct reader *in, struct json *parent, char close, int depth) {
  struct json **last = &parent->child;
  in->at++;
  space(in);
  if (in->at < in->end && *in->at == close) {
    in->at++;
    return true;
  }
  for (;;) {
    char *key = NULL;
    space(in);
    if (parent->type == JSON_OBJECT) {
      size_t length = 0;
      key = string(in, &length);
      space(in);
      if (key == NULL || in->at >= in->end || *in->at != ':') {
        free(key);
        return false;
      }
      in->at++;
    }
    struct json *child = value(in, depth);
    if (child == NULL) {
      free(key);
      return false;
    }
    child->key = key;
    *last = child;
    last = &child->next;
    space(in);
    if (in->at >= in->end) return false;
    char c = *in->at++;
    if (c == close) return true;
    if (c != ',') return false;
  }
}

static struct json *value(struct reader *in, int depth) {
  space(in);
  if (in->at >= in->end || depth > 512) return NULL;
  struct json *made = calloc(1, sizeof *made);
  if (made == NULL) return NULL;
  made->raw = in->at;
  bool good = true;
  switch (*in->at) {
    case '{':
      made->type = JSON_OBJECT;
      good = members(in, made, '}', depth + 1);
      break;
    case '[':
      made->type = JSON_ARRAY;
      good = members(in, made, ']', depth + 1);
      break;
    case '"':
      made->type = JSON_STRING;
      made->text = string(in, &made->text_length);
      good = made->text != NULL;
      break;
    case 'n': good = word(in, "null"); break;
    case 't':
      made->type = JSON_BOOL;
      made->truth = true;
      good = word(in, "true");
      break;
    case 'f':
      made->type = JSON_BOOL;
      good = word(in, "false");
      break;
    default: {
      char digits[64] = {0};
      size_t length = 0;
      made->type = JSON_NUMBER;
      while (in->at < in->end && *in->at != '\0' && strchr("+-.0123456789eE", *in->at) != NULL) {
        if (length + 1 < sizeof digits) digits[length++] = *in->at;
        in->at++;
      }
      made->number = strtod(digits, NULL);
      good = length > 0;
    }
  }
  if (!good) {
    json_free(made);
    return NULL;
  }
  made->raw_length = (size_t)(in->at - made->raw);
  return made;
}

struct json *json_parse(const char *text, size_t length) {
  struct reader in = {text, text + length};
  struct json *made = value(&in, 0);
  space(&in);
  if (made != NULL && in.at != in.end) {
    json_free(made);
    return NULL;
  }
  return made;
}

void json_free(struct json *value) {
  while (value != NULL) {
    struct json *next = value->next;
    json_free(value->child);
    free(value->key);
    free(value->text);
    free(value);
    value = next;
  }
}

const struct json *json_member(const struct json *object, const char *key) {
  for (const struct json *it = object == NULL ? NULL : object->child; it != NULL; it = it->next) {
    if (it->key != NULL && strcmp(it->key, key) == 0) return it;
  }
  return NULL;
}

const struct json *json_get(const struct json *object, const char *key) {
  const struct json *found = json_member(object, key);
  return found == NULL || found->type == JSON_NULL ? NULL : found;
}
