/* Three ways of making calls; each gives the same results. */
#ifndef DRIVE_H
#define DRIVE_H

#include <reqtrail.h>

/* The same call, `repeat` times, at most `concurrency` at a time. */
struct work {
  const reqtrail_client *client;
  reqtrail_script *script; /* what answers, if that is no server */
  const reqtrail_request *request;
  const char *parse;
  bool conditional;
  size_t repeat;
  size_t concurrency;
  long cancel_after_ms; /* negative: not at all */
  struct out *results;  /* one for each repetition */
};

/* On threads that wait for each call. */
void drive_blocking(struct work *work);
/* Started with a callback, and cancelled by their handles. */
void drive_started(struct work *work);
/* Submitted under tags, and taken from the completion queue by one thread that polls a pipe. */
void drive_queue(struct work *work);

#endif
