/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "help.h"

#include "config.h"
#include "options.h"
#include "preload.h"
#include "show.h"
#include "text.h"

enum { HELP_BYTES = 16384, COLUMN_HELP = 33 };

static const char intro[] = "Usage: nsexec [OPTION]... [--] [PROGRAM [ARG]...]\n"
			    "Run PROGRAM (default: $SHELL) in other namespaces.\n";

static const char headings[NSX_ABOUT_COUNT][56] = {
	[NSX_ABOUT_JOINING] = "\nJoining namespaces:\n",
	[NSX_ABOUT_CREATING] = "\nCreating namespaces:\n",
	[NSX_ABOUT_BECOMING] = "\nWho the program is:\n",
	[NSX_ABOUT_ENVIRONMENT] = "\nIts environment, in the order in which it is said:\n",
	[NSX_ABOUT_CREDENTIALS] = "\nWhat it may do:\n",
	[NSX_ABOUT_LIMITS] = "\nWith which limits:\n",
	[NSX_ABOUT_RUNNING] = "\nWhere and how it runs:\n",
};

static const char outro[] =
	"\n"
	"A FILE is attached: -n/run/netns/blue or --net=/run/netns/blue.  Without FILE the\n"
	"namespace is the target's.  Joining needs CAP_SYS_ADMIN in the user namespace that\n"
	"owns the namespace; as an ordinary user, join your container's with -U.\n"
	"\n"
	"The same words, in NSEXEC, move a program that knows nothing of it:\n"
	"  NSEXEC='-t 1234 -n' LD_PRELOAD=$(nsexec --preload-path) java -jar app.jar\n"
	"\n"
	"Exit status: the program's own; 125 nsexec failed, 126 the program cannot be\n"
	"executed, 127 it was not found.  The manual: nsexec(1).\n";

static void put_row(struct nsx_text *t, const struct nsx_option_row *row)
{
	const size_t start = t->len;

	nsx_text_str(t, row->letter ? "  -" : "    ");
	if (row->letter)
		nsx_text_bytes(t, &row->letter, 1);
	nsx_text_str(t, row->letter ? ", --" : "  --");
	nsx_text_str(t, row->name);
	if (row->takes == NSX_TAKES_FILE) {
		nsx_text_str(t, "[=");
		nsx_text_str(t, row->value);
		nsx_text_str(t, "]");
	} else if (row->takes != NSX_TAKES_NOTHING) {
		nsx_text_str(t, " ");
		nsx_text_str(t, row->value);
	}
	nsx_text_str(t, " ");
	do
		nsx_text_str(t, " ");
	while (t->len < start + COLUMN_HELP);
	nsx_text_str(t, row->help);
	nsx_text_str(t, "\n");
}

static int show_help(struct nsx_error *e)
{
	char buf[HELP_BYTES];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, intro);
	for (enum nsx_option opt = 0; opt < NSX_OPT_COUNT; opt++) {
		if (!opt || nsx_option_rows[opt].about != nsx_option_rows[opt - 1].about)
			nsx_text_str(&t, headings[nsx_option_rows[opt].about]);
		put_row(&t, &nsx_option_rows[opt]);
	}
	nsx_text_str(&t, outro);
	return nsx_show(t.buf, t.len, e);
}

static int show_version(struct nsx_error *e)
{
	static const char version[] = "nsexec " PACKAGE_VERSION "\n";

	return nsx_show(version, sizeof(version) - 1, e);
}

static int show_preload_path(struct nsx_error *e)
{
	char path[NSX_PRELOAD_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));

	nsx_preload_path(&t);
	nsx_text_str(&t, "\n");
	return nsx_show(t.buf, t.len, e);
}

int nsx_help(enum nsx_show show, struct nsx_error *e)
{
	switch (show) {
	case NSX_SHOW_HELP:
		return show_help(e);
	case NSX_SHOW_VERSION:
		return show_version(e);
	case NSX_SHOW_PRELOAD_PATH:
		return show_preload_path(e);
	case NSX_SHOW_LIST:
	case NSX_SHOW_NOTHING:
		break;
	}
	return 0;
}
