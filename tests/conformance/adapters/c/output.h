/* Results, as the runner reads them. */
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
/* An array of the lines of a text; NULL has none. */
void out_lines(struct out *out, const char *text);

/* The result of a call whose body is parsed as `parse`; `conditional` if the request had an entity tag. */
void out_response(struct out *out, const reqtrail_response *response, const char *parse, bool conditional);
void out_error(struct out *out, const reqtrail_error *error);

unsigned char *base64_decode(const char *text, size_t length, size_t *decoded);

#endif
