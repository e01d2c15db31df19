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

	"nsexec.dev/nsexec"
)

// grafted is a directory of ours with a file in it, for everybody.
func grafted(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a:b"), []byte("ours"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "a:b"), dir, filepath.Dir(dir)} {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mounts(t *testing.T, c *container) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/mountinfo", c.pid))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestHostAndGrafts(t *testing.T) {
	for _, withUser := range []bool{false, true} {
		c := newContainer(t, withUser)
		before := mounts(t, c)
		dir := grafted(t)
		cmd := nsexec.Command(c.all(), "sh", "-c", `
			read a <"/nsexec-go/x:y"; read b </nsexec-go/dir/a:b
			echo written >/nsexec-go/dir/new; (echo no >"/nsexec-go/x:y") 2>/dev/null
			echo "$a $b"`)
		cmd.Host = true
		cmd.Grafts = []nsexec.Graft{
			{Path: filepath.Join(dir, "a:b"), Dest: "/nsexec-go/x:y"},
			{Path: dir, Dest: "/nsexec-go/dir", Writable: true},
		}
		out, err := cmd.Output()
		if err != nil || string(out) != "ours ours\n" {
			t.Errorf("%q, %v", out, err)
		}
		for name, want := range map[string]string{"new": "written\n", "a:b": "ours"} {
			if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		if after := mounts(t, c); after != before {
			t.Errorf("mounts of the target: %s, were %s", after, before)
		}
		if _, err := os.Lstat("/nsexec-go"); !os.IsNotExist(err) {
			t.Errorf("something is left: %v", err)
		}
	}
}

func TestHostFailures(t *testing.T) {
	c := newContainer(t, true)
	for _, row := range []struct {
		name  string
		graft nsexec.Graft
		step  string
		errno error
	}{
		{"nonexistent-program", nsexec.Graft{Path: "/etc", Dest: "/nsexec-go"}, "exec", syscall.ENOENT},
		{"true", nsexec.Graft{Path: "/nonexistent"}, "graft", syscall.ENOENT},
	} {
		cmd := nsexec.Command(c.all(), row.name)
		cmd.Host = true
		cmd.Grafts = []nsexec.Graft{row.graft}
		err := cmd.Run()
		if !errors.Is(err, row.errno) || !strings.Contains(err.Error(), row.step) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	cmd := nsexec.Command(c.all(), "sh", "-c", "exit 42")
	cmd.Host = true
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 42 {
		t.Errorf("%v", err)
	}
}
