/* Parses JSON to a tree that keeps its text, so that values can be passed on unchanged. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
  enum json_type type;
  const char *raw; /* the position in the text */
  size_t raw_length;
  char *key;  /* the key of a member of an object */
  char *text; /* the decoded string, NUL-terminated; it may contain more NULs */
  size_t text_length;
  double number;
  bool truth;
  struct json *child; /* the first of an array or object */
  struct json *next;
};

/* Returns NULL if the text is not JSON. The tree points into the text. */
struct json *json_parse(const char *text, size_t length);
void json_free(struct json *value);

/* Returns the member; NULL if there is none, or if it is null. */
const struct json *json_get(const struct json *object, const char *key);
/* Returns the member, even if it is null. */
const struct json *json_member(const struct json *object, const char *key);

#endif
