// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// cancellation is what has come of watching the context.
type cancellation struct {
	err error     // why the program was ended, or could not be
	at  time.Time // zero: the context was not done
}

// watch ends the program when the context is done.
func (c *Cmd) watch() {
	c.ended = make(chan struct{})
	c.watched = make(chan cancellation, 1)
	if c.ctx == nil || c.ctx.Done() == nil {
		close(c.watched)
		return
	}
	go func() {
		defer close(c.watched)
		select {
		case <-c.ended:
		case <-c.ctx.Done():
			c.watched <- c.cancel()
		}
	}()
}

func (c *Cmd) cancel() cancellation {
	result := cancellation{err: c.ctx.Err(), at: time.Now()}
	if c.Cancel != nil {
		err := c.Cancel()
		if errors.Is(err, os.ErrProcessDone) {
			result.err = nil // it had ended before, as it wanted
		} else if err != nil {
			result.err = fmt.Errorf("nsexec: canceling Cmd: %w", err)
		}
	}
	if c.WaitDelay == 0 {
		return result
	}
	timer := time.NewTimer(c.WaitDelay)
	defer timer.Stop()
	select {
	case <-c.ended:
	case <-timer.C:
		c.Process.Kill()
	}
	return result
}

// Wait waits for the program to end, and for all of its input and output to be copied.
//
// The error is nil if the program ran, ended with status 0, and copying went well.  It
// is an *exec.ExitError if it ended otherwise; if it did so because the context
// was done, errors.Is finds the error of the context too.
func (c *Cmd) Wait() error {
	if c.Process == nil {
		return errors.New("nsexec: not started")
	}
	if c.ProcessState != nil {
		return errors.New("nsexec: Wait was already called")
	}
	state, err := c.Process.Wait()
	if err == nil && !state.Success() {
		err = &exec.ExitError{ProcessState: state}
	}
	c.ProcessState = state
	c.closePidfd()
	close(c.ended)
	canceled := <-c.watched
	switch {
	case err == nil:
		err = canceled.err
	case canceled.err != nil:
		err = &canceledError{canceled.err, err}
	}

	var up <-chan time.Time
	if c.WaitDelay != 0 {
		left := c.WaitDelay
		if !canceled.at.IsZero() {
			left -= time.Since(canceled.at)
		}
		timer := time.NewTimer(left)
		defer timer.Stop()
		up = timer.C
	}
	if copyErr := c.streams.wait(up); err == nil {
		err = copyErr
	}
	return err
}

// canceledError is the end of a program that its context has brought about.
type canceledError struct {
	cause error // of the context
	end   error // of the program
}

func (e *canceledError) Error() string        { return e.cause.Error() + ": " + e.end.Error() }
func (e *canceledError) Unwrap() error        { return e.end }
func (e *canceledError) Is(target error) bool { return errors.Is(e.cause, target) }
