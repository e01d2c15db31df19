// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Start starts the program, but does not wait for it.  It returns when the program
// runs in all the namespaces that were asked for.  Otherwise the error is an *Error,
// that of the context, or that of the caller's own files and processes; nothing
// is left then.
func (c *Cmd) Start() error {
	if c.used {
		return errors.New("nsexec: already started")
	}
	c.used = true
	err := c.start()
	c.streams.closeChild()
	if err != nil {
		c.streams.closeOurs()
		return err
	}
	c.streams.run()
	c.openPidfd()
	c.watch()
	return nil
}

func (c *Cmd) start() error {
	if !linkedIn {
		return ErrNoCgo
	}
	if err := c.check(); err != nil {
		return err
	}
	w, err := c.words()
	if err != nil {
		return err
	}
	files, err := c.streams.open(c.Stdin, c.Stdout, c.Stderr)
	if err != nil {
		return err
	}
	if err := c.contextErr(); err != nil {
		return err
	}
	files = append(files, c.ExtraFiles...)
	if !c.detaches() {
		return c.enter(w, files, nursery{})
	}
	inNursery(func(n nursery) { err = c.enter(w, files, n) })
	return err
}

func (c *Cmd) enter(w words, files []*os.File, n nursery) error {
	f, err := c.launch(w, files)
	if err == nil {
		c.Process, c.Report, err = f.follow(c.ctx, n)
	}
	return err
}

func (c *Cmd) check() error {
	if a := c.SysProcAttr; a != nil {
		if a.Cloneflags != 0 || a.Unshareflags != 0 || a.Ptrace || a.Pdeathsig != 0 {
			return badRequest("Cmd.SysProcAttr has Cloneflags, Unshareflags, Ptrace or Pdeathsig")
		}
	}
	if c.ctx == nil && c.Cancel != nil {
		return badRequest("Cmd.Cancel without a context")
	}
	return nil
}

func (c *Cmd) contextErr() error {
	if c.ctx == nil {
		return nil
	}
	return c.ctx.Err()
}

// environ is the environment for the program: of each name the last value, and none
// of the names that mean something to the constructor.
func (c *Cmd) environ() []string {
	env := c.Env
	if env == nil {
		env = os.Environ()
		if c.Dir != "" {
			env = append(env, "PWD="+c.Dir)
		}
	}
	last := make(map[string]int, len(env))
	for i, entry := range env {
		last[envName(entry)] = i
	}
	var kept []string
	for i, entry := range env {
		name := envName(entry)
		if last[name] == i && !isOurs(name) {
			kept = append(kept, entry)
		}
	}
	return kept
}

func envName(entry string) string {
	if at := strings.IndexByte(entry, '='); at > 0 {
		return entry[:at]
	}
	return entry
}

func isOurs(name string) bool {
	switch name {
	case "NSEXEC", "NSEXEC_FD", "NSEXEC_LOG", "NSEXEC_PATH", "NSEXEC_TRACE", guardEnv:
		return true
	}
	return strings.HasPrefix(name, "_LIBCONTAINER_")
}

// first is the first process: this very program, in which the constructor does all
// that was asked before any Go code runs.  It becomes the program, or makes
// it and ends.
type first struct {
	process *os.Process
	words   *os.File // where it reads what to do
	payload []byte
	report  *os.File // where it writes what has come of it
}

// launch starts the first process.
func (c *Cmd) launch(w words, files []*os.File) (*first, error) {
	theirWords, ourWords, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirWords.Close()
	ourReport, theirReport, err := os.Pipe()
	if err != nil {
		ourWords.Close()
		return nil, err
	}
	defer theirReport.Close()
	f := &first{words: ourWords, report: ourReport}
	wordsFD, reportFD := len(files), len(files)+1
	f.payload, err = append(words{"--report-fd=" + strconv.Itoa(reportFD)}, w...).encode()
	if err != nil {
		f.close()
		return nil, err
	}
	guard, err := guardText(reportFD, theirReport)
	if err != nil {
		f.close()
		return nil, err
	}
	argv := []string{entering, guard}
	env := append(c.environ(),
		"NSEXEC_FD="+strconv.Itoa(wordsFD),
		"NSEXEC_LOG=error:"+strconv.Itoa(reportFD))
	// What is found out here is found as we find it, whoever made the program's variables.
	if path := os.Getenv("PATH"); path != "" {
		env = append(env, "NSEXEC_PATH="+path)
	}
	if c.self {
		argv = c.Args
		env = append(env, guardEnv+"="+guard)
	}
	f.process, err = os.StartProcess("/proc/self/exe", argv, &os.ProcAttr{
		Env:   env,
		Files: append(files, theirWords, theirReport),
		Sys:   c.SysProcAttr,
	})
	if err != nil {
		f.close()
		return nil, startError(err)
	}
	return f, nil
}

func startError(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return &Error{Step: "start", Errno: errno, Subject: "this program again"}
	}
	return err
}

func (f *first) close() {
	f.words.Close()
	f.report.Close()
}

// follow leads the first process to its end, or to its becoming the program.  If there
// is an error, no process is left.
func (f *first) follow(ctx context.Context, n nursery) (*os.Process, *Report, error) {
	defer f.close()
	finish := f.endWith(ctx)
	f.words.Write(f.payload) // if it does not get there, the report says why
	f.words.Close()
	// Everyone who has the other end closes it by executing the program, or by
	// going on to main, or by ending.
	text, _ := io.ReadAll(f.report)
	report, err := parseReport(string(text))

	program := f.process
	if report == nil || report.PID != f.process.Pid {
		if report == nil {
			f.process.Kill() // it has ended, or is not what we think it is
		}
		state, waitErr := f.process.Wait()
		if report == nil && err == nil {
			err = &Error{Step: "start", Subject: "no report; " + ending(state, waitErr)}
		}
		program = nil
	}
	if report != nil && program == nil {
		program, _ = os.FindProcess(report.PID) // a child of ours: only we can reap it
	}
	finish()
	if ctx != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err == nil {
		return program, report, nil
	}
	if program != nil {
		program.Kill()
		program.Wait()
	}
	n.reap()
	return nil, nil, err
}

func ending(state *os.ProcessState, err error) string {
	if err != nil {
		return err.Error()
	}
	return state.String()
}

// endWith sees to it that the start does not outlive the context.  The function that
// it returns is called when there is nothing left to end.
func (f *first) endWith(ctx context.Context) (finish func()) {
	if ctx == nil || ctx.Done() == nil {
		return func() {}
	}
	finished := make(chan struct{})
	go func() {
		select {
		case <-finished:
		case <-ctx.Done():
			// A program that it has made, and that does not run yet, ends with it.
			f.process.Kill()
		}
	}()
	return func() { close(finished) }
}
