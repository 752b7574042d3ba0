/* A test runner without dependencies. */
#ifndef CHECK_H
#define CHECK_H

#include <reqtrail.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define Z REQTRAIL_ZERO_TERMINATED

/* A failed check ends the test program, whose state is unknown afterwards. */
#define CHECK(what)                                                      \
  do {                                                                   \
    if (!(what)) {                                                       \
      fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #what); \
      exit(1);                                                           \
    }                                                                    \
  } while (0)

#define CHECK_TEXT(given, wanted) check_text(__FILE__, __LINE__, #given, given, wanted)
#define CHECK_CODE(given, wanted) check_code(__FILE__, __LINE__, #given, given, wanted)

struct test {
  const char *name;
  void (*run)(void);
};

extern const struct test call_tests[], started_tests[], queue_tests[], value_tests[], hook_tests[], openstack_tests[],
    story_tests[], recorder_tests[], script_tests[], misuse_tests[], stderr_log_tests[], journal_tests[], null_tests[];

/* This program, the server's URL, and the path of its Unix socket. */
extern const char *program, *server_url, *server_socket;

void check_text(const char *file, int line, const char *what, const char *given, const char *wanted);
void check_code(const char *file, int line, const char *what, reqtrail_code given, reqtrail_code wanted);

/* A NovaVMS client of the server that hardly waits between its attempts. */
reqtrail_client_options *quick_options(void);
reqtrail_client *quick_client(void);
reqtrail_request *get(const char *path);

/* A client of the server's compute API, and a cloud whose Keystone accepts the password "right". */
reqtrail_client *nova(void);
reqtrail_cloud *cloud(const char *password);

/* Is run by the processes of the tests of REQTRAIL_LOG. */
int call_and_log(int count);

/* Is run by the process of a test of the journal. */
int fail_and_wait(void);

#endif
