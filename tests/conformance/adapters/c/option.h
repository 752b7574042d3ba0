/* Sets options by their names in the surface. */
#ifndef OPTION_H
#define OPTION_H

#include <reqtrail.h>
#include <string.h>

#include "json.h"
#include "scenario.h"

/* Both return whether the option exists. Null leaves an option unset, unless null turns it off. */
bool set_client_option(reqtrail_client_options *it, const struct json *given);
bool set_request_option(reqtrail_request *it, const struct json *given);

/* The name of a time may end with its unit. */
static inline bool is_option(const struct json *given, const char *name) {
  size_t length = strlen(name);
  return strncmp(given->key, name, length) == 0 && (given->key[length] == 0 || strcmp(given->key + length, "_ms") == 0);
}

/* The first of several values, or the only one. */
static inline const struct json *first_of(const struct json *given) {
  return given->type == JSON_ARRAY ? given->child : given;
}

static inline const struct json *next_of(const struct json *given, const struct json *entry) {
  return given->type == JSON_ARRAY ? entry->next : NULL;
}

/* Rounds a time up. A time that is too long for the type means no limit. */
static inline uint64_t milliseconds(double time) {
  if (time >= 18446744073709549568.0) {
    return UINT64_MAX;
  }
  uint64_t whole = time > 0 ? (uint64_t)time : 0;
  return whole + ((double)whole < time);
}

/* The macros of options.c: each sets its option if `given` has its name. The results of the setters are ignored: an error
 * shows when the client is built or the call is made. */
#define OPTION(name, set)           \
  if (is_option(given, name)) {     \
    if (given->type != JSON_NULL) { \
      set;                          \
    }                               \
    return true;                    \
  }
#define OFF(name, off)                                      \
  if (is_option(given, name) && given->type == JSON_NULL) { \
    off(it);                                                \
    return true;                                            \
  }
#define FLAG(name, function) OPTION(name, function(it, given->truth))
#define COUNT(name, function, type) OPTION(name, function(it, (type)given->number))
#define DURATION(name, function) OPTION(name, function(it, milliseconds(given->number)))
#define TEXT(name, function) OPTION(name, function(it, given->text, given->text_length))
#define EACH(name, call) \
  OPTION(name, for (const struct json *one = first_of(given); one != NULL; one = next_of(given, one)) call)
#define TEXTS(name, function) EACH(name, function(it, one->text, one->text_length))
#define PEMS(name, function) EACH(name, function(it, (const unsigned char *)one->text, one->text_length))
#define STATUSES(name, function) EACH(name, function(it, (int32_t)one->number))
#define HEADERS(name, function)                                                          \
  OPTION(name, for (const struct json *one = given->child; one != NULL; one = one->next) \
                   function(it, one->key, REQTRAIL_ZERO_TERMINATED, one->text, one->text_length))
#define DIALECT(name, by_name, by_json)                                                      \
  OPTION(name, if (given->type == JSON_STRING) by_name(it, given->text, given->text_length); \
         else by_json(it, given->raw, given->raw_length))
#define RETRY_BUDGET(name, function)                                           \
  OPTION(name, function(it, (uint32_t)scenario_number(given, "capacity", 500), \
                        (uint32_t)scenario_number(given, "retry_cost", 5)))

#endif
