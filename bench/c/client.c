/* One client: the whole body and the request ID of every call.
 *
 * client NAME WORKLOAD CONCURRENCY URL --seconds=S, or --requests=N for exactly that many without a warm-up. Prints
 * requests per second, microseconds of processor time per request and the largest resident size as one line of JSON.
 * libcurl is used as its documentation says for many requests: one easy handle per thread, or one multi handle. */
#include <curl/curl.h>
#include <pthread.h>
#include <reqtrail.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 0.15 /* seconds before the measured ones: connections, caches */
#define ATTEMPTS 32  /* enough that no call of the retry workload ends without an answer */

static const char *base;
static const char *path;
static size_t body_length;
static int post, retry;
static int concurrency;
static char payload[1024];

/* How long to go on: until a time, or for a number of calls of all workers together. */
struct until {
  double end;
  long calls;
};

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

static int goes_on(const struct until *until, long begun) {
  return until->calls > 0 ? begun < until->calls : now() < until->end;
}

static void demand(int good, const char *what) {
  if (!good) {
    fprintf(stderr, "%s\n", what);
    exit(1);
  }
}

/* Not getrusage's ru_maxrss: that is never less than what the parent had when it started this process. */
static double peak_mib(void) {
  char line[256];
  long kib = 0;
  FILE *status = fopen("/proc/self/status", "r");
  demand(status != NULL, "/proc/self/status");
  while (fgets(line, sizeof line, status) != NULL && sscanf(line, "VmHWM: %ld", &kib) != 1) {
  }
  fclose(status);
  return (double)kib / 1024;
}

/* Runs once to warm up, unless a number of calls is asked for, and once to measure. */
static void measure(long (*run)(struct until until), double seconds, long calls) {
  if (calls == 0) run((struct until){now() + WARM_UP, 0});
  struct meter meter = {now(), cpu(), 0};
  meter.done = run((struct until){now() + seconds, calls});
  double wall = now() - meter.started, used = cpu() - meter.cpu;
  printf("{\"requests\": %ld, \"rps\": %.1f, \"cpu_us\": %.2f, \"rss_mb\": %.1f}\n", meter.done,
         (double)meter.done / wall, used * 1e6 / (double)meter.done, peak_mib());
}

/* Threads that call one after the other. `call` makes one request with what its thread has. */
struct worker {
  void *(*begin)(void);
  void (*call)(void *own);
  void (*end)(void *own);
  struct until until;
  long done;
};

static void *work(void *data) {
  struct worker *worker = data;
  void *own = worker->begin();
  while (goes_on(&worker->until, worker->done)) {
    worker->call(own);
    worker->done++;
  }
  worker->end(own);
  return NULL;
}

/* One thread of the program makes the calls. */
static long crew(const struct worker *kind, struct until until) {
  pthread_t *threads = calloc((size_t)concurrency, sizeof *threads);
  struct worker *workers = calloc((size_t)concurrency, sizeof *workers);
  long done = 0;
  demand(threads != NULL && workers != NULL, "memory");
  for (int i = 0; i < concurrency; i++) {
    workers[i] = *kind;
    workers[i].until = (struct until){until.end, until.calls / concurrency};
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

/* reqtrail, on threads that wait. */

static reqtrail_client *client;
static reqtrail_request *request;

static void build(void) {
  reqtrail_client_options *options;
  reqtrail_client_options_new(base, REQTRAIL_ZERO_TERMINATED, &options, NULL);
  if (retry) { /* waits as short as possible, and no budget */
    reqtrail_client_options_max_attempts(options, ATTEMPTS);
    reqtrail_client_options_base_delay_ms(options, 1);
    reqtrail_client_options_max_delay_ms(options, 1);
    reqtrail_client_options_no_retry_budget(options);
  }
  demand(reqtrail_client_new(options, &client, NULL) == REQTRAIL_OK, "no client");
  reqtrail_client_options_free(options);
}

static void *make_request(void) {
  reqtrail_request *own;
  demand(reqtrail_request_new(post ? "POST" : "GET", REQTRAIL_ZERO_TERMINATED, path, REQTRAIL_ZERO_TERMINATED, &own,
                              NULL) == REQTRAIL_OK,
         "no request");
  if (post) reqtrail_request_json(own, payload, sizeof payload);
  return own;
}

static void free_request(void *own) { reqtrail_request_free(own); }

static void check_response(reqtrail_response *response) {
  size_t length;
  demand(reqtrail_response_request_id(response, NULL) != NULL, "no request ID");
  reqtrail_response_body(response, &length);
  demand(length == body_length, "a body of another length");
  reqtrail_response_free(response);
}

static void reqtrail_one(void *own) {
  reqtrail_response *response;
  demand(reqtrail_call(client, own, &response, NULL) == REQTRAIL_OK, "a call failed");
  check_response(response);
}

static long blocking(struct until until) {
  return crew(&(struct worker){make_request, reqtrail_one, free_request, {0, 0}, 0}, until);
}

/* reqtrail, by the completion queue. */

static int ring_fd;

static void ring(void *user_data) {
  (void)user_data;
  eventfd_write(ring_fd, 1);
}

static long queue(struct until until) {
  long done = 0, begun = 0;
  int under_way = 0;
  for (; under_way < concurrency; under_way++, begun++)
    reqtrail_client_submit(client, request, (uint64_t)under_way, NULL);
  while (under_way > 0) {
    eventfd_t rings;
    reqtrail_done batch[64];
    size_t taken;
    eventfd_read(ring_fd, &rings);
    do {
      taken = reqtrail_client_take_done(client, batch, 64);
      int in_time = until.calls > 0 || now() < until.end;
      for (size_t i = 0; i < taken; i++) {
        demand(batch[i].code == REQTRAIL_OK, "a call failed");
        check_response(batch[i].response);
        done++;
        if (in_time && (until.calls == 0 || begun < until.calls)) {
          reqtrail_client_submit(client, request, batch[i].tag, NULL);
          begun++;
        } else {
          under_way--;
        }
      }
    } while (taken == 64);
  }
  return done;
}

static void build_queue(void) {
  ring_fd = eventfd(0, 0);
  build();
  request = make_request();
  reqtrail_client_set_notify(client, ring, NULL, NULL, NULL);
}

/* libcurl */

struct transfer {
  CURL *easy;
  size_t length;
  int has_id;
  char *body;
};

static struct curl_slist *json; /* the content type of a POST */

static size_t on_body(char *data, size_t size, size_t count, void *own) {
  struct transfer *transfer = own;
  size_t length = size * count;
  demand(transfer->length + length <= body_length, "a long body");
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
  transfer->body = malloc(body_length + 1);
  snprintf(target, sizeof target, "%s%s", base, path);
  curl_easy_setopt(transfer->easy, CURLOPT_URL, target);
  curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(transfer->easy, CURLOPT_CAINFO, getenv("BENCH_CA"));
  /* Many requests over one HTTP/2 connection wait for it instead of opening their own. */
  curl_easy_setopt(transfer->easy, CURLOPT_PIPEWAIT, 1L);
  if (post) {
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, payload);
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE, (long)sizeof payload);
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, json);
  }
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
  demand(status / 100 == 2 && transfer->length == body_length && transfer->has_id, "a bad response");
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

static long easy(struct until until) {
  return crew(&(struct worker){begin_transfer, curl_one, end_transfer, {0, 0}, 0}, until);
}

static CURLM *multi;
static struct transfer **transfers;

static void build_multi(void) {
  multi = curl_multi_init();
  transfers = calloc((size_t)concurrency, sizeof *transfers);
  demand(multi != NULL && transfers != NULL, "memory");
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)concurrency);
  for (int i = 0; i < concurrency; i++) transfers[i] = begin_transfer();
}

/* Takes ended transfers and starts the next ones. Returns how many have ended for good. */
static int settle(const struct until *until, long *done, long *begun) {
  int ended = 0, left;
  int in_time = until->calls > 0 || now() < until->end;
  for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
    struct transfer *transfer;
    demand(message->data.result == CURLE_OK, "a call failed");
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
    check_transfer(transfer);
    ++*done;
    curl_multi_remove_handle(multi, transfer->easy);
    if (in_time && (until->calls == 0 || *begun < until->calls)) {
      curl_multi_add_handle(multi, transfer->easy);
      ++*begun;
    } else {
      ended++;
    }
  }
  return ended;
}

static long by_poll(struct until until) {
  long done = 0, begun = 0;
  int running = concurrency;
  for (int i = 0; i < concurrency; i++, begun++) curl_multi_add_handle(multi, transfers[i]->easy);
  while (running > 0) {
    int active;
    long before = done;
    demand(curl_multi_perform(multi, &active) == CURLM_OK, "multi");
    running -= settle(&until, &done, &begun);
    /* What has just been added has something to do at once. */
    if (done == before && active > 0) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  return done;
}

/* The same multi handle over the program's own epoll descriptor. */

static int epoll_fd;
static double timer_at = -1; /* when curl wants to be called, -1 for never */

static int on_socket(CURL *transfer, curl_socket_t socket, int what, void *own, void *known) {
  (void)transfer, (void)own;
  struct epoll_event event = {0};
  event.data.fd = socket;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, socket, NULL);
    return 0;
  }
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  epoll_ctl(epoll_fd, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  if (known == NULL) curl_multi_assign(multi, socket, &epoll_fd);
  return 0;
}

static int on_timer(CURLM *its, long milliseconds, void *own) {
  (void)its, (void)own;
  timer_at = milliseconds < 0 ? -1 : now() + (double)milliseconds / 1e3;
  return 0;
}

static void build_multi_socket(void) {
  build_multi();
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
}

static long by_socket(struct until until) {
  long done = 0, begun = 0;
  int running = concurrency, active;
  for (int i = 0; i < concurrency; i++, begun++) curl_multi_add_handle(multi, transfers[i]->easy);
  while (running > 0) {
    struct epoll_event events[64];
    double wait = timer_at < 0 ? 1 : timer_at - now();
    int ready = epoll_wait(epoll_fd, events, 64, wait <= 0 ? 0 : (int)(wait * 1e3) + 1);
    for (int i = 0; i < ready; i++) {
      int what = 0;
      if (events[i].events & EPOLLIN) what |= CURL_CSELECT_IN;
      if (events[i].events & EPOLLOUT) what |= CURL_CSELECT_OUT;
      if (events[i].events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
      demand(curl_multi_socket_action(multi, events[i].data.fd, what, &active) == CURLM_OK, "multi");
    }
    if (timer_at >= 0 && now() >= timer_at) {
      timer_at = -1;
      demand(curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &active) == CURLM_OK, "multi");
    }
    running -= settle(&until, &done, &begun);
  }
  return done;
}

static void choose(const char *workload) {
  int large = strcmp(workload, "large") == 0;
  post = strcmp(workload, "post") == 0;
  retry = strcmp(workload, "retry") == 0;
  path = post ? "/post" : large ? "/large" : retry ? "/retry" : "/events";
  body_length = post ? 0 : large ? 1024 * 1024 : 1024;
  memset(payload, 'x', sizeof payload);
  payload[0] = payload[sizeof payload - 1] = '"';
}

int main(int count, char **arguments) {
  demand(count == 6, "usage: client NAME WORKLOAD CONCURRENCY URL (--seconds=S | --requests=N)");
  const char *name = arguments[1];
  double seconds = 0;
  long calls = 0;
  choose(arguments[2]);
  concurrency = atoi(arguments[3]);
  base = arguments[4];
  demand(sscanf(arguments[5], "--seconds=%lf", &seconds) == 1 || sscanf(arguments[5], "--requests=%ld", &calls) == 1,
         "how long?");
  if (strncmp(name, "libcurl", 7) == 0) {
    demand(!retry, "libcurl does not retry");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    json = curl_slist_append(NULL, "content-type: application/json");
  }
  if (strcmp(name, "reqtrail") == 0) {
    build();
    measure(blocking, seconds, calls);
  } else if (strcmp(name, "reqtrail-queue") == 0) {
    build_queue();
    measure(queue, seconds, calls);
  } else if (strcmp(name, "libcurl-easy") == 0) {
    measure(easy, seconds, calls);
  } else if (strcmp(name, "libcurl-multi") == 0) {
    build_multi();
    measure(by_poll, seconds, calls);
  } else if (strcmp(name, "libcurl-multi-socket") == 0) {
    build_multi_socket();
    measure(by_socket, seconds, calls);
  } else {
    demand(0, "no such client");
  }
  return 0;
}
