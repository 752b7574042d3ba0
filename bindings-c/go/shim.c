#include "shim.h"

#include <string.h>

void rt_free(reqtrail_response *response, reqtrail_report *report, reqtrail_error *error) {
    reqtrail_response_free(response);
    reqtrail_report_free(report);
    reqtrail_error_free(error);
}

static void name(reqtrail_go_text *text, const char *zero_terminated) {
    text->data = zero_terminated;
    text->length = zero_terminated == NULL ? 0 : strlen(zero_terminated);
}

void rt_failure_read(const reqtrail_error *error, rt_failure *f) {
    memset(f, 0, sizeof *f);
    f->kind = reqtrail_error_kind(error);
    name(&f->kind_name, reqtrail_code_name(f->kind));
    f->category = reqtrail_error_category(error);
    name(&f->category_name, reqtrail_category_name(f->category));
    f->status = reqtrail_error_status(error);
    f->may_have_been_sent = reqtrail_error_may_have_been_sent(error);
    f->retry_after_ms = reqtrail_error_retry_after_ms(error);
    reqtrail_go_error_texts(error, &f->display, &f->message);
    f->code.data = reqtrail_error_code(error, &f->code.length);
    f->raw_code.data = reqtrail_error_raw_code(error, &f->raw_code.length);
    f->title.data = reqtrail_error_title(error, &f->title.length);
    f->details.data = reqtrail_error_details(error, &f->details.length);
    f->hint.data = reqtrail_error_hint(error, &f->hint.length);
    f->cause.data = reqtrail_error_cause(error, &f->cause.length);
    f->request_id.data = reqtrail_error_request_id(error, &f->request_id.length);
    f->microversion.data = reqtrail_error_microversion(error, &f->microversion.length);
    f->body.data = (const char *)reqtrail_error_body(error, &f->body.length);
    f->headers = reqtrail_error_headers(error, &f->header_count);
    f->has_rate_limit = reqtrail_error_rate_limit(error, &f->rate_limit);
    f->trail = reqtrail_trail_clone(reqtrail_error_trail(error));
}
