// SPDX-License-Identifier: Apache-2.0
//
// Run commands inside containers from Node.js, through addon.c.
//
//	node run.js PID... -- COMMAND [ARG]...
'use strict';

const nsexec = require('./nsexec.node');

async function main(args) {
	const end = args.indexOf('--');
	if (end < 0) {
		console.error('usage: run.js PID... -- COMMAND [ARG]...');
		return 2;
	}
	const pids = args.slice(0, end);
	const command = args.slice(end + 1);

	// All at once: none of them waits for another one, nor does the event loop.
	const answers = await Promise.allSettled(
		pids.map((pid) => nsexec.run(['-t', pid, '--all'], command, 10000)));

	let failed = 0;
	answers.forEach(({ value, reason }, i) => {
		if (reason) {
			failed = 1;
			const { message, step, errno, subject, hint } = reason;
			console.error(`${pids[i]}: ${message}`);
			console.error(`${pids[i]}: step ${step}, errno ${errno}, ${subject}`);
			if (hint)
				console.error(`${pids[i]}: ${hint}`);
			return;
		}
		const out = value.out.toString() + value.err.toString();
		const late = value.timedOut ? ', killed: too late' : '';
		console.log(`${pids[i]}: status ${value.status}${late}: ${out.trim()}`);
	});
	return failed;
}

main(process.argv.slice(2)).then((status) => { process.exitCode = status; });
