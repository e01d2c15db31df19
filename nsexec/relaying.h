/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the relay share: relay.c waits and decides, relay_bytes.c carries. */
#ifndef NSX_RELAYING_H
#define NSX_RELAYING_H

#include "relay.h"

enum { NSX_RELAY_STREAM_BYTES = 4096 }; /* as much as a terminal gives at once */

/* Bytes under way. */
struct nsx_relay_stream {
	size_t at, end;
	unsigned char bytes[NSX_RELAY_STREAM_BYTES];
};

struct nsx_relay {
	struct nsx_console *console;
	const struct nsx_log *log;
	struct nsx_program program;
	int signals; /* readable while one is pending */
	bool is_job; /* the program has no terminal of its own, and is of our group */
	int master;  /* NSX_NOFD: there is none, or it is hung up */
	struct nsx_relay_stream keys; /* to the program */
	struct nsx_relay_stream text; /* from the program */
	bool ours;		      /* nobody else's turn at the console */
	bool in_ended;
	bool out_closed;    /* from the beginning: what the program writes goes nowhere */
	bool quiet;	    /* nobody has the program's side open */
	unsigned char last; /* byte from the console; 0: none yet */
	uint32_t eof_mode;  /* of the terminal when the end of file was said */
	int eof_millis;	    /* until we look at it again */
};

static inline bool nsx_relay_empty(const struct nsx_relay_stream *s)
{
	return s->at == s->end;
}

/* What is typed, to the program; an end of it is said to the terminal. */
void nsx_relay_read_keys(struct nsx_relay *r);
void nsx_relay_write_keys(struct nsx_relay *r);

/* Nothing has happened since the end was said: once more, if need be. */
void nsx_relay_repeat_eof(struct nsx_relay *r);

/* What the program writes, to the caller.  Return: was there something? */
bool nsx_relay_read_text(struct nsx_relay *r);
void nsx_relay_write_text(struct nsx_relay *r);

/* The kernel tells whoever has it for a controlling terminal. */
void nsx_relay_hang_up(struct nsx_relay *r);

#endif
