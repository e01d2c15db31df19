// SPDX-License-Identifier: Apache-2.0
// A command that waits for a file, which the event loop makes while it waits.
//
//	node ticks.js ADDON FILE
'use strict';

const nsexec = require(process.argv[2]);
const file = process.argv[3];

setTimeout(() => require('fs').writeFileSync(file, ''), 0);
nsexec.run([], ['sh', '-c', 'until [ -e "$0" ]; do sleep 0.02; done', file], 10000)
	.then((r) => console.log(`status ${r.status}, timed out: ${r.timedOut}`));
