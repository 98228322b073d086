/*
 * What the site's owner should do where the server said nothing that could be explained: one table of (cause, stage) to sentence.
 * Replies are explained by smtp/hints.
 */
#ifndef SMTPS_CLIENT_ADVICE_H
#define SMTPS_CLIENT_ADVICE_H

#include "base/error.h"

/* Fills in the hint of an error that has none. */
void smtps_advise(smtps_error *error);

#endif
