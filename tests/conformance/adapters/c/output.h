/* Results in the format of the runner. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <reqtrail.h>
#include <stdbool.h>

/* A text that grows. */
struct out {
  char *text;
  size_t length;
  size_t room;
};

void out_text(struct out *out, const char *text, size_t length);
void out_plain(struct out *out, const char *text);
/* Writes an array of the lines of a text; an empty one for NULL. */
void out_lines(struct out *out, const char *text);

/* Writes the result of a call. `parse` says how the body is parsed; `conditional` if the request had an entity tag. */
void out_response(struct out *out, const reqtrail_response *response, const char *parse, bool conditional);
void out_error(struct out *out, const reqtrail_error *error);

unsigned char *base64_decode(const char *text, size_t length, size_t *decoded);

#endif
