/* The journal: of a killed process with REQTRAIL_JOURNAL, and by the option. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* Makes a call that must fail. */
static void fail(const reqtrail_client *client, const char *method, const char *path) {
  reqtrail_request *request;
  reqtrail_response *response;
  CHECK_CODE(reqtrail_request_new(method, Z, path, Z, &request, NULL), REQTRAIL_OK);
  CHECK_CODE(reqtrail_call(client, request, &response, NULL), REQTRAIL_ERROR_API);
  reqtrail_response_free(response);
  reqtrail_request_free(request);
}

/* Makes a call that fails, and waits for an answer that never arrives. */
int fail_and_wait(void) {
  reqtrail_client *client = quick_client();
  fail(client, "GET", "/missing");
  fail(client, "POST", "/stall");
  return 1;
}

/* Reads all files of a folder with this ending, one after the other, and returns how many there are. */
static int read_files(const char *folder, const char *ending, char *text, size_t size) {
  size_t length = 0;
  int count = 0;
  DIR *entries = opendir(folder);
  CHECK(entries != NULL);
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    char path[1024];
    const char *end = strrchr(entry->d_name, '.');
    if (end == NULL || strcmp(end, ending) != 0) continue;
    CHECK(snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path);
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    length += fread(text + length, 1, size - 1 - length, file);
    fclose(file);
    count++;
  }
  closedir(entries);
  text[length] = '\0';
  return count;
}

static void remove_folder(const char *folder) {
  DIR *entries = opendir(folder);
  CHECK(entries != NULL);
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    char path[1024];
    if (entry->d_name[0] == '.') continue;
    CHECK(snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path);
    CHECK(unlink(path) == 0);
  }
  closedir(entries);
  CHECK(rmdir(folder) == 0);
}

static void a_killed_process_leaves_what_it_knew(void) {
  static char text[1 << 20];
  char folder[] = "/tmp/reqtrail-XXXXXX";
  CHECK(mkdtemp(folder) != NULL);
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    setenv("REQTRAIL_JOURNAL", folder, 1);
    /* The machine may be slow. */
    setenv("REQTRAIL_JOURNAL_SYNC", "always", 1);
    execl(program, program, server_url, server_socket, "journal", (char *)NULL);
    _exit(127);
  }
  /* The table has the call before the request is sent. */
  do {
    const struct timespec moment = {0, 1000000};
    CHECK(waitpid(child, NULL, WNOHANG) == 0);
    nanosleep(&moment, NULL);
    read_files(folder, ".open", text, sizeof text);
  } while (strstr(text, "\"method\":\"POST\"") == NULL);
  CHECK(kill(child, SIGKILL) == 0);
  while (waitpid(child, NULL, 0) < 0) CHECK(errno == EINTR);
  CHECK(read_files(folder, ".open", text, sizeof text) == 1);
  CHECK(strstr(text, "\"method\":\"POST\",\"path\":\"/stall\"") != NULL);
  CHECK(read_files(folder, ".jsonl", text, sizeof text) == 1);
  CHECK(strstr(text, "\"path\":\"/missing\"") != NULL);
  CHECK(strstr(text, "\"request_ids\":[\"req_") != NULL);
  remove_folder(folder);
}

static void the_option_names_the_folder(void) {
  static char text[65536];
  char folder[] = "/tmp/reqtrail-XXXXXX";
  reqtrail_client *client;
  CHECK(mkdtemp(folder) != NULL);
  reqtrail_client_options *options = quick_options();
  CHECK_CODE(reqtrail_client_options_journal(options, folder, Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_service_name(options, "proof", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_options_journal_sync(options, "always", Z), REQTRAIL_OK);
  CHECK_CODE(reqtrail_client_new(options, &client, NULL), REQTRAIL_OK);
  reqtrail_client_options_free(options);
  fail(client, "GET", "/missing");
  CHECK(read_files(folder, ".jsonl", text, sizeof text) == 1);
  CHECK(strstr(text, "\"service\":{\"name\":\"proof\"}") != NULL);
  CHECK(strstr(text, "\"path\":\"/missing\"") != NULL);
  reqtrail_client_free(client);
  remove_folder(folder);
}

const struct test journal_tests[] = {{"a killed process leaves what it knew", a_killed_process_leaves_what_it_knew},
                                     {"the option names the folder", the_option_names_the_folder},
                                     {NULL, NULL}};
