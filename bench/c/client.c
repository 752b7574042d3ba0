/* One client: GETs with keep-alive, the whole body, the request ID. client NAME CONCURRENCY SECONDS URL
 *
 * Prints requests per second, microseconds of processor time per request and the largest resident size as JSON.
 * libcurl is used as its documentation says for many requests: one easy handle per thread, or one multi handle. */
#include <curl/curl.h>
#include <pthread.h>
#include <reqtrail.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define BODY 1024
#define WARM_UP 0.15 /* seconds before the measured ones: connections, caches */

static double window;
static const char *url;
static int concurrency;

struct meter {
  double started, cpu;
  long done;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void demand(int good, const char *what) {
  if (!good) {
    fprintf(stderr, "%s\n", what);
    exit(1);
  }
}

static void tell(const struct meter *meter) {
  double seconds = now() - meter->started, used = cpu() - meter->cpu;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"rps\": %.1f, \"cpu_us\": %.2f, \"rss_mb\": %.1f}\n", (double)meter->done / seconds,
         used * 1e6 / (double)meter->done, (double)usage.ru_maxrss / 1024);
}

/* Threads that call one after the other. `call` makes one request with what its thread has. */
struct worker {
  void *(*begin)(void);
  void (*call)(void *own);
  void (*end)(void *own);
  double until;
  long done;
};

static void *work(void *data) {
  struct worker *worker = data;
  void *own = worker->begin();
  while (now() < worker->until) {
    worker->call(own);
    worker->done++;
  }
  worker->end(own);
  return NULL;
}

/* One thread calls on the program's own. */
static long crew(const struct worker *kind, double seconds) {
  pthread_t *threads = calloc((size_t)concurrency, sizeof *threads);
  struct worker *workers = calloc((size_t)concurrency, sizeof *workers);
  long done = 0;
  demand(threads != NULL && workers != NULL, "memory");
  for (int i = 0; i < concurrency; i++) {
    workers[i] = *kind;
    workers[i].until = now() + seconds;
    if (concurrency == 1) {
      work(&workers[i]);
    } else {
      demand(pthread_create(&threads[i], NULL, work, &workers[i]) == 0, "threads");
    }
  }
  for (int i = 0; i < concurrency; i++) {
    if (concurrency > 1) pthread_join(threads[i], NULL);
    done += workers[i].done;
  }
  free(threads);
  free(workers);
  return done;
}

static void on_threads(const struct worker *kind) {
  crew(kind, WARM_UP);
  struct meter meter = {now(), cpu(), 0};
  meter.done = crew(kind, window);
  tell(&meter);
}

/* reqtrail, on threads that wait. */

static reqtrail_client *client;
static reqtrail_request *request;

static void build(void) {
  reqtrail_client_options *options;
  reqtrail_client_options_new(url, REQTRAIL_ZERO_TERMINATED, &options, NULL);
  demand(reqtrail_client_new(options, &client, NULL) == REQTRAIL_OK, "no client");
  reqtrail_client_options_free(options);
}

static void *make_request(void) {
  reqtrail_request *own;
  reqtrail_request_new("GET", 3, "/events", 7, &own, NULL);
  return own;
}

static void free_request(void *own) { reqtrail_request_free(own); }

static void check_response(reqtrail_response *response) {
  size_t length;
  demand(reqtrail_response_request_id(response, NULL) != NULL, "no request ID");
  reqtrail_response_body(response, &length);
  demand(length == BODY, "a short body");
  reqtrail_response_free(response);
}

static void reqtrail_one(void *own) {
  reqtrail_response *response;
  demand(reqtrail_call(client, own, &response, NULL) == REQTRAIL_OK, "a call failed");
  check_response(response);
}

/* reqtrail, by the completion queue. */

static int ring_fd;

static void ring(void *user_data) {
  (void)user_data;
  eventfd_write(ring_fd, 1);
}

static long queue_for(double seconds) {
  double until = now() + seconds;
  long done = 0;
  int under_way = 0;
  for (; under_way < concurrency; under_way++) reqtrail_client_submit(client, request, (uint64_t)under_way, NULL);
  while (under_way > 0) {
    eventfd_t rings;
    reqtrail_done batch[64];
    size_t taken;
    eventfd_read(ring_fd, &rings);
    do {
      taken = reqtrail_client_take_done(client, batch, 64);
      int more = now() < until;
      for (size_t i = 0; i < taken; i++) {
        demand(batch[i].code == REQTRAIL_OK, "a call failed");
        check_response(batch[i].response);
        done++;
        if (more) {
          reqtrail_client_submit(client, request, batch[i].tag, NULL);
        } else {
          under_way--;
        }
      }
    } while (taken == 64);
  }
  return done;
}

static void by_queue(void) {
  ring_fd = eventfd(0, 0);
  build();
  request = make_request();
  reqtrail_client_set_notify(client, ring, NULL, NULL, NULL);
  queue_for(WARM_UP);
  struct meter meter = {now(), cpu(), 0};
  meter.done = queue_for(window);
  tell(&meter);
}

/* libcurl */

struct transfer {
  CURL *easy;
  size_t length;
  int has_id;
  char *body;
};

static size_t on_body(char *data, size_t size, size_t count, void *own) {
  struct transfer *transfer = own;
  size_t length = size * count;
  demand(transfer->length + length <= BODY, "a long body");
  memcpy(transfer->body + transfer->length, data, length);
  transfer->length += length;
  return length;
}

static size_t on_header(char *data, size_t size, size_t count, void *own) {
  struct transfer *transfer = own;
  if (size * count > 13 && strncasecmp(data, "x-request-id:", 13) == 0) transfer->has_id = 1;
  return size * count;
}

static void *begin_transfer(void) {
  struct transfer *transfer = calloc(1, sizeof *transfer);
  char target[512];
  demand(transfer != NULL, "memory");
  transfer->easy = curl_easy_init();
  transfer->body = malloc(BODY);
  snprintf(target, sizeof target, "%s/events", url);
  curl_easy_setopt(transfer->easy, CURLOPT_URL, target);
  curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, 10000L);
  curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(transfer->easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(transfer->easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
  return transfer;
}

static void check_transfer(struct transfer *transfer) {
  long status;
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  demand(status == 200 && transfer->length == BODY && transfer->has_id, "a bad response");
  transfer->length = 0;
  transfer->has_id = 0;
}

static void curl_one(void *own) {
  struct transfer *transfer = own;
  demand(curl_easy_perform(transfer->easy) == CURLE_OK, "a call failed");
  check_transfer(transfer);
}

static void end_transfer(void *own) {
  struct transfer *transfer = own;
  curl_easy_cleanup(transfer->easy);
  free(transfer->body);
  free(transfer);
}

static long multi_for(CURLM *multi, struct transfer **transfers, double seconds) {
  double until = now() + seconds;
  long done = 0;
  int running = concurrency, left;
  for (int i = 0; i < concurrency; i++) curl_multi_add_handle(multi, transfers[i]->easy);
  while (running > 0) {
    int active;
    demand(curl_multi_perform(multi, &active) == CURLM_OK, "multi");
    int more = now() < until;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
      struct transfer *transfer;
      demand(message->data.result == CURLE_OK, "a call failed");
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
      check_transfer(transfer);
      done++;
      curl_multi_remove_handle(multi, transfer->easy);
      if (more) {
        curl_multi_add_handle(multi, transfer->easy);
        active = 0; /* it has something to do at once */
      } else {
        running--;
      }
    }
    if (active > 0) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  return done;
}

static void by_multi(void) {
  CURLM *multi = curl_multi_init();
  struct transfer **transfers = calloc((size_t)concurrency, sizeof *transfers);
  demand(transfers != NULL, "memory");
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)concurrency);
  for (int i = 0; i < concurrency; i++) transfers[i] = begin_transfer();
  multi_for(multi, transfers, WARM_UP);
  struct meter meter = {now(), cpu(), 0};
  meter.done = multi_for(multi, transfers, window);
  tell(&meter);
}

int main(int count, char **arguments) {
  demand(count == 5, "usage: client NAME CONCURRENCY SECONDS URL");
  const char *name = arguments[1];
  concurrency = atoi(arguments[2]);
  window = atof(arguments[3]);
  url = arguments[4];
  curl_global_init(CURL_GLOBAL_DEFAULT);
  if (strcmp(name, "reqtrail") == 0) {
    build();
    on_threads(&(struct worker){make_request, reqtrail_one, free_request, 0, 0});
  } else if (strcmp(name, "reqtrail-queue") == 0) {
    by_queue();
  } else if (strcmp(name, "libcurl-easy") == 0) {
    on_threads(&(struct worker){begin_transfer, curl_one, end_transfer, 0, 0});
  } else if (strcmp(name, "libcurl-multi") == 0) {
    by_multi();
  } else {
    demand(0, "no such client");
  }
  return 0;
}
