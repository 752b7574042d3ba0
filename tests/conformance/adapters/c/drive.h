/* Three ways to make calls, all with the same results. */
#ifndef DRIVE_H
#define DRIVE_H

#include <reqtrail.h>

/* The same call, `repeat` times, at most `concurrency` at once. */
struct work {
  const reqtrail_client *client;
  reqtrail_script *script; /* replaces the server, if not NULL */
  const reqtrail_request *request;
  const char *parse;
  bool conditional;
  size_t repeat;
  size_t concurrency;
  long cancel_after_ms; /* negative: never */
  struct out *results;  /* one for each repetition */
};

/* Makes each call on a thread that waits for it. */
void drive_blocking(struct work *work);
/* Starts each call with a callback, and cancels it by its handle. */
void drive_started(struct work *work);
/* Submits calls with tags. One thread polls a pipe and takes them from the completion queue. */
void drive_queue(struct work *work);

#endif
