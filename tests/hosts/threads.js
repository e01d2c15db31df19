// SPDX-License-Identifier: Apache-2.0
// Node with worker threads.  See report.h for what it prints.
'use strict';
const { Worker } = require('worker_threads');
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');

const KINDS = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];
const WORKERS = 3;
const STAY = `
	const { parentPort } = require('worker_threads');
	parentPort.postMessage('alive');
	parentPort.on('message', () => {});
`;

function readdir(path) {
	try {
		return fs.readdirSync(path);
	} catch {
		return [];
	}
}

// The list holds the descriptor that served for listing; it is closed now.
function isOpen(fd) {
	return fs.lstatSync(`/proc/self/fd/${fd}`, { throwIfNoEntry: false }) !== undefined;
}

function report() {
	const tasks = readdir('/proc/self/task');
	const lines = [];
	for (const task of tasks) {
		for (const kind of KINDS) {
			try {
				const link = fs.readlinkSync(`/proc/self/task/${task}/ns/${kind}`);
				lines.push(`ns ${task} ${kind} ${link.replace(/.*\[|\]/g, '')}`);
			} catch {
				// a kind that this kernel does not have
			}
		}
	}
	lines.push(tasks.length ? `threads ${tasks.length}` : 'noproc');
	lines.push(`pid ${process.pid}`, `uid ${process.getuid()}`);
	for (const [name, value] of Object.entries(process.env))
		if (name.startsWith('NSEXEC') || name === 'LD_PRELOAD')
			lines.push(`env ${name}=${value}`);
	lines.push(`hostname ${os.hostname()}`);
	if (tasks.length)
		lines.push(`fds ${readdir('/proc/self/fd').filter(isOpen).join(' ')}`);
	lines.push('done');
	console.log(lines.join('\n'));
}

function alive() {
	const worker = new Worker(STAY, { eval: true });
	return new Promise((resolve) => worker.once('message', resolve));
}

process.on('SIGUSR1', () => console.log('got USR1'));
process.on('SIGTERM', () => {
	console.log('got TERM');
	process.exit(43);
});

Promise.all(Array.from({ length: WORKERS }, alive)).then(() => {
	report();
	switch (process.argv[2]) {
	case 'sleep':
		console.log('ready');
		setInterval(() => {}, 60000);
		break;
	case 'exit':
		process.exit(Number(process.argv[3]));
		break;
	case 'child': {
		const child = spawnSync('sh', ['-c', 'env; readlink /proc/self/ns/net']);
		for (const line of child.stdout.toString().trimEnd().split('\n'))
			console.log(`child ${line}`);
		process.exit(child.status);
		break;
	}
	default:
		process.exit(0);
	}
});
