// SPDX-License-Identifier: Apache-2.0

// Command go-agent watches containers from the host: ten times a second it runs a
// function of its own inside of each, and prints what that has found as a JSON line.
//
//	go-agent [-every 100ms] [-rounds N] PID...
//
// PID is a process of the container.  SIGINT and SIGTERM end the agent.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func main() {
	// We are the process that ask has started, and inside already.
	if len(os.Args) == 2 && os.Args[1] == insideWord {
		inside()
		return
	}
	every := flag.Duration("every", 100*time.Millisecond, "time between two looks")
	rounds := flag.Int("rounds", 0, "end after so many looks; 0: never")
	flag.Usage = usage
	flag.Parse()
	containers, err := parse(flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "go-agent:", err)
		usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	watch(ctx, containers, *every, *rounds)
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: go-agent [-every DURATION] [-rounds N] PID...")
	flag.PrintDefaults()
}

func parse(args []string) ([]*container, error) {
	var containers []*container
	for _, arg := range args {
		pid, err := strconv.Atoi(arg)
		if err != nil || pid <= 0 {
			return nil, fmt.Errorf("%q is not a PID", arg)
		}
		containers = append(containers, &container{pid: pid})
	}
	if containers == nil {
		return nil, fmt.Errorf("no PID given")
	}
	return containers, nil
}

// line is what is printed for a container: facts, or why there are none.
type line struct {
	PID   int    `json:"pid"`
	Facts *Facts `json:"facts,omitempty"`
	Error string `json:"error,omitempty"`
}

// watch looks at all containers at once, in each round, until ctx is done.  All that it
// has started has ended when it returns.
func watch(ctx context.Context, containers []*container, every time.Duration, rounds int) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	out := json.NewEncoder(os.Stdout)
	for round := 1; ; round++ {
		for _, line := range look(ctx, containers) {
			if ctx.Err() == nil {
				out.Encode(line)
			}
		}
		if round == rounds {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func look(ctx context.Context, containers []*container) []line {
	lines := make([]line, len(containers))
	var all sync.WaitGroup
	for i, c := range containers {
		all.Add(1)
		go func(i int, c *container) {
			defer all.Done()
			lines[i].PID = c.pid
			facts, err := c.ask(ctx)
			if err != nil {
				lines[i].Error = err.Error()
				return
			}
			lines[i].Facts = facts
		}(i, c)
	}
	all.Wait()
	return lines
}
