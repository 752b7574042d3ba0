"""Writes test_nulls.c from the header: a call of every function with only zeros, which are NULL for pointers."""

import re
import sys
from pathlib import Path

header = re.sub(r"/\*.*?\*/", "", Path(sys.argv[1]).read_text(encoding="utf-8"), flags=re.S)
header = re.sub(r"typedef[^;{]*;", "", header)
functions = re.findall(r"^([a-z_0-9 ]+?[ *]+)(reqtrail_\w+)\(([^;{]*?)\);", header, flags=re.M)
print("/* Written by nulls.py from the header. */")
print('#include "check.h"\n')
for returns, name, arguments in functions:
    count = 0 if arguments.strip() == "void" else arguments.count(",") + 1
    zeros = ", ".join("0" for _ in range(count))
    print(f"static void null_{name}(void) {{")
    if name == "reqtrail_set_log":
        # NULL is a valid function: it turns the log off.
        print(f"  CHECK_CODE({name}({zeros}), REQTRAIL_OK);")
    elif returns.strip() == "reqtrail_code" and arguments.strip().endswith("**error"):
        print("  reqtrail_error *error = (reqtrail_error *)1;")
        with_error = ", ".join(["0"] * (count - 1) + ["&error"])
        print(f"  CHECK({name}({zeros}) != REQTRAIL_OK);")
        print(f"  CHECK({name}({with_error}) != REQTRAIL_OK && error != NULL);")
        print("  CHECK(reqtrail_error_display(error, NULL) != NULL);")
        print("  reqtrail_error_free(error);")
    elif returns.strip() == "reqtrail_code" and name not in (
        "reqtrail_error_kind",
        "reqtrail_trail_outcome",
        "reqtrail_attempt_failure",
    ):
        print(f"  CHECK_CODE({name}({zeros}), REQTRAIL_ERROR_NULL_POINTER);")
    elif name.endswith("_free"):
        # Twice: freeing NULL does nothing, however often.
        print(f"  {name}({zeros});\n  {name}({zeros});")
    elif name in ("reqtrail_version", "reqtrail_code_name"):
        print(f"  CHECK({name}({zeros}) != NULL);")
    elif name in ("reqtrail_cancel_token_new", "reqtrail_recent_filter_new"):
        print(f"  {name[:-3]}free({name}());")
    elif returns.strip() == "void":
        print(f"  {name}({zeros});")
    elif returns.strip() == "double":
        print(f"  CHECK({name}({zeros}) < 0);")
    else:
        print(f"  CHECK({name}({zeros}) == 0);")
        if re.search(r"size_t \*(length|count)$", arguments.strip()):
            with_length = ", ".join(["0"] * (count - 1) + ["&length"])
            print(f"  size_t length = 7;\n  CHECK({name}({with_length}) == 0 && length == 0);")
        if arguments.strip().endswith("reqtrail_rate_limit *limit"):
            with_limit = ", ".join(["0"] * (count - 1) + ["&limit"])
            print(f"  reqtrail_rate_limit limit = {{7, 7, 7}};\n  CHECK(!{name}({with_limit}));")
            print("  CHECK(limit.limit < 0 && limit.remaining < 0 && limit.reset_at < 0);")
    print("}\n")
print("const struct test null_tests[] = {")
for _, name, _ in functions:
    print(f'    {{"{name} of NULL", null_{name}}},')
print("    {NULL, NULL}};")
print(f"{len(functions)} functions", file=sys.stderr)
