/* Reads JSON as a tree that still knows its text, so that values can be passed on as they were written. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
  enum json_type type;
  const char *raw; /* where it stands in the text */
  size_t raw_length;
  char *key;  /* of a member of an object */
  char *text; /* of a string, decoded; NUL-terminated, with NULs of its own where the string has them */
  size_t text_length;
  double number;
  bool truth;
  struct json *child; /* the first of an array or object */
  struct json *next;
};

/* NULL if the text is not JSON. The tree points into the text. */
struct json *json_parse(const char *text, size_t length);
void json_free(struct json *value);

/* NULL if there is none, or if it is null. */
const struct json *json_get(const struct json *object, const char *key);
/* The same, but gives a null as well. */
const struct json *json_member(const struct json *object, const char *key);

#endif
