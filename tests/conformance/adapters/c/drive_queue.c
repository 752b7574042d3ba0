#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "drive.h"
#include "output.h"
#include "scenario.h"

static void wake_poll(void *user_data) {
  const int *pipe_end = user_data;
  /* A full pipe wakes the reader as well. */
  if (write(*pipe_end, "", 1) < 0) return;
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Submits calls up to the allowed concurrency, all at one time of the script. The tag is the index of the repetition. */
static size_t submit(struct work *work, size_t next, size_t *under_way, double *cancel_at) {
  reqtrail_script_hold(work->script);
  while (next < work->repeat && *under_way < work->concurrency) {
    reqtrail_error *error;
    cancel_at[next] = work->cancel_after_ms < 0 ? -1 : now_ms() + (double)work->cancel_after_ms;
    if (reqtrail_client_submit(work->client, work->request, next, &error) == REQTRAIL_OK) {
      (*under_way)++;
    } else {
      out_error(&work->results[next], error);
      reqtrail_error_free(error);
    }
    next++;
  }
  reqtrail_script_release(work->script);
  return next;
}

/* Cancels the calls that are due, and returns the milliseconds until the next one; -1 if there is none. */
static int cancel_due(struct work *work, size_t next, double *cancel_at) {
  double soonest = -1, now = now_ms();
  for (size_t tag = 0; tag < next; tag++) {
    if (cancel_at[tag] < 0) continue;
    if (cancel_at[tag] <= now) {
      reqtrail_client_cancel(work->client, tag);
      cancel_at[tag] = -1;
    } else if (soonest < 0 || cancel_at[tag] < soonest) {
      soonest = cancel_at[tag];
    }
  }
  return soonest < 0 ? -1 : (int)(soonest - now) + 1;
}

void drive_queue(struct work *work) {
  int ends[2];
  double *cancel_at = calloc(work->repeat, sizeof *cancel_at);
  if (cancel_at == NULL || pipe(ends) != 0) give_up("queue", "no pipe");
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  reqtrail_client_set_notify(work->client, wake_poll, &ends[1], NULL, NULL);
  size_t under_way = 0, next = submit(work, 0, &under_way, cancel_at);
  while (under_way > 0) {
    struct pollfd readable = {ends[0], POLLIN, 0};
    poll(&readable, 1, cancel_due(work, next, cancel_at));
    char wake_bytes[64];
    while (read(ends[0], wake_bytes, sizeof wake_bytes) > 0) continue;
    /* The array is smaller than a batch may be, to test that the rest comes too. */
    reqtrail_done done[3];
    size_t count;
    do {
      count = reqtrail_client_take_done(work->client, done, 3);
      for (size_t i = 0; i < count; i++) {
        struct out *result = &work->results[done[i].tag];
        if (done[i].code == REQTRAIL_OK) {
          out_response(result, done[i].response, work->parse, work->conditional);
        } else {
          out_error(result, done[i].error);
        }
        cancel_at[done[i].tag] = -1;
        reqtrail_response_free(done[i].response);
        reqtrail_error_free(done[i].error);
        under_way--;
      }
      next = submit(work, next, &under_way, cancel_at);
    } while (count == 3);
  }
  reqtrail_client_set_notify(work->client, NULL, NULL, NULL, NULL);
  close(ends[0]);
  close(ends[1]);
  free(cancel_at);
}
