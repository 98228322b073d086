/*
 * A readable text of an html, for `textFromHtml`: no parser of HTML, a reader of tags.
 */
#ifndef SMTPS_MAIL_HTML_TEXT_H
#define SMTPS_MAIL_HTML_TEXT_H

#include "base/bytes.h"

/*
 * Appends the text of `html` (UTF-8): blocks as paragraphs, <br> as line breaks, list items with "- ", table cells parted by
 * blanks, links as `text (URL)`, images by their alt; head, style, script and comments left out; character references resolved.
 * Lines end in LF; white space is squeezed but in <pre>. One pass, linear.
 */
void smtps_html_to_text(smtps_buf *out, smtps_str html);

#endif
