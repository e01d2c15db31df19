// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"nsexec.dev/nsexec"
)

// processesWith lists the processes whose command line has the mark.
func processesWith(mark string) (found []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if text, _ := os.ReadFile(file); bytes.Contains(text, []byte(mark)) {
			found = append(found, file+" "+string(text))
		}
	}
	return found
}

func TestCancelingInAnyMomentLeavesNothing(t *testing.T) {
	c := newContainer(t, true)
	mark := fmt.Sprintf("9%d.5", os.Getpid())
	commands := []func(context.Context) *nsexec.Cmd{
		func(ctx context.Context) *nsexec.Cmd {
			return nsexec.CommandContext(ctx, c.all(), "sleep", mark)
		},
		func(ctx context.Context) *nsexec.Cmd {
			return nsexec.CommandContext(ctx, c.kinds(nsexec.User|nsexec.UTS), "sleep", mark)
		},
		func(ctx context.Context) *nsexec.Cmd {
			return nsexec.SelfContext(ctx, c.all(), "inside-sleep", mark)
		},
		func(ctx context.Context) *nsexec.Cmd {
			return nsexec.CommandContext(ctx, c.all(), "no-such-program", mark)
		},
	}
	// How long a start takes here and today is the span that matters.
	began := time.Now()
	if err := nsexec.Command(c.all(), "true").Run(); err != nil {
		t.Fatal(err)
	}
	span := 3 * time.Since(began)

	clean := nothingLeft(t)
	during, after := 0, 0
	for i := 0; i < 200; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		timer := time.AfterFunc(time.Duration(rand.Int63n(int64(span))), cancel)
		cmd := commands[i%len(commands)](ctx)
		cmd.Stdin = &bytes.Buffer{}
		cmd.Stdout = &bytes.Buffer{}
		err := cmd.Start()
		if err == nil {
			after++
			err = cmd.Wait()
		} else {
			during++
		}
		var e *nsexec.Error
		if !errors.Is(err, context.Canceled) && !errors.As(err, &e) {
			t.Errorf("%v: %v", cmd, err)
		}
		timer.Stop()
		cancel()
	}
	t.Logf("%d while starting, %d afterwards, within %v", during, after, span)
	clean()
	if left := processesWith(mark); left != nil {
		t.Errorf("left: %q", left)
	}
}

func TestContextThatIsDoneStartsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	clean := nothingLeft(t)
	cmd := nsexec.CommandContext(ctx, ours(), "true")
	cmd.Stdout = &bytes.Buffer{}
	if err := cmd.Run(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	clean()
}

func TestCanceledProgramTellsBothReasons(t *testing.T) {
	for name, target := range places(t) {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		err := nsexec.CommandContext(ctx, target, "sleep", "100").Run()
		cancel()
		var exit *exec.ExitError
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &exit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProgramThatEndsInTimeIsNotCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := nsexec.CommandContext(ctx, ours(), "true")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // it is a zombie by now
	cancel()
	if err := cmd.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCancelMayBeGentle(t *testing.T) {
	for name, target := range places(t) {
		ctx, cancel := context.WithCancel(context.Background())
		cmd := nsexec.CommandContext(ctx, target, "sh", "-c", "trap 'exit 7' INT; echo; sleep 100 & wait")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		out.Read(make([]byte, 1))
		cancel()
		err = cmd.Wait()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 7 || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWaitDelayEndsWhatIgnoresItsCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := nsexec.CommandContext(ctx, ours(), "sh", "-c", "trap '' INT; echo; while :; do sleep 0.1; done")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 200 * time.Millisecond
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.Read(make([]byte, 1))
	cancel()
	if err := cmd.Wait(); !errors.Is(err, context.Canceled) || cmd.ProcessState.String() != "signal: killed" {
		t.Errorf("%v, %v", err, cmd.ProcessState)
	}
}

func TestWaitDelayLetsGoOfPipesThatOthersKeepOpen(t *testing.T) {
	var out bytes.Buffer
	cmd := nsexec.Command(ours(), "sh", "-c", "sleep 3 & echo here")
	cmd.Stdout = &out
	cmd.WaitDelay = 100 * time.Millisecond
	began := time.Now()
	if err := cmd.Run(); !errors.Is(err, nsexec.ErrWaitDelay) || out.String() != "here\n" {
		t.Errorf("%v, %q", err, &out)
	}
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("it took %v", d)
	}
}
