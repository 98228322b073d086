/*
 * The hints: one row for each meaning of a reply, special ones first (hints_internal.h says how a row is read).
 *
 * A sentence tells the site's owner what to do and names our options by their names; it follows a semicolon in an exception's
 * message, so it starts small and ends without a full stop. docs/errors.md holds the same table (script/generate-docs).
 */
#include "hints_internal.h"

#define AT(stage) (1u << SMTPS_STAGE_##stage)
#define LOGIN AT(AUTH)
#define MESSAGE (AT(MAIL) | AT(RCPT) | AT(DATA) | AT(END))
#define X SMTPS_HINT_ANY
#define NONE \
	{ \
		0 \
	}

#define GMAIL "Gmail", "gmail.com|google.com|googlemail.com"
#define MICROSOFT "Microsoft 365", "office365.com|outlook.com|hotmail.com|office365.us"
#define SES "Amazon SES", "amazonaws.com|amazonaws.com.cn"
#define SENDGRID "SendGrid", "sendgrid.net"
#define MAILGUN "Mailgun", "mailgun.org"
#define BREVO "Brevo", "brevo.com|sendinblue.com"
#define YAHOO "Yahoo, AOL", "yahoo.com|yahoo.co.jp|aol.com|verizon.net|att.net"
#define ICLOUD "iCloud", "me.com|icloud.com"
#define ZOHO "Zoho", "zoho.com|zoho.eu|zoho.in"
#define POSTFIX "Postfix", ""
#define EXIM "Exim, cPanel", ""
#define MANY "many", ""

#define GOOGLE_PASSWORD \
	"make an app password in the Google account (2-step verification must be on) and use it as password, or log in with OAuth " \
	"(oauth_token)"
#define GOOGLE_BROWSER \
	"Google blocked this sign-in: sign in once with a web browser from the same account, then use an app password or OAuth " \
	"(oauth_token)"
#define TOO_LARGE "the message is too large for this server: send smaller attachments, or a link to them"
#define UNLIKE_LOGIN \
	"the server allows only the login's own sender addresses: use the login's address as from (or force_from and envelope_from)"
#define LOG_IN "the server wants a login first: set username and password"
#define UNAUTHENTICATED_FROM \
	"the From domain passes neither SPF nor DKIM: publish an SPF record that includes this server and sign with DKIM " \
	"(dkim_domain), or use a From of a domain that does"
#define OUR_NAME \
	"the server does not like the name we greet it with: set helo to this machine's full host name, one that resolves in DNS"

const smtps_hint_row smtps_hint_rows[] = {
	/* --- logging in, by provider --- */
	{GMAIL, LOGIN, {454, 421, 535}, NONE, {"too many login attempts"},
		"Google limits logins: wait some minutes, and keep connections (persistent) instead of logging in for each mail",
		SMTPS_HINT_LOGIN_LIMIT},
	{GMAIL, LOGIN, {535}, {5, 7, 8}, {"username and password not accepted"}, GOOGLE_PASSWORD, 0},
	{GMAIL, LOGIN, {534, 535}, NONE, {"application-specific password required"}, GOOGLE_PASSWORD,
		SMTPS_HINT_APP_PASSWORD},
	{GMAIL, LOGIN, {534}, NONE, {"web browser"}, GOOGLE_BROWSER,
		SMTPS_HINT_APP_PASSWORD | SMTPS_HINT_ONLY_THERE},
	{GMAIL, LOGIN, {534}, {5, 7, 14}, NONE, GOOGLE_BROWSER, SMTPS_HINT_APP_PASSWORD},
	{GMAIL, LOGIN, {534}, {5, 7, 9}, {"please log in"}, GOOGLE_BROWSER,
		SMTPS_HINT_APP_PASSWORD | SMTPS_HINT_ONLY_THERE},
	{MICROSOFT, LOGIN, {535}, {5, 7, 139}, {"disabled for the tenant"},
		"SMTP AUTH is off for the whole Microsoft 365 organisation: an administrator must turn on authenticated SMTP in the "
		"Exchange admin centre (or Set-TransportConfig -SmtpClientAuthenticationDisabled $false)",
		0},
	{MICROSOFT, LOGIN, {535}, {5, 7, 139}, {"disabled for the mailbox"},
		"SMTP AUTH is off for this mailbox: an administrator must turn on Authenticated SMTP for it (Set-CASMailbox "
		"-SmtpClientAuthenticationDisabled $false)",
		0},
	{MICROSOFT, LOGIN, {535, 550}, NONE,
		{"basic authentication is disabled|basic authentication is not supported"},
		"Microsoft 365 takes no passwords here any more: log in with OAuth (oauth_token, XOAUTH2)", 0},
	{MICROSOFT, LOGIN, {535}, {5, 7, 139}, {"credentials were incorrect|account is locked|locked"},
		"Microsoft 365 refused the password: check it, use an app password or OAuth where multi-factor sign-in is on, or have the "
		"account unlocked",
		0},
	{MICROSOFT, LOGIN, {535}, {5, 7, 139}, NONE,
		"Microsoft 365 refused the login by policy (security defaults or conditional access): ask the administrator to allow SMTP "
		"AUTH for this account, or log in with OAuth (oauth_token)",
		0},
	{"Exchange", "", LOGIN, {535}, {5, 7, 3}, NONE,
		"wrong login, or this Exchange connector allows none: check user name and password, then the connector's authentication "
		"settings",
		0},
	{MICROSOFT, 0, {530}, {5, 7, 57}, NONE, LOG_IN, 0},
	{SES, LOGIN, {535}, NONE, {"authentication credentials invalid"},
		"SES wants SMTP credentials, not an IAM access key, and those of the same region: create them in the SES console of this "
		"region",
		0},
	{SENDGRID, LOGIN, {535}, NONE, {"bad username / password|bad username/password"},
		"SendGrid's user name is the word apikey and the password an API key that may send mail: set username=apikey",
		0},
	{SENDGRID, 0, {451, 535, 550}, NONE, {"maximum credits exceeded"},
		"the SendGrid plan is used up: upgrade it, or wait for the next period", 0},
	{BREVO, 0, {502, 535, 550}, NONE, {"smtp account is not yet activated"},
		"the Brevo account may not send by SMTP yet: ask Brevo's support to activate it", 0},
	{BREVO, 0, {525, 535, 550}, NONE, {"unauthorized ip address|unauthorised ip address"},
		"Brevo does not know this server's address: add it to the authorised IP addresses in the Brevo account",
		SMTPS_HINT_ONLY_THERE},
	{MANY, LOGIN, {525, 535, 550, 554}, NONE,
		{"unauthorized ip*|unauthorised ip*|ip not allowed|ip address not allowed"},
		"the provider does not know this server's address: add it to the allowed IP addresses in the account there",
		0},
	{YAHOO, LOGIN, {535, 421, 454}, NONE, {"#AUTH005"},
		"Yahoo locked logins for a while: wait, then use an app password made in the account's security settings",
		SMTPS_HINT_LOGIN_LIMIT},
	{YAHOO, LOGIN, {535}, NONE, NONE, "Yahoo wants an app password, made in the account's security settings",
		SMTPS_HINT_ONLY_THERE},
	{ICLOUD, LOGIN, {535}, NONE, NONE, "iCloud wants an app-specific password, made in the Apple account",
		SMTPS_HINT_ONLY_THERE},
	{"Fastmail", "fastmail.com|messagingengine.com", LOGIN, {535}, NONE, NONE,
		"Fastmail wants an app password, made in its settings under Privacy & Security",
		SMTPS_HINT_ONLY_THERE},
	{"Postmark", "postmarkapp.com", LOGIN, {535}, NONE, NONE,
		"Postmark wants the server's API token both as user name and as password", SMTPS_HINT_ONLY_THERE},
	{BREVO, LOGIN, {535}, NONE, NONE,
		"Brevo wants the SMTP key of its SMTP & API page as password, not the account's own",
		SMTPS_HINT_ONLY_THERE},
	{"SparkPost", "sparkpostmail.com", LOGIN, {535}, NONE, NONE,
		"SparkPost's user name is SMTP_Injection and the password an API key that may send by SMTP",
		SMTPS_HINT_ONLY_THERE},
	{ZOHO, LOGIN, {535}, NONE, NONE,
		"Zoho wants the full address as user name and an app-specific password where two-factor sign-in is on, at the host "
		"of the account's region (zoho.com, zoho.eu, zoho.in)",
		SMTPS_HINT_ONLY_THERE},

	/* --- logging in, by server --- */
	{MANY, 0, {4, 5}, NONE,
		{"too many login attempts|too many failed login*|too many failed auth*|too many bad auth*|too many auth*|too many invalid logins"},
		"the server limits logins and has seen too many: wait, check the password, and keep connections (persistent) instead of "
		"logging in for each mail",
		SMTPS_HINT_LOGIN_LIMIT},
	{"many (RFC 4954)", "", LOGIN, {432}, {4, 7, 12}, NONE,
		"the account has to change its password first: log in by the provider's own page once, then set the new password",
		0},
	{POSTFIX, LOGIN, {503, 502}, NONE, {"authentication not enabled"},
		"the server allows logins only over TLS or not on this port: use encryption=starttls on port 587, or port 465",
		0},
	{EXIM, LOGIN, {535}, NONE, {"incorrect authentication data"},
		"wrong login: use the full mail address as user name and check the password; if they are right, the host may redirect "
		"port 25, 465 and 587 to its own server, so try port 2525",
		0},
	{POSTFIX, LOGIN, {535}, {5, 7, 8}, {"authentication failed*"},
		"wrong login: check the password, and use the full mail address as user name", 0},
	{MANY, 0, {530, 538, 454, 523}, NONE,
		{"must issue a starttls|starttls first|encryption required|requires encryption"},
		"the server wants encryption first: use encryption=starttls on port 587, or port 465", 0},
	{"many (RFC 4954)", "", 0, {538}, NONE, NONE,
		"the server wants encryption for this login: use encryption=starttls on port 587, or port 465", 0},
	{MANY, 0, {530, 550, 554, 503}, NONE,
		{"authentication required|authentication is required|authenticate first|not authenticated|must authenticate"},
		LOG_IN, 0},
	{MANY, LOGIN, {534}, NONE, {"app password|application password|app-specific|application-specific"},
		"the server wants an app password instead of the account's own: make one in the account's security settings",
		SMTPS_HINT_APP_PASSWORD},
	{MANY, LOGIN, {534}, NONE, {"web browser|browser|webmail|web login|web interface"},
		"the server wants a login by its web page first: sign in there once from the same account, then try again",
		SMTPS_HINT_APP_PASSWORD},
	{MANY, LOGIN, {525}, NONE, NONE, "the account is disabled: ask the mail provider to enable it", 0},
	{MANY, LOGIN, {535}, NONE, {"disabled|suspended|locked"},
		"the account is disabled or locked: ask the mail provider", 0},

	/* --- how often and how much --- */
	{MICROSOFT, 0, {432, 421, 554}, NONE, {"thread limit exceeded|concurrent connections limit exceeded"},
		"Microsoft 365 allows three connections for each mailbox: set max_connections=3 or lower",
		SMTPS_HINT_THROTTLED | SMTPS_HINT_CONNECTIONS},
	{MICROSOFT, 0, {432}, {4, 3, 2}, NONE,
		"Microsoft 365 allows three connections for each mailbox: set max_connections=3 or lower",
		SMTPS_HINT_THROTTLED | SMTPS_HINT_CONNECTIONS},
	{MICROSOFT, 0, {451}, {4, 7, 500}, NONE,
		"Microsoft 365 slows this sender down: send fewer mails a minute (max_rate) and try again later",
		SMTPS_HINT_THROTTLED},
	{GMAIL, 0, {550, 421, 452, 454}, NONE,
		{"daily user sending limit exceeded|daily user sending quota exceeded|daily smtp relay*"},
		"the Google account has used up its mails of the day: wait a day, or send by a transactional mail service",
		0},
	{GMAIL, 0, {550, 421, 452}, {X, 4, 5}, {"limit|quota"},
		"the Google account has used up its mails of the day: wait a day, or send by a transactional mail service",
		SMTPS_HINT_ONLY_THERE},
	{GMAIL, 0, {421}, {4, 7, 0}, {"try again later, closing connection"},
		"Google distrusts this server's address or its rate for now: wait, and check the address's reputation and reverse DNS",
		0},
	{SES, 0, {454}, NONE, {"throttling failure", "daily message quota"},
		"the SES account has used up its mails of 24 hours: wait, or ask AWS for a higher sending quota", 0},
	{SES, 0, {454}, NONE, {"throttling failure"},
		"SES limits mails a second: set max_rate to the account's sending rate, or ask AWS for more",
		SMTPS_HINT_THROTTLED},
	{SES, 0, {451}, {4, 4, 2}, {"timeout waiting for data"},
		"the server dropped a connection that had been idle; it is opened again by itself (a lower idle_timeout avoids it)",
		0},
	{EXIM, 0, {550, 451, 450}, NONE,
		{"max defers and failures per hour|max emails per hour|maximum emails per hour"},
		"the web host limits the mails of this domain for each hour: ask the host for more, or use a mail service",
		0},
	{MANY, 0, {4, 5}, NONE,
		{"daily*|per day|per hour|hourly", "limit|limits|quota|exceed*|max|maximum|too many"},
		"the account has used up what it may send for now: wait, or ask the provider for a higher limit", 0},
	{MANY, 0, {421, 432, 450, 451, 452}, NONE,
		{"too many connections|too many concurrent*|concurrent connection*|too many simultaneous*|connection limit*|too many sessions|"
		 "maximum number of connections|maximum number of concurrent*|too many smtp*|too many open connections"},
		"the server limits connections: lower max_connections, and kept ones (max_kept)",
		SMTPS_HINT_THROTTLED | SMTPS_HINT_CONNECTIONS},
	{MANY, 0, {452, 552}, NONE, {"too many recipients|too many rcpt*|recipient limit|recipients limit"},
		"more recipients than the server takes for one mail; the rest is sent in a further transaction by itself",
		SMTPS_HINT_MANY_RECIPIENTS},
	{MANY, 0, {4, 5}, {X, 5, 3}, NONE,
		"more recipients than the server takes for one mail; the rest is sent in a further transaction by itself",
		SMTPS_HINT_MANY_RECIPIENTS},
	{MANY, 0, {421, 450, 451, 452, 454}, NONE,
		{"rate|rate limit*|ratelimit*|rate-limit*|throttl*|too fast|too much mail|too many messages|too many mails|too many emails|"
		 "too many recipients|slow down|sending too quickly"},
		"the server limits how fast mails come: set max_rate, and try again later", SMTPS_HINT_THROTTLED},

	/* --- who may send as whom --- */
	{MICROSOFT, 0, {554, 550}, NONE, {"SendAsDenied"}, UNLIKE_LOGIN, 0},
	{MICROSOFT, 0, {550, 554}, {5, 7, 60}, NONE,
		"the login may not send as this From: use the login's address as from, or have Send As granted to it in Microsoft 365",
		0},
	{MICROSOFT, 0, {550}, NONE, {"bad outbound sender"},
		"Microsoft 365 blocked this account for sending spam: an administrator must release it under Restricted entities",
		0},
	{MICROSOFT, 0, {550}, {5, 1, 8}, {"access denied"},
		"Microsoft 365 blocked this account for sending spam: an administrator must release it under Restricted entities",
		0},
	{MICROSOFT, 0, {550}, {5, 7, 501}, NONE,
		"Microsoft 365 blocked this account for sending spam: an administrator must release it under Restricted entities",
		0},
	{MICROSOFT, 0, {550}, {5, 7, 708}, NONE,
		"Microsoft 365 takes no mail from this address (a new organisation, or one with a bad reputation): ask its support",
		0},
	{SES, MESSAGE, {554}, NONE, {"email address is not verified|email address not verified"},
		"SES knows this sender not (or, in the sandbox, this recipient): verify the address or its domain in this region, and ask AWS "
		"to leave the sandbox",
		0},
	{SES, 0, {554, 530, 535}, NONE, {"ses:SendRawEmail"},
		"the IAM user of these SMTP credentials lacks a permission: allow it ses:SendRawEmail", 0},
	{SENDGRID, 0, {550}, NONE, {"verified sender identity"},
		"SendGrid knows this From not: verify the sender, or better its domain, in the SendGrid account", 0},
	{MAILGUN, 0, {550, 421, 554}, NONE, {"sandbox subdomain*"},
		"the Mailgun sandbox sends to authorised recipients only: add a domain of your own, or authorise the recipient",
		0},
	{MAILGUN, 0, {421, 550}, NONE, {"domain", "not allowed to send:"},
		"Mailgun has disabled this domain or account: see the account's page there", 0},
	{ZOHO, 0, {553, 550, 554}, NONE, {"relaying disallowed as|sender is not allowed to relay*"}, UNLIKE_LOGIN,
		0},
	{POSTFIX, MESSAGE, {553, 550, 554}, NONE,
		{"not owned by user|not allowed to send as|sender address is not allowed|not permitted to send as|sender address rejected: not "
		 "logged in"},
		UNLIKE_LOGIN, 0},
	{POSTFIX, MESSAGE, {554, 454, 550, 551, 553, 571}, NONE,
		{"relay access denied|relaying denied|relay not permitted|unable to relay|relaying not allowed|relay denied|authentication is "
		 "required for relay*"},
		"the server forwards mail only for those who log in: set username and password", 0},
	{GMAIL, MESSAGE, {550, 421}, {X, 7, 26}, NONE, UNAUTHENTICATED_FROM, 0},
	{MANY, MESSAGE, {550, 554, 421, 451}, NONE, {"dmarc|spf|dkim|unauthenticated"}, UNAUTHENTICATED_FROM, 0},

	/* --- our name and address --- */
	{POSTFIX, 0, {504, 501, 550, 554, 450}, NONE, {"helo command rejected"}, OUR_NAME, SMTPS_HINT_EHLO_NAME},
	{EXIM, 0, {501, 550, 554, 504}, NONE,
		{"syntactically invalid ehlo*|syntactically invalid helo*|invalid helo*|invalid ehlo*|"
		 "bad helo*|bad ehlo*|helo name|ehlo name"},
		OUR_NAME, SMTPS_HINT_EHLO_NAME},
	{MANY, 0, {4, 5}, NONE,
		{"blocked using|blacklist*|blocklist*|block list|black list|spamhaus|spamcop|barracuda*|rbl|dnsbl|listed at|listed in|listed by"},
		"this server's address stands on a block list: see the one the reply names and ask to be removed, or send by a mail service",
		0},
	{MANY, 0, {4, 5}, NONE,
		{"reverse dns|reverse lookup|reverse hostname|ptr record|no ptr|rdns|cannot find your hostname|cannot find your reverse hostname"},
		"this server's address has no name that fits in reverse DNS: have the host set one, or send by a mail service",
		0},
	{MANY, 0, {4, 5}, {X, 7, 25}, NONE,
		"this server's address has no name that fits in reverse DNS: have the host set one, or send by a mail service",
		0},
	{MANY, AT(EHLO), {421, 550}, NONE, {"helo|ehlo|hostname|host name|fully-qualified|fqdn"}, OUR_NAME,
		SMTPS_HINT_EHLO_NAME},
	{MANY, AT(EHLO), {501, 504}, NONE, NONE, OUR_NAME, SMTPS_HINT_EHLO_NAME},

	/* --- the message --- */
	{GMAIL, 0, {552, 550, 554}, NONE, {"potential security issue"},
		"Google refuses this kind of attachment (programs and archives of them): send a link to the file instead",
		0},
	{MANY, 0, {552, 554, 550, 523}, NONE,
		{"message size*|exceeds size*|size exceeds|size limit*|message too large|message too big|too large|too big|maximum size"},
		TOO_LARGE, 0},
	{MANY, 0, {5}, {X, 3, 4}, NONE, TOO_LARGE, 0},
	{MANY, 0, {552, 550, 554}, {X, 2, 3}, NONE, TOO_LARGE, 0},
	{MANY, MESSAGE, {4, 5}, NONE, {"spam|virus|malware|phishing|unsolicited"},
		"the server takes the message for spam or worse: look at its links and attachments, and at SPF, DKIM and DMARC of its From "
		"domain",
		0},

	/* --- the recipient --- */
	{MANY, 0, {450, 451, 421, 452}, NONE, {"greylist*|graylist*|grey-list*|gray-list*"},
		"the server puts unknown senders off once (greylisting): send the mail again in some minutes", 0},
	{MANY, AT(RCPT) | AT(DATA) | AT(END), {4, 5}, {X, 2, 2}, NONE,
		"the recipient's mailbox is full: only the recipient can change that", 0},
	{MANY, AT(RCPT) | AT(DATA) | AT(END), {4, 5}, NONE,
		{"mailbox full|mailbox is full|over quota|quota exceeded|out of storage space"},
		"the recipient's mailbox is full: only the recipient can change that", 0},
	{MANY, AT(RCPT) | AT(DATA) | AT(END), {5}, {X, 1, 1}, NONE,
		"there is no such mailbox: check the recipient's address and remove it from lists", 0},
	{MANY, AT(RCPT) | AT(DATA) | AT(END), {550, 551, 553, 554}, NONE,
		{"user unknown|unknown user|no such user|does not exist|no such recipient|recipient not found|unknown recipient|no mailbox "
		 "here|invalid recipient|user not found|mailbox not found|mailbox unavailable"},
		"there is no such mailbox: check the recipient's address and remove it from lists", 0},
	{MANY, AT(RCPT) | AT(DATA) | AT(END), {5}, {X, 1, 10}, NONE,
		"the recipient's domain takes no mail (null MX): check the address", 0},
	{MANY, AT(RCPT) | AT(DATA) | AT(END), {5}, {X, 1, 2}, NONE,
		"the recipient's domain takes no mail or does not exist: check the part behind the @", 0},
	{MANY, AT(RCPT) | AT(DATA) | AT(END), {5}, {X, 2, 1}, NONE,
		"the recipient's mailbox is disabled: only the recipient or their provider can change that", 0},
	{MANY, MESSAGE, {4, 5}, {X, 1, 8}, NONE,
		"the server cannot find the sender's domain: check from and envelope_from, and the domain's DNS", 0},
	{MANY, MESSAGE, {4, 5}, NONE, {"sender address rejected|domain not found|sender domain*"},
		"the server does not accept this sender: check from and envelope_from, and that their domain exists in DNS",
		0},

	/* --- what remains, by code --- */
	{MANY, LOGIN, {535}, NONE, NONE,
		"wrong login: check user name (often the full mail address) and password; some providers want an app password",
		0},
	{MANY, LOGIN, {534}, NONE, NONE,
		"the server refuses this way to log in for this account: set auth to a stronger mechanism, or ask the provider for an app "
		"password",
		0},
	{MANY, LOGIN, {454, 451, 421, 432}, NONE, NONE,
		"the server cannot check logins at the moment: try again later", 0},
	{MANY, LOGIN, {500, 501, 502, 503, 504}, NONE, NONE,
		"the server does not take this way to log in here: try another with auth, and check port and encryption",
		0},
	{MANY, 0, {530}, NONE, NONE, LOG_IN, 0},
	{MANY, AT(STARTTLS), {454, 4}, NONE, NONE,
		"the server has no TLS at the moment (often an expired certificate there): try port 465, or tell its administrator",
		0},
	{MANY, AT(STARTTLS), {5}, NONE, NONE,
		"the server refuses TLS on this port: try port 465 (encryption=implicit), or tell its administrator",
		0},
	{MANY, AT(GREETING) | AT(EHLO), {5}, NONE, NONE,
		"the server takes no connections from this address: ask its administrator, or the host of this site",
		0},
	{MANY, 0, {421}, NONE, NONE, "the server is closing or overloaded: try again later", 0},
	{MANY, 0, {452, 431}, NONE, NONE, "the server has no room at the moment: try again later", 0},
	{MANY, MESSAGE, {5}, {X, 6, 7}, NONE,
		"the server cannot carry addresses outside ASCII to this recipient: use another address of theirs",
		0},
	{MANY, MESSAGE, {5}, {X, 7, 1}, NONE,
		"the server refuses this mail by its own rules: see its words; often sender, login or the address's reputation are meant",
		0},
	{MANY, 0, {4}, NONE, NONE, "the server could not take it now: try again later", 0},
};

const size_t smtps_hint_row_count = sizeof smtps_hint_rows / sizeof smtps_hint_rows[0];
