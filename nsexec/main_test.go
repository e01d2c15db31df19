// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nsexec.dev/internal/survive"
	"nsexec.dev/nsexec"
)

// What this program does instead of testing, when it finds itself inside.
var inside = map[string]func(args []string){
	"inside-report":  report,
	"inside-survive": survive.Main,
	"inside-sleep":   func([]string) { time.Sleep(time.Hour) },
	"inside-greet":   func(args []string) { fmt.Println("hello from inside,", args[0]) },
	"inside-stat": func(args []string) {
		if _, err := os.Stat(args[0]); err != nil {
			fmt.Println("missing")
		} else {
			fmt.Println("there")
		}
	},
	"inside-exit": func(args []string) {
		status, _ := strconv.Atoi(args[0])
		os.Exit(status)
	},
	"inside-read": func(args []string) {
		fd, _ := strconv.Atoi(args[0])
		text, _ := bufio.NewReader(os.NewFile(uintptr(fd), "extra")).ReadString('\n')
		fmt.Print(text)
	},
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if f, ok := inside[os.Args[1]]; ok {
			f(os.Args[2:])
			syscall.Exit(0) // at once: the race detector takes a second for its end
		}
	}
	holdManyThreads()
	os.Exit(m.Run())
}

// holdManyThreads: what nsexec is for is a program that has threads already.
func holdManyThreads() {
	for i := 0; i < 20; i++ {
		go func() {
			runtime.LockOSThread()
			select {}
		}()
	}
	for i := 0; i < 200; i++ {
		go func() { select {} }()
	}
}

// state is what a program says of itself.
type state struct {
	PID        int
	Args       []string
	Env        []string
	Dir        string
	Hostname   string
	Files      map[string]string   // of /proc/self/fd
	Namespaces map[string][]string // kind: what its threads show, each once
	Dumpable   bool
}

func report([]string) {
	// Threads of their own, to see that each of them is inside.
	var ready sync.WaitGroup
	ready.Add(8)
	for i := 0; i < 8; i++ {
		go func() {
			runtime.LockOSThread()
			ready.Done()
			select {}
		}()
	}
	ready.Wait()
	json.NewEncoder(os.Stdout).Encode(look())
}

func look() *state {
	s := &state{PID: os.Getpid(), Args: os.Args, Env: os.Environ()}
	s.Files = openFiles("/proc/self/fd")
	s.Dir, _ = os.Readlink("/proc/self/cwd")
	s.Hostname, _ = os.Hostname()
	s.Namespaces = map[string][]string{}
	tasks, _ := filepath.Glob("/proc/self/task/*")
	for _, task := range tasks {
		for _, kind := range allKinds { // the directory cannot be listed by everybody
			is, err := os.Readlink(filepath.Join(task, "ns", kind.String()))
			if err == nil && !contains(s.Namespaces[kind.String()], is) {
				s.Namespaces[kind.String()] = append(s.Namespaces[kind.String()], is)
			}
		}
	}
	const prGetDumpable = 3
	d, _, _ := syscall.RawSyscall(syscall.SYS_PRCTL, prGetDumpable, 0, 0)
	s.Dumpable = d == 1
	return s
}

func contains(list []string, word string) bool {
	for _, one := range list {
		if one == word {
			return true
		}
	}
	return false
}

func openFiles(dir string) map[string]string {
	files := map[string]string{}
	names, _ := os.ReadDir(dir)
	for _, name := range names {
		// The directory itself is gone by now.
		if link, err := os.Readlink(filepath.Join(dir, name.Name())); err == nil {
			files[name.Name()] = link
		}
	}
	return files
}

// A container: a process in new namespaces of all kinds, and how it is called there.
type container struct {
	pid      int
	hostname string
}

var containers struct {
	sync.Mutex
	made int
}

// newContainer makes a container, in a user namespace too if the test is not run by root
// or if wanted.  The first 65536 ids have a name in there, or our own only.
func newContainer(t *testing.T, withUser bool) *container {
	t.Helper()
	containers.Lock()
	containers.made++
	hostname := fmt.Sprintf("nsx-go-%d-%d", os.Getpid(), containers.made)
	containers.Unlock()
	cmd := exec.Command("sh", "-c", `
		mount -t proc proc /proc &&
		{ hostname `+hostname+` || busybox hostname `+hostname+`; } &&
		exec unshare --time sleep 300`)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC |
			syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | cloneNewCgroup,
		Pdeathsig: syscall.SIGKILL,
	}
	root := os.Geteuid() == 0
	if withUser || !root {
		ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 100000, Size: 65536}}
		if !root {
			ids = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		}
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = ids
		cmd.SysProcAttr.GidMappings = ids
		cmd.SysProcAttr.GidMappingsEnableSetgroups = root
		if root {
			cmd.SysProcAttr.Credential = &syscall.Credential{}
		}
	}
	says, err := os.Create(filepath.Join(t.TempDir(), "says"))
	if err != nil {
		t.Fatal(err)
	}
	defer says.Close()
	cmd.Stdout = says
	cmd.Stderr = says
	// Pdeathsig is that of the thread, which must not end before the container.
	began := make(chan error)
	end := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		began <- cmd.Start()
		<-end
		cmd.Process.Kill()
		cmd.Wait()
		close(began)
	}()
	if err := <-began; err != nil {
		close(end)
		t.Skipf("no container here: %v", err)
	}
	t.Cleanup(func() {
		close(end)
		<-began
	})
	c := &container{pid: cmd.Process.Pid, hostname: hostname}
	for i := 0; ; i++ {
		comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", c.pid))
		if string(comm) == "sleep\n" {
			return c
		}
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.pid))
		if i == 500 || strings.Contains(string(stat), ") Z") {
			text, _ := os.ReadFile(says.Name())
			t.Skipf("no container here: %s", text)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Not among those of package syscall.
const cloneNewCgroup = 0x02000000

// all is the target with every kind.
func (c *container) all() nsexec.Target {
	return nsexec.Target{PID: c.pid, Kinds: nsexec.All}
}

func (c *container) kinds(kinds nsexec.Kind) nsexec.Target {
	return nsexec.Target{PID: c.pid, Kinds: kinds}
}

var allKinds = []nsexec.Kind{
	nsexec.Cgroup, nsexec.IPC, nsexec.Mount, nsexec.Net,
	nsexec.PID, nsexec.Time, nsexec.User, nsexec.UTS,
}

func link(t *testing.T, pid int, kind string) string {
	t.Helper()
	is, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind))
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// needRoot skips a test that only root can do.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

// children of this process, in whichever state, by PID.
func children(t *testing.T) map[string]string {
	t.Helper()
	of := map[string]string{}
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	if len(lists) == 0 {
		t.Skip("this kernel does not list children")
	}
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, pid := range strings.Fields(string(text)) {
			stat, _ := os.ReadFile("/proc/" + pid + "/stat")
			of[pid] = string(stat)
		}
	}
	return of
}

// nothingLeft returns a function that fails the test if there are processes or
// descriptors that were not there before.
func nothingLeft(t *testing.T) func() {
	t.Helper()
	before := children(t)
	files := len(openFiles("/proc/self/fd"))
	return func() {
		t.Helper()
		var left []string
		for pid, stat := range children(t) {
			if _, ok := before[pid]; !ok {
				left = append(left, stat)
			}
		}
		if left != nil {
			t.Errorf("processes left: %q", left)
		}
		if now := openFiles("/proc/self/fd"); len(now) > files {
			t.Errorf("%d files before, now %v", files, now)
		}
	}
}
