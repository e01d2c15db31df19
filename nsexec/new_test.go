// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"nsexec.dev/nsexec"
)

// created runs ourselves in new namespaces and asserts that those of these kinds are new,
// and as the report says, and all others ours.
func created(t *testing.T, cmd *nsexec.Cmd, kinds nsexec.Kind) *state {
	t.Helper()
	s := runState(t, cmd)
	for _, kind := range allKinds {
		got, ours := s.Namespaces[kind.String()], link(t, os.Getpid(), kind.String())
		if len(got) != 1 || (got[0] == ours) != (kinds&kind == 0) {
			t.Errorf("%s: %v, ours is %s", kind, got, ours)
			continue
		}
		if is := fmt.Sprintf("%s:[%d]", kind, cmd.Report.Namespaces[kind]); kinds&kind != 0 && got[0] != is {
			t.Errorf("the report says %s, it is %s", is, got[0])
		}
	}
	return s
}

func selfIn(n nsexec.New) *nsexec.Cmd {
	cmd := self(nsexec.Target{})
	cmd.New = n
	return cmd
}

// output of a shell in new namespaces.
func shellIn(t *testing.T, n nsexec.New, script string) string {
	t.Helper()
	cmd := nsexec.Command(nsexec.Target{}, "sh", "-c", script)
	cmd.New = n
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", cmd, err, out)
	}
	return strings.TrimSpace(string(out))
}

// asOrdinary runs this one test again as an ordinary user, if we are root.
func asOrdinary(t *testing.T) bool {
	t.Helper()
	if os.Getuid() != 0 {
		return true
	}
	dir, err := os.MkdirTemp("", "nsexec-new")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "test")
	ourselves, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(program, ourselves, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	again := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.v")
	again.Dir = "/"
	again.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=/tmp"}
	again.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 12345, Gid: 12345}}
	out, err := again.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as an ordinary user: %v\n%s", err, out)
	}
	return false
}

func TestNewKindsForAnOrdinaryUser(t *testing.T) {
	if !asOrdinary(t) {
		return
	}
	kinds := nsexec.User | nsexec.Net | nsexec.PID
	cmd := selfIn(nsexec.New{Kinds: kinds, MapRoot: true})
	s := created(t, cmd, kinds)
	if s.PID != 1 || cmd.Report.PIDInside != 1 || cmd.Report.PID != cmd.ProcessState.Pid() {
		t.Errorf("it is %d, the report says %+v", s.PID, cmd.Report)
	}
	created(t, selfIn(nsexec.New{Kinds: nsexec.All, MapRoot: true, Proc: "/proc"}), every())
	created(t, selfIn(nsexec.New{Kinds: nsexec.User}), nsexec.User)

	maps := "id -u; id -g; tr -s ' ' </proc/self/uid_map; tr -s ' ' </proc/self/gid_map"
	me := fmt.Sprintf("%d\n%d\n %[1]d %[1]d 1\n %[2]d %[2]d 1", os.Getuid(), os.Getgid())
	if got := shellIn(t, nsexec.New{MapCurrent: true}, maps); got != me {
		t.Errorf("as the caller: %q, want %q", got, me)
	}
	want := fmt.Sprintf("7\n9\n 7 %d 1\n 9 %d 1", os.Getuid(), os.Getgid())
	if got := shellIn(t, nsexec.New{MapUser: "7", MapGroup: "9"}, maps); got != want {
		t.Errorf("as 7 and 9: %q, want %q", got, want)
	}
	own := []nsexec.IDRange{{Inside: 3, Outside: uint32(os.Getuid()), Count: 1}}
	if got := shellIn(t, nsexec.New{UIDs: own}, "id -u"); got != "3" {
		t.Errorf("own id as a range: %q", got)
	}
}

// The variables of a program may come from anywhere, and out here we run what we know.
func TestToolsAreFoundByTheCallersPath(t *testing.T) {
	if _, err := exec.LookPath("newuidmap"); err != nil {
		t.Skip("no newuidmap here")
	}
	if !asOrdinary(t) {
		return
	}
	dir := t.TempDir()
	ran := filepath.Join(dir, "ran")
	for _, name := range []string{"newuidmap", "newgidmap"} {
		script := "#!/bin/sh\n: >" + ran + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ids := []nsexec.IDRange{{Inside: 0, Outside: 100000, Count: 2}}
	cmd := selfIn(nsexec.New{Kinds: nsexec.User, UIDs: ids, GIDs: ids})
	cmd.Env = []string{"PATH=" + dir}
	err := cmd.Run()
	if err == nil || !strings.Contains(err.Error(), "newuidmap") {
		t.Errorf("error: %v", err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a tool of the program's PATH has run out here")
	}
}

func TestNewMapsOfRoot(t *testing.T) {
	needRoot(t)
	ids := []nsexec.IDRange{{Inside: 0, Outside: 100000, Count: 1000}, {Inside: 2000, Outside: 5, Count: 2}}
	n := nsexec.New{MapRoot: true, UIDs: ids, GIDs: ids[:1], Setgroups: "allow"}
	want := " 0 0 1\n 1 100000 999\n 2000 5 2\n 0 0 1\n 1 100000 999\nallow"
	got := shellIn(t, n, "tr -s ' ' </proc/self/uid_map; tr -s ' ' </proc/self/gid_map; cat /proc/self/setgroups")
	if strings.TrimSpace(want) != got {
		t.Errorf("%q, want %q", got, want)
	}
	n = nsexec.New{MapRoot: true, Owner: &nsexec.Credential{UID: 12345, GID: 12346}}
	if got := shellIn(t, n, "tr -s ' ' </proc/self/uid_map /proc/self/gid_map 2>&1; tr -s ' ' </proc/self/uid_map"); !strings.HasSuffix(got, " 0 12345 1") {
		t.Errorf("of an owner: %q", got)
	}
}

func TestNewNamesClocksAndLoopback(t *testing.T) {
	needRoot(t)
	n := nsexec.New{
		Hostname: "box", Loopback: true, Propagation: "slave",
		Monotonic: -1500 * time.Millisecond, Boottime: time.Hour + 1,
	}
	got := shellIn(t, n, "hostname; tr -s ' ' </proc/self/timens_offsets; ip -o link show lo | grep -c LOWER_UP")
	if want := "box\nmonotonic -2 500000000\nboottime 3600 1\n1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	created(t, selfIn(n), nsexec.UTS|nsexec.Net|nsexec.Mount|nsexec.Time)
}

func TestNewKindsPersistInFiles(t *testing.T) {
	needRoot(t)
	files := map[nsexec.Kind]string{}
	for _, kind := range []nsexec.Kind{nsexec.Net, nsexec.PID, nsexec.User} {
		files[kind] = filepath.Join(t.TempDir(), kind.String())
		if err := os.WriteFile(files[kind], nil, 0o600); err != nil {
			t.Fatal(err)
		}
		name := files[kind]
		t.Cleanup(func() { syscall.Unmount(name, syscall.MNT_DETACH) })
	}
	cmd := selfIn(nsexec.New{Files: files, MapRoot: true})
	created(t, cmd, nsexec.Net|nsexec.PID|nsexec.User)
	for kind, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Sys().(*syscall.Stat_t).Ino; got != cmd.Report.Namespaces[kind] {
			t.Errorf("%s: file is %d, the report says %d", kind, got, cmd.Report.Namespaces[kind])
		}
	}
}

func TestNewKindsBehindJoinedOnes(t *testing.T) {
	c := newContainer(t, true)
	cmd := self(c.all())
	cmd.New = nsexec.New{Kinds: nsexec.Net | nsexec.UTS, Hostname: "inner"}
	s := runState(t, cmd)
	if s.Hostname != "inner" {
		t.Errorf("hostname %q", s.Hostname)
	}
	for _, kind := range allKinds {
		theirs := s.Namespaces[kind.String()][0] == link(t, c.pid, kind.String())
		if theirs != (kind != nsexec.Net && kind != nsexec.UTS) {
			t.Errorf("%s is that of the container: %v", kind, theirs)
		}
	}
}

func TestNewErrorsNameStepAndSubject(t *testing.T) {
	if !asOrdinary(t) {
		return
	}
	missing := filepath.Join(t.TempDir(), "missing")
	for _, it := range []struct {
		n       nsexec.New
		step    string
		errno   syscall.Errno
		subject string
	}{
		{nsexec.New{Kinds: nsexec.Net}, "unshare", syscall.EPERM, "net"},
		{nsexec.New{MapRoot: true, Setgroups: "allow"}, "map", 0, "--setgroups=allow"},
		{nsexec.New{Setgroups: "maybe"}, "options", 0, "--setgroups takes allow or deny (maybe)"},
		{nsexec.New{MapUser: "nobody-at-all"}, "map", 0, "nobody-at-all"},
		{nsexec.New{UIDs: []nsexec.IDRange{{}}}, "options", 0, "--map-users"},
		{nsexec.New{Owner: &nsexec.Credential{UID: -1}}, "options", 0, "--owner takes UID:GID (-1:0)"},
		{nsexec.New{Owner: &nsexec.Credential{UID: 0}}, "become", syscall.EPERM, "gid 0"},
		{nsexec.New{MapRoot: true, Propagation: "x"}, "options", 0, "--propagation"},
		{nsexec.New{MapRoot: true, Proc: "/proc"}, "mount", syscall.EPERM, "/proc"},
		{nsexec.New{MapRoot: true, Files: map[nsexec.Kind]string{nsexec.Net: missing}}, "open", syscall.ENOENT, missing},
		{nsexec.New{MapRoot: true, MapCurrent: true}, "options", 0, "New.MapRoot and New.MapCurrent"},
		{nsexec.New{Kinds: 1 << 14}, "options", 0, "New.Kinds"},
		{nsexec.New{Files: map[nsexec.Kind]string{nsexec.All: missing}}, "options", 0, "New.Files"},
		{nsexec.New{Files: map[nsexec.Kind]string{nsexec.Net | nsexec.UTS: missing}}, "options", 0, "New.Files"},
		{nsexec.New{MapRoot: true, Boottime: -1 << 63}, "offsets", syscall.ERANGE, "timens_offsets"},
	} {
		cmd := nsexec.Command(nsexec.Target{}, "true")
		cmd.New = it.n
		err := cmd.Run()
		var e *nsexec.Error
		if !errors.As(err, &e) {
			t.Errorf("%+v: %v is no *Error", it.n, err)
			continue
		}
		if e.Step != it.step || e.Errno != it.errno || !strings.Contains(e.Subject, it.subject) {
			t.Errorf("%+v: %v, want %s %s %v", it.n, err, it.step, it.subject, it.errno)
		}
	}
}
