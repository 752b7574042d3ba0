/*
 * reqtrail: an API client whose every call leaves a trail.
 *
 * docs/c/README.md shows how it goes together; docs/c has a page for each group of functions, with an example.
 * What holds for all functions:
 *
 * Handles. All types but the small structs are opaque. What a function puts into an out-parameter is the caller's, who
 * frees it with the type's own _free, once; freeing NULL does nothing. What a function returns as a pointer to const is
 * borrowed: it lives as long as the handle it was asked of. A handle must not be used after it was freed.
 *
 * Texts. Texts go in as pointer and length in bytes, must be UTF-8 and are copied. REQTRAIL_ZERO_TERMINATED as the length
 * takes a text up to its NUL; NULL with the length 0 is the empty text. Texts come out borrowed and UTF-8, with a NUL
 * after them; where a NUL may also be within, `length` says how long they are. `length` may be NULL. Lengths, counts and
 * limits are set whatever a function returns: to 0, or to negative numbers, where it returns NULL or false.
 *
 * Errors. Functions that can fail return a reqtrail_code: REQTRAIL_OK, or what went wrong. Out-parameters are set to NULL
 * first. The last parameter, `error`, may be NULL; else it gets a handle that tells everything, for the caller to free.
 * Setters have no such parameter: they return the code, and their handle keeps the first mistake, which the function
 * that uses the handle then reports, with the setter's name. So their codes need not be looked at; but the code of a
 * function that makes a handle must be, since the handle is NULL where it fails. Functions that only read give 0, false, NULL
 * or a negative time where there is nothing, and for a handle that is NULL.
 *
 * Threads. Clients, recorders, calls, clouds, connections, cancel tokens and scripts may be used by all threads at the same
 * time, and so may what can only be read: responses, errors, trails, attempts, reports, texts. Options, requests, operations
 * and filters may be used by many at the same time as long as nobody changes them. Freeing a handle is for one thread, when
 * no other uses it.
 * pthread_cancel takes effect after a function of the library has returned, never within one, nor within a callback.
 *
 * Stack. A thread that makes calls needs 256 KiB of stack, and what its own callbacks need. The library's threads have 2 MiB.
 *
 * Environment. Clients read the environment when they are built (proxies, certificate files), and clouds when they are
 * found and signed in to: no other thread may call setenv, putenv or unsetenv meanwhile.
 *
 * Loading. A library that was loaded with dlopen stays in the process, also after dlclose: threads that have called it run
 * its code when they end.
 *
 * Callbacks run on the library's threads or on the one that makes the call, as each says. They must not unwind or jump
 * out (longjmp, a C++ exception). They may call the library, but for what their page says.
 *
 * Signals. The library raises no SIGPIPE, whatever a peer does. Its own threads block the signal; the program's keep their masks.
 *
 * After a fork the child must not use handles that the parent made: the library's threads are not in it. Recorders alone may
 * be asked, and hold nothing then.
 */
