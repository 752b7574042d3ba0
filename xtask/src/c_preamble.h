/*
 * reqtrail: an API client whose every call leaves a trail.
 *
 * docs/c/README.md is the guide; docs/c has a page with an example for each group of functions.
 * These rules hold for all functions:
 *
 * Handles. All types but the small structs are opaque. What a function puts into an out-parameter is the caller's, who
 * frees it once, with the type's own _free; freeing NULL does nothing. What a function returns as a pointer to const is
 * borrowed: it lives as long as the handle that the function was called with. A handle must not be used after it is
 * freed.
 *
 * Texts. Texts go in as pointer and length in bytes, must be UTF-8 and are copied. The length REQTRAIL_ZERO_TERMINATED
 * takes a text up to its NUL; NULL with the length 0 is the empty text. Texts come out borrowed and as UTF-8, with a
 * NUL after them. A text may also contain NULs; `length`, which may be NULL, receives its length. Lengths, counts and
 * limits are always set: to 0, or to negative numbers, where a function returns NULL or false.
 *
 * Errors. Functions that can fail return a reqtrail_code: REQTRAIL_OK, or what went wrong. Out-parameters are set to
 * NULL first. The last parameter, `error`, may be NULL; otherwise it receives a handle with all details, which the
 * caller frees. Setters have no such parameter: they return the code, and their handle keeps the first mistake. The
 * function that uses the handle then reports it, with the setter's name. A program may ignore the codes of setters, but
 * must check the code of a function that makes a handle, since the handle is NULL if the function fails. Functions that
 * only read return 0, false, NULL or a negative time if there is nothing to return, or if their handle is NULL.
 *
 * Threads. All threads may use clients, recorders, calls, clouds, connections, cancel tokens and scripts at the same
 * time, and handles that can only be read: responses, errors, trails, attempts, reports, texts. Several threads may use
 * options, requests, operations and filters at the same time as long as no thread changes them. One thread frees a
 * handle, when no other thread uses it. pthread_cancel takes effect after a function of the library has returned, never
 * within one, nor within a callback.
 *
 * Stack. A thread that makes calls needs 256 KiB of stack, plus what its own callbacks need. The library's threads have
 * 2 MiB.
 *
 * Environment. Clients read the environment when they are built (proxies, certificate files), and clouds when they are
 * found and signed in to. No other thread may call setenv, putenv or unsetenv meanwhile.
 *
 * Loading. A library that was loaded with dlopen stays in the process even after dlclose, because threads that have
 * called it run its code when they end.
 *
 * Callbacks run on the library's threads or on the thread that makes the call, as each says. They must not unwind or
 * jump out (longjmp, a C++ exception). They may call the library, except where their documentation says otherwise.
 *
 * Signals. The library never raises SIGPIPE, whatever a peer does. Its own threads block the signal; the program's
 * threads keep their masks.
 *
 * After a fork the child must not use handles that the parent made, because the library's threads do not exist in it.
 * Recorders are the exception: the child may query them, and they hold nothing.
 */
