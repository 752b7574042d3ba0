#include "shim.h"

void rt_free(reqtrail_response *response, reqtrail_report *report, reqtrail_error *error) {
    reqtrail_response_free(response);
    reqtrail_report_free(report);
    reqtrail_error_free(error);
}
