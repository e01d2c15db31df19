// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"nsexec.dev/nsexec"
)

// insideWord is the argument by which main knows that it runs inside.
const insideWord = "inside"

// A look that takes longer than this has got stuck in something of the container's.
const patience = 2 * time.Second

// What the facts come from.  Whoever has to enter containers of ordinary users
// without being root adds nsexec.User.
const kinds = nsexec.Net | nsexec.Mount | nsexec.PID

// container is one that is watched, by a process of it.
type container struct {
	pid    int
	pidNS  uint64 // inode of its PID namespace, once it is known
	looked bool
}

// ask runs the function inside of the container and returns its result.  It is not to be
// called twice at once.
func (c *container) ask(ctx context.Context) (*Facts, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := nsexec.SelfContext(ctx, nsexec.Target{PID: c.pid, Kinds: kinds}, insideWord)
	cmd.Env = []string{} // our environment is none of the container's business
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	if err := c.check(cmd.Report.Namespaces[nsexec.PID]); err != nil {
		return nil, err
	}
	// It comes from our own code, but that has read it from the container's /proc:
	// it is data, and not to be trusted further than that.
	facts := new(Facts)
	if err := json.Unmarshal(out, facts); err != nil {
		return nil, fmt.Errorf("the answer from inside: %w", err)
	}
	return facts, nil
}

// check notices that the PID was given to a process of another container.  Between two
// looks nobody holds on to the process; during one nsexec does.
func (c *container) check(pidNS uint64) error {
	if c.looked && pidNS != c.pidNS {
		return fmt.Errorf("process %d is now of another container", c.pid)
	}
	c.pidNS, c.looked = pidNS, true
	return nil
}
