// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nsexec.dev/nsexec"
)

// ours needs no privilege and no container: every kind is shared, so that none is joined.
func ours() nsexec.Target { return nsexec.Target{PID: os.Getpid(), Kinds: nsexec.Net} }

// places are both shapes: the program is the process that enters, or a new one.
func places(t *testing.T) map[string]nsexec.Target {
	c := newContainer(t, true)
	return map[string]nsexec.Target{
		"same process": c.kinds(nsexec.User | nsexec.Net),
		"new process":  c.all(),
	}
}

func TestExitStatusIsTheProgramsOwn(t *testing.T) {
	for name, target := range places(t) {
		for _, status := range []int{0, 1, 42, 125, 126, 127} {
			cmd := nsexec.Command(target, "sh", "-c", fmt.Sprint("exit ", status))
			err := cmd.Run()
			var exit *exec.ExitError
			if status == 0 && err != nil || status != 0 && (!errors.As(err, &exit) || exit.ExitCode() != status) {
				t.Errorf("%s: status %d gives %v", name, status, err)
			}
			if cmd.ProcessState.ExitCode() != status {
				t.Errorf("%s: %v", name, cmd.ProcessState)
			}
		}
		err := nsexec.Command(target, "sh", "-c", "kill -TERM $$").Run()
		if err == nil || err.Error() != "signal: terminated" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFailureNamesStepCauseAndSubject(t *testing.T) {
	c := newContainer(t, true)
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		name    string
		cmd     *nsexec.Cmd
		step    string
		is      error
		subject string
	}{
		{"no such process", nsexec.Command(nsexec.Target{PID: 1 << 30, Kinds: nsexec.Net}, "true"),
			"target", syscall.ESRCH, "1073741824"},
		{"no such file", nsexec.Command(nsexec.Target{
			Files: map[nsexec.Kind]string{nsexec.Net: dir + "/absent"}}, "true"),
			"open", fs.ErrNotExist, dir + "/absent"},
		{"no namespace", nsexec.Command(nsexec.Target{
			Files: map[nsexec.Kind]string{nsexec.Net: text}}, "true"),
			"check", syscall.EINVAL, text},
		{"another kind", nsexec.Command(nsexec.Target{
			Files: map[nsexec.Kind]string{nsexec.Net: "/proc/self/ns/uts"}}, "true"),
			"check", syscall.EINVAL, "uts"},
		{"nothing to take", nsexec.Command(nsexec.Target{PID: os.Getpid()}, "true"),
			"options", nil, "nothing to take"},
		{"no program, same process", nsexec.Command(ours(), "no-such-program"),
			"exec", exec.ErrNotFound, "no-such-program"},
		{"no program, new process", nsexec.Command(c.all(), "no-such-program"),
			"exec", exec.ErrNotFound, "no-such-program"},
		{"no permission, same process", nsexec.Command(ours(), text),
			"exec", fs.ErrPermission, text},
		{"no permission, new process", nsexec.Command(c.all(), text),
			"exec", fs.ErrPermission, text},
		{"no directory", dirCmd(ours(), dir+"/absent"), "cwd", fs.ErrNotExist, dir + "/absent"},
		{"NUL", nsexec.Command(ours(), "true", "a\x00b"), "options", nil, "NUL"},
		{"too long", nsexec.Command(ours(), "true", strings.Repeat("x", 70000)),
			"words", syscall.E2BIG, "70"},
		{"no name", nsexec.Command(ours(), ""), "options", nil, "no program"},
		{"file and no name", nsexec.Command(nsexec.Target{
			Files: map[nsexec.Kind]string{nsexec.Net: ""}}, "true"), "options", nil, "net"},
		{"not one kind", nsexec.Command(nsexec.Target{
			Files: map[nsexec.Kind]string{nsexec.Net | nsexec.PID: text}}, "true"),
			"options", nil, "not one kind"},
	} {
		t.Run(one.name, func(t *testing.T) {
			clean := nothingLeft(t)
			// A directory that may not be searched would be a reason of its own.
			one.cmd.Env = []string{"PATH=/usr/bin:/bin"}
			var stderr bytes.Buffer
			one.cmd.Stderr = &stderr
			err := one.cmd.Run()
			clean()
			var e *nsexec.Error
			if !errors.As(err, &e) {
				t.Fatalf("not an Error: %v", err)
			}
			if e.Step != one.step || !strings.Contains(e.Subject, one.subject) {
				t.Errorf("%#v", e)
			}
			if one.is == nil && e.Errno != 0 || one.is != nil && !errors.Is(err, one.is) {
				t.Errorf("%#v is not %v", e, one.is)
			}
			if stderr.Len() > 0 {
				t.Errorf("the program's stderr is its own: %s", &stderr)
			}
			if one.cmd.Process != nil {
				t.Errorf("a process: %v", one.cmd.Process)
			}
		})
	}
}

func dirCmd(target nsexec.Target, dir string) *nsexec.Cmd {
	cmd := nsexec.Command(target, "true")
	cmd.Dir = dir
	return cmd
}

func TestWithoutTheRightTheHintSaysWhatIsNeeded(t *testing.T) {
	needRoot(t)
	c := newContainer(t, false)
	cmd := nsexec.Command(nsexec.Target{Files: map[nsexec.Kind]string{
		nsexec.Net: "/proc/self/fd/3",
	}}, "true")
	file, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", c.pid))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd.ExtraFiles = []*os.File{file}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 12345, Gid: 12345}}
	err = cmd.Run()
	var e *nsexec.Error
	if !errors.As(err, &e) || e.Step != "join" || !errors.Is(err, fs.ErrPermission) || !strings.Contains(e.Hint, "CAP_SYS_ADMIN") {
		t.Errorf("%#v", err)
	}
}

var ourVariables = regexp.MustCompile(`(?m)^(NSEXEC(_FD|_LOG|_GUARD)?|_LIBCONTAINER_[A-Z]*)=`)

func TestNothingOfOursReachesTheProgram(t *testing.T) {
	t.Setenv("NSEXEC", "--nonsense")
	t.Setenv("NSEXEC_FD", "77")
	t.Setenv("NSEXEC_LOG", "debug")
	t.Setenv("NSEXEC_GUARD", "1:2")
	t.Setenv("_LIBCONTAINER_INITPIPE", "3")
	t.Setenv("_LIBCONTAINER_LOGLEVEL", "5")
	t.Setenv("KEPT", "as it is")
	for name, target := range places(t) {
		s := runState(t, self(target))
		for _, entry := range s.Env {
			if ourVariables.MatchString(entry) {
				t.Errorf("%s: Self has %s", name, entry)
			}
		}
		if !contains(s.Env, "KEPT=as it is") {
			t.Errorf("%s: Self has lost a variable", name)
		}
		out, err := nsexec.Command(target, "env").CombinedOutput()
		if err != nil || ourVariables.Match(out) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if !bytes.Contains(out, []byte("KEPT=as it is\n")) {
			t.Errorf("%s: Command has lost a variable", name)
		}
	}
}

func TestEnvIsWhatTheProgramGets(t *testing.T) {
	for name, target := range places(t) {
		cmd := nsexec.Command(target, "/usr/bin/env")
		cmd.Env = []string{"A=1", "B=2", "NSEXEC=--nonsense", "A=3"}
		out, err := cmd.Output()
		if err != nil || string(out) != "B=2\nA=3\n" {
			t.Errorf("%s: %q, %v", name, out, err)
		}
		cmd = nsexec.Command(target, "/bin/sh", "-c", "echo $PWD")
		cmd.Dir = "/usr/../usr"
		if out, err := cmd.Output(); err != nil || string(out) != "/usr/../usr\n" && string(out) != "/usr\n" {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
}

func TestExtraFilesAreNumberedFromThreeAndNothingElseIsOpen(t *testing.T) {
	dir := t.TempDir()
	var extra []*os.File
	for _, name := range []string{"three", "four"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		fmt.Fprintln(f, name)
		f.Seek(0, io.SeekStart)
		extra = append(extra, f)
	}
	// What our own parent has left open for all of its descendants.
	plain := exec.Command("/proc/self/exe", "inside-report")
	plain.ExtraFiles = extra
	out, err := plain.Output()
	if err != nil {
		t.Fatal(err)
	}
	usual := strings.Count(string(out[bytes.Index(out, []byte(`"Files"`)):bytes.Index(out, []byte(`"Namespaces"`))]), ":") - 1

	for name, target := range places(t) {
		cmd := self(target)
		cmd.ExtraFiles = extra
		s := runState(t, cmd)
		if s.Files["3"] != extra[0].Name() || s.Files["4"] != extra[1].Name() {
			t.Errorf("%s: %v", name, s.Files)
		}
		if n := strings.Count(fmt.Sprint(s.Files), "pipe:") + strings.Count(fmt.Sprint(s.Files), "socket:"); n > usual {
			t.Errorf("%s: more than usual is open: %v", name, s.Files)
		}
		for i, want := range []string{"three\n", "four\n"} {
			extra[i].Seek(0, io.SeekStart)
			cmd := nsexec.Self(target, "inside-read", fmt.Sprint(3+i))
			cmd.ExtraFiles = extra
			if out, err := cmd.Output(); err != nil || string(out) != want {
				t.Errorf("%s: %q, %v", name, out, err)
			}
			extra[i].Seek(0, io.SeekStart)
			cmd = nsexec.Command(target, "sh", "-c", fmt.Sprintf("cat <&%d; ls /proc/self/fd", 3+i))
			cmd.ExtraFiles = extra
			if out, err := cmd.Output(); err != nil || !strings.HasPrefix(string(out), want) {
				t.Errorf("%s: %q, %v", name, out, err)
			}
		}
	}
}

func TestMuchInputAndOutputArrivesWhole(t *testing.T) {
	data := make([]byte, 16<<20)
	rand.New(rand.NewSource(1)).Read(data)
	for name, target := range places(t) {
		cmd := nsexec.Command(target, "cat")
		cmd.Stdin = bytes.NewReader(data)
		out, err := cmd.Output()
		if err != nil || sha256.Sum256(out) != sha256.Sum256(data) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(out), len(data), err)
		}
		// A program that does not read its input is no failure.
		cmd = nsexec.Command(target, "true")
		cmd.Stdin = bytes.NewReader(data)
		if err := cmd.Run(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPipesConnectToAProgramThatRuns(t *testing.T) {
	for name, target := range places(t) {
		cmd := nsexec.Command(target, "sh", "-c", "while read line; do echo $line; echo $line >&2; done")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		errs, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines, more := bufio.NewReader(out), bufio.NewReader(errs)
		for i := 0; i < 3; i++ {
			want := fmt.Sprintln("line", i)
			io.WriteString(in, want)
			for _, r := range []*bufio.Reader{lines, more} {
				if got, err := r.ReadString('\n'); got != want {
					t.Errorf("%s: %q, %v", name, got, err)
				}
			}
		}
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSameWriterGetsBothStreamsInOrder(t *testing.T) {
	for name, target := range places(t) {
		out, err := nsexec.Command(target, "sh", "-c", "echo 1; echo 2 >&2; echo 3; echo 4 >&2").CombinedOutput()
		if err != nil || string(out) != "1\n2\n3\n4\n" {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
}

func TestOutputKeepsWhatTheProgramComplainedAbout(t *testing.T) {
	_, err := nsexec.Command(ours(), "sh", "-c", "echo no way >&2; exit 1").Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || string(exit.Stderr) != "no way\n" {
		t.Errorf("%#v", err)
	}
}

func TestPidAndPidfdAreThoseOfTheProgram(t *testing.T) {
	for name, target := range places(t) {
		cmd := nsexec.Command(target, "sleep", "100")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", cmd.Process.Pid))
		if string(comm) != "sleep\n" {
			t.Errorf("%s: process %d is %q", name, cmd.Process.Pid, comm)
		}
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
		if !strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", os.Getpid())) {
			t.Errorf("%s: not our child:\n%s", name, status)
		}
		fd, err := cmd.PidFD()
		if errors.Is(err, syscall.ENOSYS) {
			t.Skip("this kernel has no pidfd")
		}
		if err != nil {
			t.Fatal(err)
		}
		// pidfd_send_signal(2), of the same number everywhere.
		if _, _, errno := syscall.Syscall6(424, fd.Fd(), uintptr(syscall.SIGTERM), 0, 0, 0, 0); errno != 0 {
			t.Errorf("%s: %v", name, errno)
		}
		fd.Close()
		if err := cmd.Wait(); err == nil || err.Error() != "signal: terminated" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := cmd.PidFD(); !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSixtyFourAtOnceGoWhereEachIsSent(t *testing.T) {
	const n = 64
	there := []*container{newContainer(t, true), newContainer(t, true)}
	clean := nothingLeft(t)
	var all sync.WaitGroup
	for i := 0; i < n; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			c := there[i%2]
			cmd := nsexec.Command(c.all(), "cat", "/proc/sys/kernel/hostname", "-")
			if i%4 > 1 {
				cmd.Target.Kinds = nsexec.User | nsexec.UTS
			}
			cmd.Stdin = strings.NewReader(fmt.Sprint(i))
			out, err := cmd.Output()
			if want := fmt.Sprintf("%s\n%d", c.hostname, i); err != nil || string(out) != want {
				t.Errorf("%d: %q, %v", i, out, err)
			}
		}(i)
	}
	all.Wait()
	clean()
}

func TestStandardStreamsAreTheNullDeviceUnlessSet(t *testing.T) {
	out, err := nsexec.Command(ours(), "readlink", "/proc/self/fd/0").Output()
	if err != nil || string(out) != "/dev/null\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestCmdIsUsedOnce(t *testing.T) {
	cmd := nsexec.Command(ours(), "true")
	if err := cmd.Wait(); err == nil {
		t.Error("Wait before Start")
	}
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err == nil {
		t.Error("a second Start")
	}
	if err := cmd.Wait(); err == nil {
		t.Error("a second Wait")
	}
}

func TestAttributesThatWouldHitTheWrongProcessAreRefused(t *testing.T) {
	for _, attr := range []syscall.SysProcAttr{
		{Pdeathsig: syscall.SIGKILL}, {Ptrace: true},
		{Cloneflags: syscall.CLONE_NEWNS}, {Unshareflags: syscall.CLONE_NEWNS},
	} {
		attr := attr
		cmd := nsexec.Command(ours(), "true")
		cmd.SysProcAttr = &attr
		var e *nsexec.Error
		if err := cmd.Run(); !errors.As(err, &e) || e.Step != "options" {
			t.Errorf("%+v: %v", attr, err)
		}
	}
}

func TestSessionIsInheritedFromSysProcAttr(t *testing.T) {
	for name, target := range places(t) {
		cmd := nsexec.Command(target, "sleep", "100")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pgid, err := syscall.Getpgid(cmd.Process.Pid)
		if err != nil || pgid == syscall.Getpgrp() {
			t.Errorf("%s: group %d, %v", name, pgid, err)
		} else {
			syscall.Kill(-pgid, syscall.SIGTERM)
		}
		if err := cmd.Wait(); err == nil || err.Error() != "signal: terminated" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAWriterThatFailsDoesNotKeepTheProgram(t *testing.T) {
	cmd := nsexec.Command(ours(), "yes")
	cmd.Stdout = failing{}
	done := make(chan error, 1)
	go func() { done <- cmd.Run() }()
	select {
	case err := <-done:
		if err == nil {
			t.Error("no error")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it hangs")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }
