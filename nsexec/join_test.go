// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"nsexec.dev/nsexec"
)

// runState runs ourselves with the argument that makes it report.
func runState(t *testing.T, cmd *nsexec.Cmd) *state {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	var s state
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatalf("%v: %v: %q", cmd, err, out)
	}
	return &s
}

func self(target nsexec.Target) *nsexec.Cmd { return nsexec.Self(target, "inside-report") }

// where asserts that all threads are in the namespaces of the container for these kinds,
// and in ours for all others.
func where(t *testing.T, s *state, c *container, joined nsexec.Kind) {
	t.Helper()
	for _, kind := range allKinds {
		pid := os.Getpid()
		if joined&kind != 0 {
			pid = c.pid
		}
		want := link(t, pid, kind.String())
		if got := s.Namespaces[kind.String()]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %v, want %s", kind, got, want)
		}
	}
}

func every() (all nsexec.Kind) {
	for _, kind := range allKinds {
		all |= kind
	}
	return all
}

func TestSelfGoesOnInAllKinds(t *testing.T) {
	c := newContainer(t, true)
	cmd := self(c.all())
	s := runState(t, cmd)
	where(t, s, c, every())
	if s.Hostname != c.hostname {
		t.Errorf("hostname %q, want %q", s.Hostname, c.hostname)
	}
	if s.PID != cmd.Report.PIDInside || cmd.Report.PID != cmd.ProcessState.Pid() {
		t.Errorf("it is %d, the report says %+v", s.PID, cmd.Report)
	}
	for _, kind := range allKinds {
		if got, want := fmt.Sprintf("%s:[%d]", kind, cmd.Report.Namespaces[kind]),
			link(t, c.pid, kind.String()); got != want {
			t.Errorf("the report says %s, it is %s", got, want)
		}
	}
}

func TestSelfJoinsEachKindAlone(t *testing.T) {
	needRoot(t)
	c := newContainer(t, false)
	for _, kind := range allKinds {
		if kind == nsexec.User {
			continue // the container has none of its own
		}
		t.Run(kind.String(), func(t *testing.T) {
			cmd := self(c.kinds(kind))
			if kind == nsexec.Mount {
				// /proc is that of another PID namespace.
				cmd.Target.Kinds |= nsexec.PID
				kind |= nsexec.PID
			}
			where(t, runState(t, cmd), c, kind)
		})
	}
	t.Run("user", func(t *testing.T) {
		c := newContainer(t, true)
		where(t, runState(t, self(c.kinds(nsexec.User))), c, nsexec.User)
	})
}

func TestCommandRunsInAllKinds(t *testing.T) {
	c := newContainer(t, true)
	out, err := nsexec.Command(c.all(), "sh", "-c", "for k in /proc/self/ns/*; do readlink $k; done").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range allKinds {
		if want := link(t, c.pid, kind.String()); !strings.Contains(string(out), want+"\n") {
			t.Errorf("%s is not %s:\n%s", kind, want, out)
		}
	}
}

func TestNamespacesAreJoinedByTheirFiles(t *testing.T) {
	c := newContainer(t, true)
	files := map[nsexec.Kind]string{}
	for _, kind := range []nsexec.Kind{nsexec.User, nsexec.Net, nsexec.UTS} {
		files[kind] = fmt.Sprintf("/proc/%d/ns/%s", c.pid, kind)
	}
	s := runState(t, self(nsexec.Target{Files: files}))
	where(t, s, c, nsexec.User|nsexec.Net|nsexec.UTS)
}

func TestKindsThatAreSharedAreLeftOut(t *testing.T) {
	cmd := self(nsexec.Target{PID: os.Getpid(), Kinds: every()})
	runState(t, cmd)
	if len(cmd.Report.Namespaces) != 0 {
		t.Errorf("joined: %v", cmd.Report.Namespaces)
	}
}

func TestRootAndDirectoryAreTheCallersOrTheTargets(t *testing.T) {
	needRoot(t)
	c := newContainer(t, false)
	dir := t.TempDir()
	proc := filepath.Join(dir, "proc")
	if err := os.Mkdir(proc, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		name   string
		change func(*nsexec.Cmd)
		want   string
	}{
		{"none", func(cmd *nsexec.Cmd) {}, mustGetwd(t)},
		{"Cmd.Dir", func(cmd *nsexec.Cmd) { cmd.Dir = "/usr" }, "/usr"},
		{"Target.Dir", func(cmd *nsexec.Cmd) { cmd.Target.Dir = dir }, dir},
		{"Target.OwnDir", func(cmd *nsexec.Cmd) { cmd.Target.OwnDir = true }, mustGetwd(t)},
		{"Mount", func(cmd *nsexec.Cmd) { cmd.Target.Kinds |= nsexec.Mount | nsexec.PID }, "/"},
	} {
		t.Run(one.name, func(t *testing.T) {
			cmd := self(c.kinds(nsexec.UTS))
			one.change(cmd)
			if s := runState(t, cmd); s.Dir != one.want {
				t.Errorf("in %q, not in %q", s.Dir, one.want)
			}
		})
	}
	for _, one := range []struct {
		name   string
		target nsexec.Target
		want   bool
	}{
		{"Target.Root", nsexec.Target{Root: dir}, true},
		{"Target.OwnRoot", nsexec.Target{PID: c.pid, OwnRoot: true}, false},
	} {
		t.Run(one.name, func(t *testing.T) {
			out, err := nsexec.Self(one.target, "inside-stat", "/etc").Output()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if missing := string(out) == "missing\n"; missing != one.want {
				t.Errorf("/etc: %s", out)
			}
		})
	}
}

func mustGetwd(t *testing.T) string {
	t.Helper()
	dir, err := os.Readlink("/proc/self/cwd")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCredentialsAreThoseAskedFor(t *testing.T) {
	needRoot(t)
	plain, user := newContainer(t, false), newContainer(t, true)
	for _, one := range []struct {
		name   string
		target nsexec.Target
		change func(*nsexec.Cmd)
		want   string
	}{
		{"none", plain.kinds(nsexec.Net), func(*nsexec.Cmd) {}, "0 0"},
		{"both", plain.kinds(nsexec.Net), func(cmd *nsexec.Cmd) {
			cmd.Credential = &nsexec.Credential{UID: 12, GID: 34}
		}, "12 34"},
		{"group only", plain.kinds(nsexec.Net), func(cmd *nsexec.Cmd) {
			cmd.Credential = &nsexec.Credential{UID: -1, GID: 34}
		}, "0 34"},
		{"root of the user namespace", user.all(), func(*nsexec.Cmd) {}, "0 0"},
		{"kept", user.kinds(nsexec.User), func(cmd *nsexec.Cmd) {
			cmd.PreserveCredentials = true
		}, "65534 65534"},
	} {
		t.Run(one.name, func(t *testing.T) {
			cmd := nsexec.Command(one.target, "sh", "-c", "echo $(id -u) $(id -g)")
			one.change(cmd)
			out, err := cmd.Output()
			if got := strings.TrimSpace(string(out)); err != nil || got != one.want {
				t.Errorf("%v: it is %q (%v), not %q", cmd, got, err, one.want)
			}
		})
	}
}

func TestNoForkLeavesTheProgramOutsideAndItsChildrenInside(t *testing.T) {
	needRoot(t)
	c := newContainer(t, false)
	cmd := nsexec.Command(c.kinds(nsexec.PID), "sh", "-c", "readlink /proc/$$/ns/pid; readlink /proc/$$/ns/pid_for_children")
	cmd.NoFork = true
	out, err := cmd.Output()
	want := link(t, os.Getpid(), "pid") + "\n" + link(t, c.pid, "pid") + "\n"
	if err != nil || string(out) != want {
		t.Errorf("%q, %v; want %q", out, err, want)
	}
	if cmd.Report.PID != cmd.Report.PIDInside {
		t.Errorf("a process was made: %+v", cmd.Report)
	}
}

func TestTraceHasTheProgramsProcess(t *testing.T) {
	needRoot(t)
	c := newContainer(t, false)
	cmd := nsexec.Command(c.kinds(nsexec.PID), "true")
	cmd.Trace = filepath.Join(t.TempDir(), "trace.json")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(cmd.Trace)
	if err != nil {
		t.Fatal(err)
	}
	var events []struct {
		Name string
		PID  int
	}
	if err := json.Unmarshal(text, &events); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	last := events[len(events)-1]
	if last.Name != "exec" || last.PID != cmd.Process.Pid {
		t.Errorf("%+v is not that %d has executed: %s", last, cmd.Process.Pid, text)
	}
}

func TestDumpableIsAsAskedFor(t *testing.T) {
	c := newContainer(t, true)
	for _, one := range []struct {
		kinds nsexec.Kind
		value nsexec.Dumpable
		want  bool
	}{
		{nsexec.All, nsexec.DumpableAuto, false},
		{nsexec.All, nsexec.DumpableYes, true},
		{nsexec.All, nsexec.DumpableNo, false},
	} {
		cmd := self(c.kinds(one.kinds))
		cmd.Dumpable = one.value
		if s := runState(t, cmd); s.Dumpable != one.want {
			t.Errorf("%v: %v", cmd, s.Dumpable)
		}
	}
}

func TestSelfSurvives(t *testing.T) {
	for _, one := range []struct {
		name   string
		target func(*testing.T) nsexec.Target
	}{
		{"new process", func(t *testing.T) nsexec.Target { return newContainer(t, true).all() }},
		{"same process", func(t *testing.T) nsexec.Target {
			return newContainer(t, true).kinds(nsexec.User | nsexec.Net)
		}},
	} {
		t.Run(one.name, func(t *testing.T) {
			target := one.target(t)
			out, err := nsexec.Self(target, "inside-survive").CombinedOutput()
			if err != nil || strings.Contains(string(out), "not ok") || !strings.Contains(string(out), "ok fault") {
				t.Errorf("%v\n%s", err, out)
			}
			if os.Geteuid() == 0 && strings.Contains(string(out), "skip") {
				t.Errorf("not all was looked at:\n%s", out)
			}
			out, err = nsexec.Self(target, "inside-survive", "panic").CombinedOutput()
			if err == nil || err.Error() != "exit status 2" {
				t.Errorf("a panic ended with %v", err)
			}
			for _, want := range []string{"panic: as asked", "goroutine 1 [running", "survive.Panic"} {
				if !strings.Contains(string(out), want) {
					t.Errorf("no %q in the traceback:\n%s", want, out)
				}
			}
		})
	}
}

// pidfdOf opens a pidfd of process pid, which must be in a file system of its own.
func pidfdOf(t *testing.T, pid int) *os.File {
	t.Helper()
	const pidfdOpen = 434
	fd, _, errno := syscall.Syscall(pidfdOpen, uintptr(pid), 0, 0)
	if errno != 0 {
		t.Skipf("no pidfds here: %v", errno)
	}
	file := os.NewFile(fd, "pidfd")
	t.Cleanup(func() { file.Close() })
	var fs syscall.Statfs_t
	if err := syscall.Fstatfs(int(fd), &fs); err != nil || fs.Type != 0x50494446 {
		t.Skip("pidfds have no inodes of their own: older than Linux 6.9")
	}
	return file
}

func TestProcessOfAPidfdIsTheTarget(t *testing.T) {
	c := newContainer(t, true)
	target := nsexec.Target{PIDFD: pidfdOf(t, c.pid), Kinds: nsexec.All}
	where(t, runState(t, self(target)), c, every())
}

func TestProgramDoesNotInheritThePidfd(t *testing.T) {
	c := newContainer(t, true)
	target := nsexec.Target{PIDFD: pidfdOf(t, c.pid), Kinds: nsexec.Net | nsexec.User}
	out, err := nsexec.Command(target, "ls", "-l", "/proc/self/fd").Output()
	if err != nil || strings.Contains(string(out), "pidfd") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestPidfdOfAProcessThatHasEndedIsAnError(t *testing.T) {
	c := newContainer(t, true)
	pidfd := pidfdOf(t, c.pid)
	process := exec.Command("sleep", "300")
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	gone := pidfdOf(t, process.Process.Pid)
	process.Process.Kill()
	process.Wait()
	err := nsexec.Command(nsexec.Target{PIDFD: gone, Kinds: nsexec.Net}, "true").Run()
	if !errors.Is(err, syscall.ESRCH) {
		t.Error(err)
	}
	st, err := pidfd.Stat()
	if err != nil {
		t.Fatal(err)
	}
	stranger := nsexec.Target{
		PID:   os.Getpid(),
		Inode: st.Sys().(*syscall.Stat_t).Ino,
		Kinds: nsexec.Net,
	}
	err = nsexec.Command(stranger, "true").Run()
	if err == nil || !strings.Contains(err.Error(), "PID is another process now") {
		t.Error(err)
	}
}

func TestCgroupsOfOurselvesAreThoseOfTheProgram(t *testing.T) {
	want, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	target := nsexec.Target{PID: os.Getpid(), JoinCgroup: true}
	out, err := nsexec.Command(target, "cat", "/proc/self/cgroup").Output()
	if err != nil || string(out) != string(want) {
		t.Errorf("%v: %s", err, out)
	}
}
