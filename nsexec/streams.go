// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// streams are the standard streams of a program, and what goes on at our ends.
type streams struct {
	child   []*os.File     // to be closed once the program has them
	ours    []io.Closer    // our ends of pipes
	inputs  []func() error // what goroutines are to copy
	outputs []func() error
	done    chan copied // one value a copy
}

type copied struct {
	output bool
	err    error
}

// null opens the null device for a stream that nobody has asked for.
func (s *streams) null(flag int) (*os.File, error) {
	f, err := os.OpenFile(os.DevNull, flag, 0)
	if err == nil {
		s.child = append(s.child, f)
	}
	return f, err
}

func (s *streams) stdin(r io.Reader) (*os.File, error) {
	if r == nil {
		return s.null(os.O_RDONLY)
	}
	if f, ok := r.(*os.File); ok {
		return f, nil
	}
	theirs, mine, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s.child = append(s.child, theirs)
	s.ours = append(s.ours, mine)
	s.inputs = append(s.inputs, func() error {
		_, err := io.Copy(mine, r)
		if errors.Is(err, syscall.EPIPE) {
			err = nil // a program need not read all of it
		}
		if e := mine.Close(); err == nil && !errors.Is(e, os.ErrClosed) {
			err = e
		}
		return err
	})
	return theirs, nil
}

func (s *streams) output(w io.Writer) (*os.File, error) {
	if w == nil {
		return s.null(os.O_WRONLY)
	}
	if f, ok := w.(*os.File); ok {
		return f, nil
	}
	mine, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s.child = append(s.child, theirs)
	s.ours = append(s.ours, mine)
	s.outputs = append(s.outputs, func() error {
		_, err := io.Copy(w, mine)
		mine.Close() // a writer that fails must not leave the program waiting
		return err
	})
	return theirs, nil
}

// same reports whether two writers are one, which then gets all from one pipe, so that
// it is not written to from two goroutines.  Writers may be of types without "==".
func same(a, b io.Writer) bool {
	defer func() { _ = recover() }()
	return a == b
}

// open returns the three files for the program.
func (s *streams) open(stdin io.Reader, stdout, stderr io.Writer) ([]*os.File, error) {
	in, err := s.stdin(stdin)
	if err != nil {
		return nil, err
	}
	out, err := s.output(stdout)
	if err != nil {
		return nil, err
	}
	if stderr != nil && same(stdout, stderr) {
		return []*os.File{in, out, out}, nil
	}
	errs, err := s.output(stderr)
	if err != nil {
		return nil, err
	}
	return []*os.File{in, out, errs}, nil
}

// run starts to copy.
func (s *streams) run() {
	s.done = make(chan copied, len(s.inputs)+len(s.outputs))
	for _, copy := range s.inputs {
		go func(copy func() error) { s.done <- copied{false, copy()} }(copy)
	}
	for _, copy := range s.outputs {
		go func(copy func() error) { s.done <- copied{true, copy()} }(copy)
	}
}

// wait waits until all is copied, or until time is up: then the pipes are closed.  No
// time means for ever.
func (s *streams) wait(up <-chan time.Time) error {
	defer s.closeOurs()
	var first error
	outputs := len(s.outputs)
	for left := len(s.inputs) + outputs; left > 0; left-- {
		var one copied
		select {
		case one = <-s.done: // even if time is up as well
		default:
			select {
			case one = <-s.done:
			case <-up:
				s.giveUp(outputs)
				return ErrWaitDelay
			}
		}
		if first == nil {
			first = one.err
		}
		if one.output {
			outputs--
		}
	}
	return first
}

// giveUp stops to copy.  With its pipe closed, the copy of an output ends; the
// caller may look at what it has got only after that.  The copy of an input may be
// waiting for the caller's reader, for ever.
func (s *streams) giveUp(outputs int) {
	s.closeOurs()
	for outputs > 0 {
		if one := <-s.done; one.output {
			outputs--
		}
	}
}

func (s *streams) closeChild() {
	for _, f := range s.child {
		f.Close()
	}
	s.child = nil
}

func (s *streams) closeOurs() {
	for _, c := range s.ours {
		c.Close()
	}
	s.ours = nil
}

// StdinPipe returns a pipe to the standard input of the program.  Wait closes it; who
// wants the program to see the end of its input closes it earlier.
func (c *Cmd) StdinPipe() (io.WriteCloser, error) {
	if c.Stdin != nil {
		return nil, errors.New("nsexec: Stdin already set")
	}
	theirs, mine, err := c.pipe()
	if err != nil {
		return nil, err
	}
	c.Stdin = theirs
	once := &closeOnce{File: mine}
	c.streams.child = append(c.streams.child, theirs)
	c.streams.ours = append(c.streams.ours, once)
	return once, nil
}

// closeOnce can be closed by the caller and by Wait.
type closeOnce struct {
	*os.File
	once sync.Once
	err  error
}

func (c *closeOnce) Close() error {
	c.once.Do(func() { c.err = c.File.Close() })
	return c.err
}

// StdoutPipe returns a pipe from the standard output of the program.  Wait closes it,
// so all is to be read before Wait is called.
func (c *Cmd) StdoutPipe() (io.ReadCloser, error) {
	if c.Stdout != nil {
		return nil, errors.New("nsexec: Stdout already set")
	}
	mine, theirs, err := c.pipe()
	if err != nil {
		return nil, err
	}
	c.Stdout = theirs
	c.streams.child = append(c.streams.child, theirs)
	c.streams.ours = append(c.streams.ours, mine)
	return mine, nil
}

// StderrPipe is as StdoutPipe, for the standard error.
func (c *Cmd) StderrPipe() (io.ReadCloser, error) {
	if c.Stderr != nil {
		return nil, errors.New("nsexec: Stderr already set")
	}
	mine, theirs, err := c.pipe()
	if err != nil {
		return nil, err
	}
	c.Stderr = theirs
	c.streams.child = append(c.streams.child, theirs)
	c.streams.ours = append(c.streams.ours, mine)
	return mine, nil
}

func (c *Cmd) pipe() (r, w *os.File, err error) {
	if c.used {
		return nil, nil, errors.New("nsexec: a pipe after Start")
	}
	return os.Pipe()
}
