// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"nsexec.dev/nsexec"
)

func init() {
	inside["inside-again"] = func([]string) {
		for _, cmd := range []*nsexec.Cmd{
			nsexec.Self(ours(), "inside-greet", "friend"),
			nsexec.Command(ours(), "echo", "hello"),
		} {
			cmd.Stdout = os.Stdout
			fmt.Println(cmd.Run())
		}
	}
}

// The constructor ignores what is asked of a program with more privileges than its
// caller; then nothing may run at all, least of all our own main as if it were inside.
func TestSetUserIDProgramRunsNothing(t *testing.T) {
	needRoot(t)
	dir, err := os.MkdirTemp("", "nsexec-test") // t.TempDir is not for others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	if err := copyFile("/proc/self/exe", program); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(program, 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "inside-again")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 12345, Gid: 12345}}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if text := string(out); strings.Contains(text, "hello") || strings.Count(text, "nsexec: gate ") != 2 {
		t.Errorf("%s", out)
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
