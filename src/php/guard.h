/*
 * User code called from C, and the fatal errors that leave it.
 *
 * A fatal error, a time limit or an exhausted memory_limit leaves PHP code by a longjmp to the request's end. Past our frames that
 * would lose what they own: a composed message, a spool's descriptor, a delivery that a connection points to; in a worker that piles
 * up. So it is caught where the user code was called, the call fails like any other, everything is freed in order, and the method's
 * end goes on with it:
 *
 *     guard: caught, is_over  ->  frames return false  ->  nothing is thrown or allocated  ->  leave(): the longjmp, continued
 */
#ifndef PHP_SMTPSEND_GUARD_H
#define PHP_SMTPSEND_GUARD_H

#include "compat.h"

/* Runs it. False: the request is over; free, return, and php_smtpsend_leave(). */
typedef void php_smtpsend_code(void *context);
bool php_smtpsend_guard(php_smtpsend_code *code, void *context);
/* Whether a guard has caught the end of the request and nobody has gone on with it yet. */
bool php_smtpsend_is_over(void);
/* At the end of every method that runs user code: does not return where a guard caught something. */
void php_smtpsend_leave(void);

/* The text of a string or a Stringable with a reference of the caller's; NULL: an exception is pending, or the request is over. */
zend_string *php_smtpsend_text_of(zval *value);

#endif
