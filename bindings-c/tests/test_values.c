/* Versions, names, numbers and layouts. */
#include "check.h"

static void versions_agree(void) {
  char numbers[64];
  CHECK_TEXT(reqtrail_version(), REQTRAIL_VERSION);
  snprintf(numbers, sizeof numbers, "%d.%d.%d", REQTRAIL_VERSION_MAJOR, REQTRAIL_VERSION_MINOR, REQTRAIL_VERSION_PATCH);
  CHECK_TEXT(numbers, REQTRAIL_VERSION);
  CHECK(REQTRAIL_VERSION_NUMBER ==
        REQTRAIL_VERSION_MAJOR * 1000000 + REQTRAIL_VERSION_MINOR * 1000 + REQTRAIL_VERSION_PATCH);
}

static void numbers_have_names(void) {
  CHECK_TEXT(reqtrail_code_name(REQTRAIL_OK), "ok");
  CHECK_TEXT(reqtrail_code_name(REQTRAIL_ERROR_TOO_LARGE), "too_large");
  CHECK_TEXT(reqtrail_code_name(REQTRAIL_ERROR_NULL_POINTER), "null_pointer");
  CHECK_TEXT(reqtrail_category_name(REQTRAIL_CATEGORY_RATE_LIMITED), "rate_limited");
  CHECK_TEXT(reqtrail_stopped_name(REQTRAIL_STOPPED_RETRY_AFTER_TOO_LONG), "retry_after_too_long");
  CHECK_TEXT(reqtrail_cause_name(REQTRAIL_CAUSE_REAUTH), "reauth");
  CHECK_TEXT(reqtrail_wait_name(REQTRAIL_WAIT_RETRY_AFTER), "retry_after");
  CHECK_TEXT(reqtrail_sent_name(REQTRAIL_SENT_UNKNOWN), "unknown");
  CHECK_TEXT(reqtrail_trail_note_name(REQTRAIL_TRAIL_NOTE_VIA_PROXY), "via_proxy");
  CHECK_TEXT(reqtrail_request_id_note_name(REQTRAIL_REQUEST_ID_NOTE_BODY_MISMATCH), "body_mismatch");
  CHECK_TEXT(reqtrail_verdict_name(REQTRAIL_VERDICT_FAILED), "failed");
}

/* Unknown numbers have no names and do no harm. */
static void other_numbers_have_none(void) {
  static const int32_t odd[] = {-1, 9999, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    CHECK(reqtrail_code_name(odd[i]) == NULL && reqtrail_category_name(odd[i]) == NULL);
    CHECK(reqtrail_stopped_name(odd[i]) == NULL && reqtrail_cause_name(odd[i]) == NULL);
    CHECK(reqtrail_wait_name(odd[i]) == NULL && reqtrail_sent_name(odd[i]) == NULL);
    CHECK(reqtrail_trail_note_name(odd[i]) == NULL && reqtrail_request_id_note_name(odd[i]) == NULL);
    CHECK(reqtrail_verdict_name(odd[i]) == NULL);
  }
}

/* The structs are part of the ABI. */
static void structs_are_laid_out(void) {
  CHECK(sizeof(reqtrail_code) == 4);
  CHECK(offsetof(reqtrail_done, tag) == 0 && offsetof(reqtrail_done, code) == 8 && offsetof(reqtrail_done, kind) == 12);
  CHECK(offsetof(reqtrail_done, response) == 16 && sizeof(reqtrail_done) == 16 + 3 * sizeof(void *));
  CHECK(sizeof(reqtrail_header) == 2 * sizeof(void *) + 2 * sizeof(size_t));
  CHECK(sizeof(reqtrail_rate_limit) == 24 && offsetof(reqtrail_rate_limit, reset_at) == 16);
}

const struct test value_tests[] = {{"versions agree", versions_agree},
                                   {"numbers have names", numbers_have_names},
                                   {"other numbers have none", other_numbers_have_none},
                                   {"structs are laid out", structs_are_laid_out},
                                   {NULL, NULL}};
