// SPDX-License-Identifier: Apache-2.0
// Where am I?  As Node sees it; knows nothing of nsexec.
const fs = require('fs');
const os = require('os');
const { Worker } = require('worker_threads');

const workers = [1, 2, 3].map(() => new Worker('setInterval(() => {}, 1000)', { eval: true }));
Promise.all(workers.map((w) => new Promise((online) => w.on('online', online)))).then(() => {
  const tasks = fs.readdirSync('/proc/self/task');
  const networks = new Set(tasks.map((t) => fs.readlinkSync(`/proc/self/task/${t}/ns/net`)));
  const interfaces = Object.keys(os.networkInterfaces()).sort().join(',') || '-';
  console.log(process.pid, os.hostname(), interfaces, `${tasks.length}/${networks.size}`);
  process.exit(0);
});
