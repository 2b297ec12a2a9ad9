/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the token fit: valid, for long enough, with the scope api, and of the user in the form
 * (GL-05 to GL-09, GL-21)? A token that was not given, or could not be sent, proves nothing. One
 * that went in the clear, because the plan's URL is http, is a risk (TLS-11, the cause that speaks
 * of http where https belongs).
 */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/endpoint_refusal.h"

#include <errno.h>
#include <strings.h>

#define NEAR_DAYS 14
#define TOKEN_EXPECTED "a token that is active, has the scope api and belongs to gitlab.username"

/* Days since 1970-03-01 of "YYYY-MM-DD..." (proleptic Gregorian); false: it is no date. */
static bool day_number(const char *date, int64_t *day)
{
	static const char shape[] = "dddd-dd-dd";
	int64_t year = 0, month, rest;
	size_t i;

	for (i = 0; i < sizeof(shape) - 1; i++)
		if (!date || (shape[i] == 'd' ? date[i] < '0' || date[i] > '9' : date[i] != '-'))
			return false;
	for (i = 0; i < 4; i++)
		year = year * 10 + (date[i] - '0');
	month = (date[5] - '0') * 10 + (date[6] - '0');
	rest = (date[8] - '0') * 10 + (date[9] - '0');
	if (month < 3) {
		year--;
		month += 12;
	}
	*day = 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + rest;
	return true;
}

static struct finding *add(const struct gitlab_view *view, int status)
{
	return above_add(view->context, view->out, status,
			  &(struct above_place){ view->target, &view->row->address, RUNG_TOKEN });
}

static void tell_asked(const struct gitlab_view *view, struct finding *finding)
{
	static const char *const paths[] = { "/api/v4/version", "/personal_access_tokens/self",
					     "/api/v4/user" };
	const struct endpoints_facts *endpoints = &view->context->facts->endpoints;
	const struct above_asked asked = { view->row->url, &view->row->address, RUNG_TOKEN };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		above_tell(endpoints,
			   above_exchange(endpoints, &asked, paths[i]),
			   view->out, finding);
}

static void settle_by_token(const struct gitlab_view *view, struct finding *finding)
{
	finding_settle(view->out, finding,
		       "reachback check --vantage vswitch-host --gitlab-token-file FILE (plan key "
		       "gitlab.token_file, or the variable REACHBACK_GITLAB_TOKEN)");
}

static void judge_invalid(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	bool lost = row->token_arrives.known && !row->token_arrives.value;
	struct finding *finding = add(view, STATUS_FAIL);

	finding_cause(view->out, finding, lost ? "GL-05" : "GL-06");
	finding_expected(view->out, finding, TOKEN_EXPECTED);
	above_fact(view->out, finding, (struct above_member){ view->index, "token" },
		   "401%s%s", row->message ? ": " : "", row->message ? row->message : "");
	tell_asked(view, finding);
	if (lost) {
		finding_message(view->out, finding, "GitLab never sees the token: something before "
						    "it drops the header PRIVATE-TOKEN");
		above_fact(view->out, finding,
			   (struct above_member){ view->index, "token_arrives" },
			   "a request that takes no bad token was answered all the same");
		finding_remedy(view->out, finding, "server",
			       "let the reverse proxy pass PRIVATE-TOKEN and Authorization on");
		return;
	}
	finding_message(view->out, finding, "GitLab refuses the token: %s",
			row->message ? row->message : "401");
	finding_remedy(view->out, finding, "gitlab",
		       "make a new personal access token with the scope api, and enter it in the "
		       "binding form");
}

static void judge_forbidden(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	enum refusal refusal = refusal_of(row->message);
	struct finding *finding = add(view, STATUS_FAIL);

	if (refusal == REFUSAL_OTHER && row->scopes_known && !strings_contain(&row->scopes, "api"))
		refusal = REFUSAL_SCOPE;
	finding_message(view->out, finding, "GitLab knows the token and refuses it: %s",
			row->message ? row->message : "403");
	finding_expected(view->out, finding, TOKEN_EXPECTED);
	above_fact(view->out, finding, (struct above_member){ view->index, "message" },
		   "403%s%s", row->message ? ": " : "", row->message ? row->message : "");
	tell_asked(view, finding);
	if (refusal == REFUSAL_OTHER) { /* of the account, and no word of what */
		finding_cause(view->out, finding, "GL-08");
		finding_cause(view->out, finding, "GL-21");
		finding_remedy(view->out, finding, "gitlab", "log in to GitLab as that user: it is "
							     "blocked, or has something to settle");
		return;
	}
	finding_cause(view->out, finding, refusal_cause(refusal));
	finding_remedy(view->out, finding, "gitlab", "%s", refusal_remedy(refusal));
}

static bool is_over(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;

	return (row->revoked.known && row->revoked.value) ||
	       (row->active.known && !row->active.value);
}

static bool lacks_scope(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;

	return (row->scopes_known && !strings_contain(&row->scopes, "api")) ||
	       refusal_of(row->message) == REFUSAL_SCOPE;
}

static bool is_blocked(const struct gitlab_view *view)
{
	return view->row->user_state && !text_equal(view->row->user_state, "active");
}

/* GitLab does not tell capitals apart in names of users. */
static bool is_of_another(const struct gitlab_view *view)
{
	const char *wanted = view->context->facts->plan.gitlab.username;

	return wanted && view->row->username && strcasecmp(wanted, view->row->username) != 0;
}

/* What a valid token may still lack; all that hold are told together. */
static const struct {
	bool (*holds)(const struct gitlab_view *view);
	const char *cause, *words, *platform, *remedy;
} defects[] = {
	{ is_over, "GL-06", "it is not active any more", "gitlab",
	  "make a new token with the scope api" },
	{ lacks_scope, "GL-07", "it lacks the scope api", "gitlab",
	  "make a token with the scope api" },
	{ is_blocked, "GL-08", "its user is not active", "gitlab", "unblock the user" },
	{ is_of_another, "GL-09", "it belongs to another user than the form's", "form",
	  "Username: the owner of the token" },
};

#define DEFECTS (sizeof(defects) / sizeof(defects[0]))

static void add_defects(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	const char *wanted = view->context->facts->plan.gitlab.username;
	struct finding *finding = add(view, STATUS_FAIL);
	struct text words;
	size_t i;

	text_init(&words, 1024);
	for (i = 0; i < DEFECTS; i++) {
		if (!defects[i].holds(view))
			continue;
		text_addf(&words, "%s%s", words.length ? "; " : "", defects[i].words);
		finding_cause(view->out, finding, defects[i].cause);
		finding_remedy(view->out, finding, defects[i].platform, "%s", defects[i].remedy);
	}
	finding_message(view->out, finding, "the token does not fit: %s", text_string(&words));
	finding_expected(view->out, finding, TOKEN_EXPECTED);
	text_clear(&words);
	for (i = 0; i < row->scopes.count; i++)
		text_addf(&words, " %s", row->scopes.items[i]);
	if (row->scopes_known)
		above_fact(view->out, finding, (struct above_member){ view->index, "scopes" },
			   "scopes:%s", text_string(&words));
	if (row->username)
		above_fact(view->out, finding, (struct above_member){ view->index, "username" },
			   "owner %s%s%s%s%s", row->username, wanted ? ", form " : "",
			   wanted ? wanted : "", row->user_state ? ", " : "",
			   row->user_state ? row->user_state : "");
	tell_asked(view, finding);
	if (text_error(&words) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&words);
}

/* What a valid token does not tell; NULL: nothing is missing. */
static const char *find_gap(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;

	if (!row->scopes_known)
		return "its scopes are not told by this GitLab (15.5 and later tell them): whether "
		       "api is among them";
	if (!row->username && view->context->facts->plan.gitlab.username)
		return "whose it is";
	return NULL;
}

static bool ends_soon(const struct gitlab_view *view, int64_t *days)
{
	int64_t now, end;

	if (!day_number(view->context->facts->started, &now) ||
	    !day_number(view->row->expires, &end))
		return false;
	*days = end - now;
	return *days < NEAR_DAYS;
}

/* A token that works, and what may yet come of it. */
static void add_risks(const struct gitlab_view *view, bool clear, bool soon, int64_t days)
{
	const struct gitlab_fact *row = view->row;
	struct finding *finding = add(view, STATUS_WARN);
	struct text words;

	text_init(&words, 1024);
	if (soon) {
		text_addf(&words, "it is valid until %s, %lld days", row->expires,
			  (long long)days);
		finding_cause(view->out, finding, "GL-06");
		above_fact(view->out, finding, (struct above_member){ view->index, "expires" },
			   "%s", row->expires);
		finding_remedy(view->out, finding, "gitlab", "rotate the token, and enter the new "
							     "one in the binding form");
	}
	if (clear) {
		text_addf(&words, "%sit goes over the network in the clear",
			  words.length ? "; " : "");
		finding_cause(view->out, finding, "TLS-11");
		finding_remedy(view->out, finding, "plan", "serve GitLab by https, and let "
							   "gitlab.url and external_url say so");
	}
	finding_message(view->out, finding, "the token of %s works, and %s",
			row->username ? row->username : "its user", text_string(&words));
	finding_expected(view->out, finding, "https, and a token for some weeks to come");
	tell_asked(view, finding);
	if (text_error(&words) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&words);
}

static void add_good(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	bool clear = text_equal(view->target->scheme, "http");
	struct finding *finding;
	int64_t days = 0;
	bool soon = ends_soon(view, &days);

	if (clear || soon) {
		add_risks(view, clear, soon, days);
		return;
	}
	finding = add(view, STATUS_PASS);
	finding_message(view->out, finding, "the token of %s is valid%s%s, with the scope api",
			row->username ? row->username : "its user", row->expires ? " until " : "",
			row->expires ? row->expires : "");
	tell_asked(view, finding);
}

static void judge_valid(const struct gitlab_view *view)
{
	const char *gap = find_gap(view);
	struct finding *finding;
	size_t i;

	for (i = 0; i < DEFECTS; i++)
		if (defects[i].holds(view)) {
			add_defects(view);
			return;
		}
	if (!gap) {
		add_good(view);
		return;
	}
	finding = add(view, STATUS_UNKNOWN);
	finding_message(view->out, finding, "GitLab takes the token, and %s is not known", gap);
	tell_asked(view, finding);
	finding_settle(view->out, finding, "look at the token in GitLab: user settings, access "
					   "tokens; scope api");
}

static void judge_unsent(const struct gitlab_view *view)
{
	struct finding *finding = add(view, STATUS_UNKNOWN);

	if (view->row->token == TOKEN_NONE) {
		finding_message(view->out, finding, "no token was given, so none was tried");
		settle_by_token(view, finding);
	} else {
		finding_message(view->out, finding, "the token was not sent: %s",
				view->row->withheld ? view->row->withheld : "it could not be");
		finding_settle(view->out, finding, "reachback check --vantage vswitch-host "
						   "--cacert FILE, or a certificate that verifies");
	}
	above_fact(view->out, finding, (struct above_member){ view->index, "token" },
		   "%s", token_outcome_words[view->row->token]);
}

static void judge(const struct gitlab_view *view)
{
	switch (view->row->token) {
	case TOKEN_NONE:
	case TOKEN_WITHHELD:
		judge_unsent(view);
		return;
	case TOKEN_VALID:
		judge_valid(view);
		return;
	case TOKEN_INVALID:
		judge_invalid(view);
		return;
	case TOKEN_FORBIDDEN:
		judge_forbidden(view);
		return;
	default:
		above_unreached_at(view->context, view->out,
				   &(struct above_place){ view->target, &view->row->address,
							  RUNG_TOKEN },
				   "what GitLab says to the token");
		return;
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	struct gitlab_view view = { .context = context, .target = above_gitlab(endpoints),
				    .row = above_row(endpoints, 0), .rung = RUNG_TOKEN,
				    .out = out };
	const struct endpoint_target *end;
	struct finding *finding;

	if (!view.target)
		return;
	end = above_end(endpoints, view.target);
	if (end != view.target) {
		finding = above_add(context, out, STATUS_UNKNOWN,
				  &(struct above_place){ end, NULL, RUNG_TOKEN });
		finding_message(out, finding, "the token goes to the plan's own URL alone, and %s "
					      "redirects", view.target->url);
		finding_settle(out, finding, "reachback check --vantage vswitch-host --gitlab-url "
					     "%s://%s", end->scheme, end->host);
	} else if (!view.row) {
		above_unreached(context, out, view.target, RUNG_TOKEN,
				"what GitLab says to the token");
	} else {
		for (; view.row; view.row = above_row(endpoints, ++view.index))
			judge(&view);
	}
}

const struct rule rule_gitlab_token_fits = {
	.code = "gitlab-token-fits",
	.area = "gitlab",
	.title = "the token is active, has the scope api and belongs to the user of the form",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-05", "GL-06", "GL-07", "GL-08", "GL-09", "GL-21", "TLS-11" },
	.after = { BELOW_TOKEN },
	.why = "Binding asks for the repository and sets a hook, which takes the scope api; the "
	       "form's user is who clones. A token ends after a year at the latest, and builds "
	       "with it.",
	.evidence = "with the token: /api/v4/version, /personal_access_tokens/self, /user. A token "
		    "that is refused is shown to a list that needs none and to git as well, so "
		    "that a header lost on the way is told from a bad token. Two weeks before its "
		    "end, and over plain http, it is a risk",
	.remedies = {
		{ "gitlab", "make a personal access token with the scope api" },
		{ "form", "Username: the owner of the token" },
		{ "server", "let the reverse proxy pass PRIVATE-TOKEN on" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_BIND,
	.skip = above_no_gitlab,
	.eval = evaluate,
};
